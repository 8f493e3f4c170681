//! The options that are shipped beside the program.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{fs, path::PathBuf};

/// From its header to the end of the table.
fn table(file: &str) -> Vec<String> {
    let text = fs::read_to_string(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
    text.lines()
        .skip_while(|line| *line != "[package.metadata.leptos]")
        .enumerate()
        .take_while(|(number, line)| *number == 0 || !line.starts_with('['))
        .map(|(_, line)| line.trim().to_owned())
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect()
}

/// The build reads `Cargo.toml`, the program `Leptos.toml`: they must say the same.
#[test]
fn both_say_the_same() {
    let built_with = table("Cargo.toml");
    assert!(built_with.len() > 10);
    assert_eq!(table("Leptos.toml"), built_with);
}
