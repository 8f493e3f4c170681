//! Names of the values of the domain's enumerations, for lists, forms and documents.

use crate::{Locale, contact, term};
use gabarit_domain::{
    booking::PaymentMethod,
    contact::{Conversation, Topic},
    expert::{ExpertKind, Level, Sector},
};

/// A sector's name.
#[must_use]
pub fn sector(locale: Locale, sector: Sector) -> &'static str {
    match sector {
        Sector::Construction => term::sector_construction(locale),
        Sector::MechanicalEngineering => term::sector_mechanical_engineering(locale),
        Sector::CivilInfrastructure => term::sector_civil_infrastructure(locale),
        Sector::ProcessIndustry => term::sector_process_industry(locale),
        Sector::MediaEntertainment => term::sector_media_entertainment(locale),
    }
}

/// In-house or independent.
#[must_use]
pub fn kind(locale: Locale, kind: ExpertKind) -> &'static str {
    match kind {
        ExpertKind::InHouse => term::kind_in_house(locale),
        ExpertKind::Independent => term::kind_independent(locale),
    }
}

/// A level's name: the word for its number.
#[must_use]
pub fn level(locale: Locale, level: Level) -> &'static str {
    match level.number() {
        1 => term::level_1(locale),
        2 => term::level_2(locale),
        3 => term::level_3(locale),
        _ => term::level_4(locale),
    }
}

/// A payment method's name.
#[must_use]
pub fn method(locale: Locale, method: PaymentMethod) -> &'static str {
    match method {
        PaymentMethod::Ideal => term::method_ideal(locale),
        PaymentMethod::Bancontact => term::method_bancontact(locale),
        PaymentMethod::CreditCard => term::method_creditcard(locale),
        PaymentMethod::BankTransfer => term::method_banktransfer(locale),
    }
}

/// A booking state's name, by its code; empty for a code that is none.
#[must_use]
pub fn booking_state(locale: Locale, code: &str) -> &'static str {
    match code {
        "held" => term::state_held(locale),
        "requested" => term::state_requested(locale),
        "accepted" => term::state_accepted(locale),
        "completed" => term::state_completed(locale),
        "declined" => term::state_declined(locale),
        "expired" => term::state_expired(locale),
        "lapsed" => term::state_lapsed(locale),
        "cancelled" => term::state_cancelled(locale),
        "ended" => term::state_ended(locale),
        _ => "",
    }
}

/// A language's text, by locale.
type Name = fn(Locale) -> &'static str;

/// Languages that experts can name, in the order of their names in the reader's language.
#[must_use]
pub fn languages(locale: Locale) -> Vec<(&'static str, &'static str)> {
    let mut list = LANGUAGES.map(|(code, name)| (code, name(locale))).to_vec();
    list.sort_by_key(|(_, name)| place_of(name));
    list
}

/// Names of languages, in the order of the names.
#[must_use]
pub fn language_names<'a>(locale: Locale, codes: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut names: Vec<String> = codes.into_iter().map(|code| language(locale, code).to_owned()).collect();
    names.sort_by_key(|name| place_of(name));
    names
}

/// Where a name stands: letters with marks among those without. These are all that names of languages have.
fn place_of(name: &str) -> String {
    name.to_lowercase().replace(['é', 'è', 'ë'], "e").replace(['î', 'ï'], "i").replace('ç', "c")
}

