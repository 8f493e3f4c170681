//! Tables as CSV (RFC 4180), for spreadsheets: UTF-8 with a mark, CRLF, and no cell that a spreadsheet would run.

/// A table in the making.
#[derive(Clone, Debug)]
pub struct Csv(String);

impl Csv {
    /// With its heading.
    #[must_use]
    pub fn new<S: AsRef<str>>(heading: &[S]) -> Self {
        let mut csv = Self("\u{feff}".to_owned());
        csv.row(heading);
        csv
    }

    /// Adds a row.
    pub fn row<S: AsRef<str>>(&mut self, cells: &[S]) {
        for (index, cell) in cells.iter().enumerate() {
            if index > 0 {
                self.0.push(',');
            }
            self.cell(cell.as_ref());
        }
        self.0.push_str("\r\n");
    }

    fn cell(&mut self, text: &str) {
        // A text that a spreadsheet takes for a formula is marked as text; amounts may begin with a minus.
        let number = text.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b'-');
        let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']) && !number;
        if formula || text.contains([',', '"', '\n', '\r', ';']) {
            self.0.push('"');
            if formula {
                self.0.push('\'');
            }
            self.0.push_str(&text.replace('"', "\"\""));
            self.0.push('"');
        } else {
            self.0.push_str(text);
        }
    }

    /// The file.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.0.into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_and_never_run() {
        let mut csv = Csv::new(&["a", "b"]);
        csv.row(&["x,y", "say \"hi\""]);
        csv.row(&["-12.50", "=1+1"]);
        csv.row(&["-cmd", "two\nlines"]);
        let text = String::from_utf8(csv.into_bytes()).unwrap();
        assert_eq!(
            text,
            "\u{feff}a,b\r\n\"x,y\",\"say \"\"hi\"\"\"\r\n-12.50,\"'=1+1\"\r\n\"'-cmd\",\"two\nlines\"\r\n"
        );
    }
}
