//! What people type, as patterns of `LIKE`.

/// A pattern in lower case of a part of a name; empty where nothing was typed. `%` and `_` mean nothing special to people.
///
/// SQLite folds capitals of ASCII only. So any letter stands for a Latin one with an accent, and for the first of a word in
/// another script; a few too many are found rather than somebody not.
#[must_use]
pub fn pattern(text: &str) -> String {
    let mut pattern = String::new();
    let mut inside = false;
    for c in text.trim().chars().filter(|c| !matches!(c, '%' | '_' | '\\' | '\0')) {
        match c {
            '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' => pattern.push('_'),
            c if c.is_alphabetic() && !c.is_ascii() && !inside => pattern.push('_'),
            c => pattern.extend(c.to_lowercase()),
        }
        inside = c.is_alphanumeric();
    }
    if pattern.is_empty() { pattern } else { format!("%{pattern}%") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_a_pattern() {
        for (typed, wanted) in [
            ("  Ada ", "%ada%"),
            ("École", "%_cole%"),
            ("HÉLÈNE", "%h_l_ne%"),
            ("100%_", "%100%"),
            ("%", ""),
            ("Иван Петров", "%_ван _етров%"),
            ("İpek", "%_pek%"),
        ] {
            assert_eq!(pattern(typed), wanted, "{typed}");
        }
    }
}
