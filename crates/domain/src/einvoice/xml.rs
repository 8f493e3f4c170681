//! A writer of XML as small as its two uses need.

/// XML being written, indented by two spaces.
pub(super) struct Xml {
    text: String,
    open: Vec<&'static str>,
}

impl Xml {
    pub(super) fn new() -> Self {
        Self { text: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned(), open: Vec::new() }
    }

    fn indent(&mut self) {
        for _ in &self.open {
            self.text.push_str("  ");
        }
    }

    /// Opens an element; `attributes` as they stand in it.
    pub(super) fn root(&mut self, name: &'static str, namespaces: &[(&str, &str)]) {
        self.text.push('<');
        self.text.push_str(name);
        for (prefix, address) in namespaces {
            let colon = if prefix.is_empty() { "" } else { ":" };
            self.text.push_str(" xmlns");
            self.text.push_str(colon);
            self.text.push_str(prefix);
            self.text.push_str("=\"");
            self.text.push_str(address);
            self.text.push('"');
        }
        self.text.push_str(">\n");
        self.open.push(name);
    }

    /// An element with elements in it.
    pub(super) fn group(&mut self, name: &'static str, content: impl FnOnce(&mut Self)) {
        self.indent();
        self.text.push('<');
        self.text.push_str(name);
        self.text.push_str(">\n");
        self.open.push(name);
        content(self);
        self.close();
    }

    /// Closes the innermost open element.
    fn close(&mut self) {
        if let Some(name) = self.open.pop() {
            self.indent();
            self.text.push_str("</");
            self.text.push_str(name);
            self.text.push_str(">\n");
        }
    }

    /// An element with text.
    pub(super) fn leaf(&mut self, name: &'static str, text: &str) {
        self.leaf_with(name, None, text);
    }

    /// An element with an attribute and text.
    pub(super) fn leaf_with(&mut self, name: &'static str, attribute: Option<(&str, &str)>, text: &str) {
        self.indent();
        self.text.push('<');
        self.text.push_str(name);
        if let Some((key, value)) = attribute {
            self.text.push(' ');
            self.text.push_str(key);
            self.text.push_str("=\"");
            self.escape(value);
            self.text.push('"');
        }
        self.text.push('>');
        self.escape(text);
        self.text.push_str("</");
        self.text.push_str(name);
        self.text.push_str(">\n");
    }

    /// An element with text, if there is any.
    pub(super) fn maybe(&mut self, name: &'static str, text: Option<&str>) {
        if let Some(text) = text {
            self.leaf(name, text);
        }
    }

    fn escape(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '&' => self.text.push_str("&amp;"),
                '<' => self.text.push_str("&lt;"),
                '>' => self.text.push_str("&gt;"),
                '"' => self.text.push_str("&quot;"),
                '\n' => self.text.push('\n'),
                // XML 1.0 has no place for them.
                c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
                c => self.text.push(c),
            }
        }
    }

    /// The whole, all elements closed.
    pub(super) fn finish(mut self) -> String {
        while !self.open.is_empty() {
            self.close();
        }
        self.text
    }
}
