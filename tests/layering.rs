//! The layers, as the manifests and the sources state them.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Names of the `[dependencies]` of a manifest.
fn dependencies(manifest: &str) -> Vec<String> {
    let text = fs::read_to_string(root().join(manifest)).unwrap();
    text.lines()
        .skip_while(|line| *line != "[dependencies]")
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| line.split(['.', ' ', '=']).next())
        .filter(|name| !name.is_empty() && !name.starts_with('#'))
        .map(ToOwned::to_owned)
        .collect()
}

fn ours(manifest: &str) -> Vec<String> {
    dependencies(manifest).into_iter().filter(|name| name.starts_with("gabarit")).collect()
}

fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
    found
}

/// Invariant of the architecture: what a layer may use is in its manifest.
#[test]
fn crates_use_what_they_may() {
    assert_eq!(ours("crates/domain/Cargo.toml"), Vec::<String>::new());
    assert_eq!(ours("crates/i18n/Cargo.toml"), ["gabarit-domain"]);
    assert_eq!(ours("crates/view/Cargo.toml"), ["gabarit-domain", "gabarit-i18n"]);
    assert_eq!(ours("crates/server/Cargo.toml"), ["gabarit-domain", "gabarit-i18n", "gabarit-view"]);
    for ui in ["leptos", "leptos_router", "leptos_axum", "leptos_meta"] {
        assert!(!dependencies("crates/server/Cargo.toml").contains(&ui.to_owned()), "the services know {ui}");
    }
    for impure in ["tokio", "sqlx", "rand", "reqwest", "chrono-tz"] {
        assert!(!dependencies("crates/domain/Cargo.toml").contains(&impure.to_owned()), "the rules use {impure}");
    }
}

/// SQL stands in the database room only: `crates/server/src/db*`. What tests lend their databases has its own.
#[test]
fn sql_stays_in_its_rooms() {
    let verbs =
        ["\"SELECT ", "\"INSERT INTO ", "\"UPDATE ", "\"DELETE FROM ", "\"WITH ", "\"PRAGMA ", "\"VACUUM ", "\"BEGIN "];
    let mut strays = Vec::new();
    for folder in ["src", "crates/server/src", "crates/view/src", "crates/domain/src"] {
        for (path, text) in sources(&root().join(folder)) {
            let name = path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
            let at_home = ["crates/server/src/db.rs", "crates/server/src/db/", "crates/server/src/testing"]
                .iter()
                .any(|room| name.starts_with(room));
            // A module's own tests may plant and read rows.
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            if !at_home && verbs.iter().any(|verb| code.contains(verb)) {
                strays.push(name);
            }
        }
    }
    assert_eq!(strays, Vec::<String>::new());
}

/// Pages call `api` and `ui`; only bodies of server functions (and the HTTP server) reach `gabarit_server`.
#[test]
fn pages_do_not_reach_the_server() {
    let mut strays = Vec::new();
    for folder in ["src/pages", "src/ui"] {
        for (path, text) in sources(&root().join(folder)) {
            if text.contains("gabarit_server") || text.contains("crate::server") {
                strays.push(path.strip_prefix(root()).unwrap().to_string_lossy().into_owned());
            }
        }
    }
    assert_eq!(strays, Vec::<String>::new());
}

/// Server functions are found by their address: one address means one function, or the other is never called.
#[test]
fn endpoints_are_unique() {
    let mut seen = BTreeMap::new();
    for (path, text) in sources(&root().join("src/api")) {
        for (_, rest) in text.match_indices("endpoint = \"").map(|(at, key)| text.split_at(at + key.len())) {
            let endpoint = rest.split('"').next().unwrap_or_default().to_owned();
            let file = path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
            seen.entry(endpoint).or_insert_with(Vec::new).push(file);
        }
    }
    assert!(seen.len() > 100, "the sources were read");
    seen.retain(|_, files| files.len() > 1);
    assert_eq!(seen, BTreeMap::new());
}

/// Both databases have the same migrations, and after each the same tables with the same columns; triggers, after a
/// line that says so, are each database's own.
#[test]
fn migrations_keep_in_step() {
    let list = |dialect: &str| {
        let mut files: Vec<String> = fs::read_dir(root().join("migrations").join(dialect))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        files.sort();
        files
    };
    let files = list("sqlite");
    assert_eq!(files, list("postgres"));
    let neutral = |dialect: &str, file: &str| -> Vec<String> {
        let text = fs::read_to_string(root().join("migrations").join(dialect).join(file)).unwrap();
        let types = [
            ("TIMESTAMPTZ", "TEXT"),
            ("BIGINT", "INTEGER"),
            ("BOOLEAN", "INTEGER"),
            ("BYTEA", "BLOB"),
            ("UUID", "BLOB"),
            ("DATE", "TEXT"),
            (") STRICT;", ");"),
        ];
        text.lines()
            .take_while(|line| *line != "-- From here on, each database in its own words.")
            .map(|line| {
                line.split(' ')
                    .map(|word| {
                        let bare = word.trim_end_matches([',', ';']);
                        let end = &word[bare.len()..];
                        let kind = types.iter().find(|(from, _)| *from == bare).map_or(bare, |(_, to)| to);
                        format!("{kind}{end}")
                    })
                    .collect::<Vec<_>>()
                    .join(" ")
                    .replace(") STRICT;", ");")
            })
            .collect()
    };
    for file in files {
        assert_eq!(neutral("sqlite", &file), neutral("postgres", &file), "{file}");
    }
}

/// Where packages are fetched from is each reader's own setting: no manifest and no lock file names a host.
#[test]
fn no_download_address_is_recorded() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    assert!(!manifest.contains("registry = "), "no registry is named");
    let lock = fs::read_to_string(root().join("package-lock.json")).unwrap();
    assert!(!lock.contains("\"resolved\""), "no download address is recorded");
}
