//! Names and texts of the demonstration.

use gabarit_domain::expert::Sector;
use gabarit_i18n::{Locale, demo};
use std::fmt::Display;

/// Invented names: group of languages, kind, names.
const NAMES: &str = include_str!("../../../../data/demo_names.tsv");

/// Names of a group: `given` or `family`.
pub(super) fn names(group: &str, kind: &str) -> Vec<&'static str> {
    NAMES
        .lines()
        .skip(1)
        .filter_map(|line| {
            let mut columns = line.split('\t');
            (columns.next()? == group && columns.next()? == kind).then(|| columns.next())?
        })
        .flat_map(|names| names.split('|'))
        .collect()
}

/// Whose names go with a language.
pub(super) fn group(language: &str) -> &'static str {
    match language {
        "fr" => "fr",
        "nl" => "nl",
        "de" | "lb" => "de",
        "it" => "it",
        "es" | "ca" => "es",
        "pt" => "pt",
        "cs" | "sk" | "pl" | "hu" | "ro" | "bg" | "hr" | "sl" | "sr" | "el" => "cs",
        "da" | "sv" | "no" | "fi" | "is" | "et" | "lv" | "lt" => "no",
        "en" => "en",
        _ => "xx",
    }
}

pub(super) fn headline(n: u32, locale: Locale, product: &str, sector: Sector) -> String {
    match n % 5 {
        0 => demo::headline_1(locale, product, sector_name(locale, sector)),
        1 => demo::headline_2(locale, product),
        2 => demo::headline_3(locale, product),
        3 => demo::headline_4(locale, product),
        _ => demo::headline_5(locale, product),
    }
}

fn sector_name(locale: Locale, sector: Sector) -> &'static str {
    match sector {
        Sector::Construction => demo::sector_construction(locale),
        Sector::MechanicalEngineering => demo::sector_mechanical_engineering(locale),
        Sector::CivilInfrastructure => demo::sector_civil_infrastructure(locale),
        Sector::ProcessIndustry => demo::sector_process_industry(locale),
        Sector::MediaEntertainment => demo::sector_media_entertainment(locale),
    }
}

pub(super) fn summary(n: u32, locale: Locale, product: &str, years: impl Display, city: &str) -> String {
    let intro = match n % 3 {
        0 => demo::intro_1(locale, years, product, city),
        1 => demo::intro_2(locale, product, years),
        _ => demo::intro_3(locale, product, years, city),
    };
    let approach = match n / 3 % 4 {
        0 => demo::approach_1(locale),
        1 => demo::approach_2(locale),
        2 => demo::approach_3(locale),
        _ => demo::approach_4(locale),
    };
    format!("{intro} {approach}\n\n{}", demo::notice(locale))
}

pub(super) fn degree(locale: Locale, sector: Sector) -> &'static str {
    match sector {
        Sector::Construction => demo::degree_construction(locale),
        Sector::MechanicalEngineering => demo::degree_mechanical_engineering(locale),
        Sector::CivilInfrastructure => demo::degree_civil_infrastructure(locale),
        Sector::ProcessIndustry => demo::degree_process_industry(locale),
        Sector::MediaEntertainment => demo::degree_media_entertainment(locale),
    }
}

pub(super) fn school(n: u32, locale: Locale) -> &'static str {
    match n % 3 {
        0 => demo::school_1(locale),
        1 => demo::school_2(locale),
        _ => demo::school_3(locale),
    }
}

pub(super) fn job(n: u32, locale: Locale, product: &str) -> String {
    match n % 4 {
        0 => demo::job_1(locale, product),
        1 => demo::job_2(locale, product),
        2 => demo::job_3(locale, product),
        _ => demo::job_4(locale).to_owned(),
    }
}

pub(super) fn employer(n: u32, locale: Locale) -> &'static str {
    match n % 4 {
        0 => demo::employer_1(locale),
        1 => demo::employer_2(locale),
        2 => demo::employer_3(locale),
        _ => demo::employer_4(locale),
    }
}

pub(super) fn job_about(n: u32, locale: Locale) -> &'static str {
    match n % 3 {
        0 => demo::job_about_1(locale),
        1 => demo::job_about_2(locale),
        _ => demo::job_about_3(locale),
    }
}

pub(super) fn review(rating: i64, n: u32, locale: Locale, product: &str) -> String {
    match (rating, n % 12) {
        (5, 0..3) => demo::review_5_1(locale, product),
        (5, 3..6) => demo::review_5_2(locale).to_owned(),
        (5, 6..9) => demo::review_5_3(locale).to_owned(),
        (5, _) => demo::review_5_4(locale).to_owned(),
        (4, 0..4) => demo::review_4_1(locale, product),
        (4, 4..8) => demo::review_4_2(locale).to_owned(),
        (4, _) => demo::review_4_3(locale).to_owned(),
        (3, 0..6) => demo::review_3_1(locale).to_owned(),
        (3, _) => demo::review_3_2(locale).to_owned(),
        _ => demo::review_2_1(locale).to_owned(),
    }
}

pub(super) fn author(n: u32, locale: Locale, city: &str) -> String {
    match n % 5 {
        0 => demo::author_1(locale, city),
        1 => demo::author_2(locale, city),
        2 => demo::author_3(locale, city),
        3 => demo::author_4(locale, city),
        _ => demo::author_5(locale, city),
    }
}
