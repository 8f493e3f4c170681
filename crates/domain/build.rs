//! Makes `data/no_links/*.txt` into lists that the detector of links looks words up in: `sites.txt` becomes `SITES`.

#![expect(clippy::expect_used, reason = "a build script that cannot go on has failed")]

use std::{collections::BTreeSet, env, fmt::Write as _, fs, path::Path};

fn main() {
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR").expect("cargo says where")).join("data/no_links");
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut files: Vec<_> = fs::read_dir(&folder)
        .expect("the folder of lists")
        .map(|entry| entry.expect("a file of the folder").path())
        .filter(|path| path.extension().is_some_and(|end| end == "txt"))
        .collect();
    files.sort();
    let pairs = fs::read_to_string(folder.join("look_alikes.pairs")).expect("the letters that look alike");
    let pairs: Vec<(char, char)> = pairs
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let mut chars = line.chars().filter(|c| *c != ' ');
            chars.next().zip(chars.next()).expect("two letters a line")
        })
        .collect();
    let look_alikes: String = pairs.iter().flat_map(|(from, to)| [*from, *to]).collect();
    let mut code = format!(
        "/// Each letter before the one it looks like.\npub(super) const LOOK_ALIKES: &str = {look_alikes:?};\n\n"
    );
    // Words are looked up as they are seen; those of `foreign.txt` in their own script.
    let seen = |word: &str, own: bool| -> String {
        let alike =
            |c: char| pairs.iter().find(|(from, _)| *from == c && !own && !c.is_ascii()).map_or(c, |(_, to)| *to);
        word.chars().map(alike).collect()
    };
    for path in files {
        let text = fs::read_to_string(&path).expect("a list in UTF-8");
        let comment: Vec<&str> =
            text.lines().take_while(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#')).collect();
        let own = path.file_stem().is_some_and(|name| name == "foreign");
        let words: BTreeSet<String> = text
            .lines()
            .map(|line| line.split('#').next().unwrap_or_default().trim())
            .filter(|word| !word.is_empty())
            .map(|word| seen(word, own))
            .collect();
        let name = path.file_stem().and_then(|name| name.to_str()).expect("a name in ASCII").to_uppercase();
        let list = words.into_iter().collect::<Vec<_>>().join("\n");
        for line in comment {
            writeln!(code, "///{line}").expect("a string takes all");
        }
        writeln!(code, "pub(super) const {name}: Words = Words({list:?});\n").expect("a string takes all");
    }
    let out = Path::new(&env::var("OUT_DIR").expect("cargo says where")).join("no_links_words.rs");
    fs::write(out, code).expect("the folder for what is built");
}
