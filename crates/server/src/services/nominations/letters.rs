//! The answer: the same words when a manager previews it, when it is sent, and when it is kept.

use crate::{
    db::nominations::{CycleRow, LetterRow, Nomination},
    mail::Message,
    platform::Platform,
};
use gabarit_domain::recognition::{Decision, Quality, Ruling};
use gabarit_i18n::{Locale, common, nomination as words, nomination_mail as text};
use gabarit_view::nomination::LetterView;

/// A quality's name.
pub(super) fn quality(l: Locale, quality: Quality) -> &'static str {
    match quality {
        Quality::Champion => words::quality_champion(l),
        Quality::Expert => words::quality_expert(l),
        Quality::Caring => words::quality_caring(l),
        Quality::Responsive => words::quality_responsive(l),
        Quality::Leader => words::quality_leader(l),
    }
}

/// A letter in the making, in the nominee's language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Letter {
    pub(super) locale: Locale,
    pub(super) subject: String,
    pub(super) paragraphs: Vec<String>,
}

/// The answer that a ruling makes.
pub(super) fn write(nomination: &Nomination, cycle: &CycleRow, name: &str, ruling: &Ruling) -> Letter {
    let l = nomination.locale;
    let mut paragraphs = vec![text::hello(l, name)];
    let subject = match &ruling.decision {
        Decision::Grant => {
            paragraphs.push(text::letter_granted(l, &cycle.code));
            text::letter_granted_subject(l)
        }
        Decision::Refuse { reasons } => {
            paragraphs.push(text::letter_refused(l, &cycle.code));
            paragraphs.extend(
                reasons
                    .all()
                    .iter()
                    .map(|reason| text::letter_reason(l, quality(l, reason.quality), reason.text.as_str())),
            );
            text::letter_refused_subject(l)
        }
    };
    if !nomination.remark.trim().is_empty() {
        paragraphs.push(nomination.remark.trim().to_owned());
    }
    paragraphs.push(
        match ruling.decision {
            Decision::Grant => text::letter_granted_next(l),
            Decision::Refuse { .. } => text::letter_refused_again(l),
        }
        .to_owned(),
    );
    paragraphs.push(text::letter_signed(l, common::brand(l)));
    Letter { locale: l, subject: subject.to_owned(), paragraphs }
}

impl Letter {
    /// As a mail, with the way on.
    pub(super) fn mail(&self, p: &Platform, granted: bool) -> Message {
        let l = self.locale;
        let (label, path) = if granted {
            (text::open_membership(l), format!("/{}/programme/membership", l.code()))
        } else {
            (text::nominate_again(l), format!("/{}/programme/nominate", l.code()))
        };
        let message = Message::new(l, &self.subject);
        self.paragraphs
            .iter()
            .fold(message, |message, paragraph| message.paragraph(paragraph))
            .button(label, super::notices::address(p, &path))
    }

    /// As it is shown before it is sent.
    pub(super) fn view(&self) -> LetterView {
        LetterView {
            locale: self.locale.code().to_owned(),
            subject: self.subject.clone(),
            paragraphs: self.paragraphs.clone(),
            sent_at: None,
        }
    }

    /// As it is kept.
    pub(super) fn row(&self, sent_at: chrono::DateTime<chrono::Utc>) -> LetterRow {
        LetterRow {
            locale: self.locale.code().to_owned(),
            subject: self.subject.clone(),
            // A list of texts can always be written.
            body: serde_json::to_string(&self.paragraphs).unwrap_or_else(|_| "[]".to_owned()),
            sent_at,
        }
    }
}