/// Languages that experts can name, by ISO 639-1 code, in the order of the codes.
pub const LANGUAGES: [(&str, Name); 38] = [
    ("ar", term::language_ar),
    ("bg", term::language_bg),
    ("ca", term::language_ca),
    ("cs", term::language_cs),
    ("da", term::language_da),
    ("de", term::language_de),
    ("el", term::language_el),
    ("en", term::language_en),
    ("es", term::language_es),
    ("et", term::language_et),
    ("fi", term::language_fi),
    ("fr", term::language_fr),
    ("ga", term::language_ga),
    ("he", term::language_he),
    ("hi", term::language_hi),
    ("hr", term::language_hr),
    ("hu", term::language_hu),
    ("is", term::language_is),
    ("it", term::language_it),
    ("ja", term::language_ja),
    ("ko", term::language_ko),
    ("lb", term::language_lb),
    ("lt", term::language_lt),
    ("lv", term::language_lv),
    ("mt", term::language_mt),
    ("nl", term::language_nl),
    ("no", term::language_no),
    ("pl", term::language_pl),
    ("pt", term::language_pt),
    ("ro", term::language_ro),
    ("ru", term::language_ru),
    ("sk", term::language_sk),
    ("sl", term::language_sl),
    ("sr", term::language_sr),
    ("sv", term::language_sv),
    ("tr", term::language_tr),
    ("uk", term::language_uk),
    ("zh", term::language_zh),
];

/// A language's name; the code itself where the list has none.
#[must_use]
pub fn language(locale: Locale, code: &str) -> &str {
    LANGUAGES.iter().find(|(known, _)| *known == code).map_or(code, |(_, name)| name(locale))
}

/// An application's state, by its code; empty for a code that is none.
#[must_use]
pub fn candidate_state(locale: Locale, code: &str) -> &'static str {
    match code {
        "draft" => term::candidate_draft(locale),
        "new" => term::candidate_new(locale),
        "in-review" => term::candidate_in_review(locale),
        "invited" => term::candidate_invited(locale),
        "interviewed" => term::candidate_interviewed(locale),
        "published" => term::candidate_published(locale),
        "refused" => term::candidate_refused(locale),
        "withdrawn" => term::candidate_withdrawn(locale),
        _ => "",
    }
}

/// What was done with an application, by the log's word for it; empty for one that is none.
#[must_use]
pub fn candidate_event(locale: Locale, code: &str) -> &'static str {
    match code {
        "sent" => term::event_sent(locale),
        "taken-up" => term::event_taken_up(locale),
        "invited" => term::event_invited(locale),
        "picked" => term::event_picked(locale),
        "held" => term::event_held(locale),
        "published" => term::event_published(locale),
        "refused" => term::event_refused(locale),
        "withdrawn" => term::event_withdrawn(locale),
        _ => "",
    }
}

/// What a request to the contact desk is about.
#[must_use]
pub fn topic(locale: Locale, topic: Topic) -> &'static str {
    match topic {
        Topic::Question => contact::topic_question(locale),
        Topic::NotFree => contact::topic_not_free(locale),
        Topic::FindAnother => contact::topic_find_another(locale),
        Topic::Sourcing => contact::topic_sourcing(locale),
        Topic::Dissatisfied => contact::topic_dissatisfied(locale),
        Topic::DeleteAccount => contact::topic_delete_account(locale),
        Topic::Feedback => contact::topic_feedback(locale),
        Topic::Other => contact::topic_other(locale),
    }
}

/// Where a conversation with the contact desk stands.
#[must_use]
pub fn conversation(locale: Locale, state: Conversation) -> &'static str {
    match state {
        Conversation::New => contact::state_new(locale),
        Conversation::Answered => contact::state_answered(locale),
        Conversation::Waiting => contact::state_waiting(locale),
        Conversation::Closed => contact::state_closed(locale),
        Conversation::Merged => contact::state_merged(locale),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every name stands where its reader looks for it, whatever marks its letters have.
    #[test]
    fn languages_stand_by_their_names() {
        for locale in Locale::ALL {
            let names: Vec<&str> = languages(locale).into_iter().map(|(_, name)| name).collect();
            assert_eq!(names.len(), LANGUAGES.len());
            let plain: Vec<String> = names.iter().map(|name| place_of(name)).collect();
            assert!(plain.is_sorted(), "{names:?}");
            // Beyond the marks that are known here another letter would stand last.
            let odd: Vec<&String> =
                plain.iter().filter(|name| !name.chars().next().is_some_and(|c| c.is_ascii())).collect();
            assert!(odd.is_empty(), "{odd:?}");
        }
        assert_eq!(language_names(Locale::En, ["de", "en", "fr", "nl"]), ["Dutch", "English", "French", "German"]);
    }
}
