//! S39: words that somebody looked at and allowed are no links any more; everything else still is.

use gabarit_domain::no_links::{collapsed, find_links_but, offending, offending_but};

fn texts(list: &[&str]) -> Vec<String> {
    list.iter().map(|text| (*text).to_owned()).collect()
}

/// S39: allowed words pass exactly as they stand, but for white space; other words, and the same in other letters, do not.
#[test]
fn allowed_words_pass_as_they_stand() {
    let text = "Chez exemple.fr, puis chez autre.be";
    assert_eq!(offending_but(text, &[], 5), offending(text, 5));
    assert_eq!(offending_but(text, &texts(&["exemple.fr"]), 5), ["autre.be"]);
    assert_eq!(offending_but(text, &texts(&[" exemple.fr\n"]), 5), ["autre.be"]);
    assert!(offending_but(text, &texts(&["autre.be", "exemple.fr"]), 5).is_empty());
    for near in ["Exemple.fr", "exemple.f", "www.exemple.fr", "exemple.fr,", ""] {
        assert_eq!(offending_but(text, &texts(&[near]), 5), ["exemple.fr", "autre.be"], "{near}");
    }
    let spelled = "Voir contact [at]  exemple\npoint fr, merci";
    assert_eq!(offending(spelled, 5).len(), 1);
    assert!(offending_but(spelled, &texts(&["contact [at] exemple point fr"]), 5).is_empty());
    assert_eq!(collapsed("\tcontact  [at]\nexemple "), "contact [at] exemple");
}

/// S39: words are compared in full, however long, and allowed ones take no place among those that are told.
#[test]
fn words_are_compared_in_full() {
    let long = |end: &str| format!("www.{}.be/{end}", "tres-long-exemple".repeat(6));
    let (known, other) = (long("a"), long("b"));
    let text = format!("Voir {known} ou {other}");
    let both = offending(&text, 5);
    assert_eq!((both.len(), &both[0]), (2, &both[1]), "cut, they read alike");
    let left = find_links_but(&text, std::slice::from_ref(&known));
    assert_eq!(left.len(), 1);
    assert_eq!(&text[left[0].range.clone()], other);
    let many = (1..8).map(|number| format!("site-{number}.fr")).collect::<Vec<_>>();
    assert_eq!(offending_but(&many.join(" , "), &many[..5], 5), ["site-6.fr", "site-7.fr"]);
}
