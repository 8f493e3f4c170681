//! Composes the pages of text from the locale files, the rulebook in force and the operator's details.

use super::{faq, markup::Reader};
use gabarit_domain::{membership::POST_HOURS, money::BasisPoints, recognition::MOST_ANSWER_DAYS, rulebook::Rulebook};
use gabarit_i18n::{Locale, fmt, site, statements};
use gabarit_server::{
    config::{Config, Operator},
    places,
    services::accounts,
};
use gabarit_view::public::{Article, ArticleName, Section};

/// What texts are made from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Source<'a> {
    /// Language.
    pub(super) locale: Locale,
    /// The rules in force.
    pub(super) rules: &'a Rulebook,
    /// Who runs the platform.
    pub(super) operator: &'a Operator,
    /// How long visitors' conversations are kept, in months.
    pub(super) contact_months: u32,
}

impl<'a> Source<'a> {
    pub(super) fn new(locale: Locale, rules: &'a Rulebook, config: &'a Config) -> Self {
        Self { locale, rules, operator: &config.operator, contact_months: config.contact_months }
    }
}

impl<'a> Source<'a> {
    pub(super) fn reader(&self) -> Reader<'a> {
        Reader { locale: self.locale, email: self.operator.email.as_str(), operator: &self.operator.name }
    }

    pub(super) fn int(&self, number: u32) -> String {
        fmt::int(self.locale, i64::from(number))
    }

    pub(super) fn percent(&self, rate: BasisPoints) -> String {
        fmt::percent(self.locale, rate)
    }

    /// The ladder's first and last share (S25).
    pub(super) fn shares(&self) -> (String, String) {
        let share = |band: Option<&gabarit_domain::rulebook::LadderBand>| {
            band.map(|band| self.percent(band.share)).unwrap_or_default()
        };
        (share(self.rules.ladder.first()), share(self.rules.ladder.last()))
    }

    fn section(&self, id: &str, title: &str, text: &str) -> Section {
        Section {
            id: id.to_owned(),
            title: title.to_owned(),
            blocks: self.reader().blocks(text),
            questions: Vec::new(),
        }
    }

    fn article(&self, lead: &str, facts: Vec<(&str, String)>, sections: Vec<Section>) -> Article {
        Article {
            lead: self.reader().spans(lead),
            facts: facts.into_iter().map(|(term, value)| (term.to_owned(), value)).collect(),
            sections,
            ..Article::default()
        }
    }

    /// Whose text it is; version and day are those of its publication.
    fn about_text(&self, status: &str) -> Vec<(&'static str, String)> {
        let l = self.locale;
        let operator = self.operator;
        let address = format!(
            "{}, {}, {} {}, {}",
            operator.name,
            operator.street,
            operator.postal_code,
            operator.city,
            places::country_name(operator.vat.country, l)
        );
        vec![
            (statements::operator(l), address),
            (statements::contact(l), operator.email.as_str().to_owned()),
            (statements::status(l), status.to_owned()),
        ]
    }
}

/// A page's text.
pub(super) fn article(name: ArticleName, source: &Source<'_>) -> Article {
    match name {
        ArticleName::How => how(source),
        ArticleName::Faq => faq::article(source),
        ArticleName::Privacy => privacy(source),
        ArticleName::Accessibility => accessibility(source),
        ArticleName::Terms => terms(source),
        ArticleName::AboutData => about_data(source),
    }
}

fn how(s: &Source<'_>) -> Article {
    let l = s.locale;
    let hours = s.int(s.rules.booking.acceptance_hours);
    let payout = s.int(s.rules.booking.payout_days);
    let (first, last) = s.shares();
    s.article(
        site::how_lead(l),
        Vec::new(),
        vec![
            s.section("clients", site::how_clients_title(l), &site::how_clients(l, &hours)),
            s.section("experts", site::how_experts_title(l), &site::how_experts(l, &hours, payout, first, last)),
            s.section("more", site::how_more_title(l), site::how_more(l)),
        ],
    )
}

fn privacy(s: &Source<'_>) -> Article {
    let l = s.locale;
    let stored = statements::privacy_stored(l, s.int(s.contact_months));
    let cookie = statements::privacy_cookie(l, fmt::int(l, accounts::SESSION_DAYS));
    s.article(
        statements::privacy_lead(l),
        s.about_text(statements::status_demo(l)),
        vec![
            s.section("stored", statements::privacy_stored_title(l), &stored),
            s.section("programme", statements::privacy_programme_title(l), statements::privacy_programme(l)),
            s.section("not-stored", statements::privacy_not_title(l), statements::privacy_not(l)),
            s.section("cookie", statements::privacy_cookie_title(l), &cookie),
            s.section("others", statements::privacy_others_title(l), statements::privacy_others(l)),
            s.section("rights", statements::privacy_rights_title(l), statements::privacy_rights(l)),
        ],
    )
}

fn accessibility(s: &Source<'_>) -> Article {
    let l = s.locale;
    s.article(
        statements::accessibility_lead(l),
        s.about_text(statements::status_self(l)),
        vec![
            s.section("state", statements::accessibility_state_title(l), statements::accessibility_state(l)),
            s.section("tested", statements::accessibility_tested_title(l), statements::accessibility_tested(l)),
            s.section("limits", statements::accessibility_limits_title(l), statements::accessibility_limits(l)),
            s.section("contact", statements::accessibility_contact_title(l), statements::accessibility_contact(l)),
        ],
    )
}

fn terms(s: &Source<'_>) -> Article {
    let l = s.locale;
    let rules = s.rules;
    let price = statements::terms_price(l, s.int(rules.booking.quote_days), s.int(rules.booking.lead_days));
    let payment =
        statements::terms_payment(l, s.int(rules.booking.hold_minutes), s.int(rules.booking.max_unpaid_holds));
    let accounts =
        if s.operator.private_clients { statements::terms_accounts_private(l) } else { statements::terms_accounts(l) };
    let acceptance = statements::terms_acceptance(l, s.int(rules.booking.acceptance_hours));
    let cancel = statements::terms_cancel(l, s.percent(rules.flexible.supplement), s.int(rules.flexible.notice_days));
    let programme = statements::terms_programme(
        l,
        s.int(rules.recognition.answer_days.min(MOST_ANSWER_DAYS)),
        s.int(rules.membership.months_needed),
        s.int(rules.membership.appeal_days),
        fmt::int(l, POST_HOURS),
    );
    let invoices = statements::terms_invoices(l, s.int(rules.booking.contest_days), s.int(rules.booking.payout_days));
    let mut sections = vec![
        s.section("before", statements::terms_demo_title(l), statements::terms_demo(l)),
        s.section("accounts", statements::terms_accounts_title(l), accounts),
        s.section("price", statements::terms_price_title(l), &price),
        s.section("payment", statements::terms_payment_title(l), &payment),
        s.section("acceptance", statements::terms_acceptance_title(l), &acceptance),
        s.section("cancelling", statements::terms_cancel_title(l), &cancel),
        s.section("work", statements::terms_work_title(l), statements::terms_work(l)),
        s.section("invoices", statements::terms_invoices_title(l), &invoices),
        s.section("profiles", statements::terms_profiles_title(l), statements::terms_profiles(l)),
    ];
    sections.push(s.section("programme", statements::terms_programme_title(l), &programme));
    if s.operator.private_clients {
        sections.push(s.section("withdrawal", statements::terms_private_title(l), statements::terms_private(l)));
    }
    s.article(statements::terms_lead(l), s.about_text(statements::status_demo(l)), sections)
}

fn about_data(s: &Source<'_>) -> Article {
    let l = s.locale;
    s.article(
        statements::about_lead(l),
        Vec::new(),
        vec![
            s.section("data", statements::about_sources_title(l), statements::about_sources(l)),
            s.section("type", statements::about_design_title(l), statements::about_design(l)),
            s.section("limits", statements::about_limits_title(l), statements::about_limits(l)),
        ],
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::url::{self, Page, ProgrammeSection, WorkPage};
    use chrono::NaiveDate;
    use gabarit_view::public::{Block, Span};
    use std::collections::BTreeSet;

    fn all() -> Vec<(Locale, ArticleName, Article)> {
        let config = Config::read(|_| None).unwrap();
        let rules = Rulebook::initial(NaiveDate::from_ymd_opt(2026, 1, 1).unwrap());
        let mut all = Vec::new();
        for locale in Locale::ALL {
            for name in ArticleName::ALL {
                let source = Source::new(locale, &rules, &config);
                all.push((locale, name, article(name, &source)));
            }
        }
        all
    }

    fn spans(article: &Article) -> Vec<&Span> {
        let mut spans: Vec<&Span> = article.lead.iter().collect();
        let answers =
            article.sections.iter().flat_map(|section| &section.questions).flat_map(|question| &question.answer);
        for block in article.sections.iter().flat_map(|section| &section.blocks).chain(answers) {
            match block {
                Block::Paragraph(run) | Block::Note(run) => spans.extend(run),
                Block::List(items) | Block::Steps(items) => spans.extend(items.iter().flatten()),
                Block::Table { rows, .. } => spans.extend(rows.iter().flatten().flatten()),
            }
        }
        spans
    }

    /// No markup is left over, and every link leads to a page that exists, in the reader's language.
    #[test]
    fn texts_are_read_whole() {
        for (locale, name, article) in all() {
            let pages: Vec<String> = [
                Page::Experts,
                Page::SignUp,
                Page::Apply,
                Page::Contact,
                Page::Account,
                Page::Bookings,
                Page::Orders,
                Page::Work(WorkPage::Profile),
                Page::Work(WorkPage::Calendar),
                Page::Work(WorkPage::Settings),
                Page::Work(WorkPage::Referrals),
                Page::Levels,
                Page::Rentals,
                Page::Faq,
                Page::Privacy,
                Page::Programme(ProgrammeSection::Overview),
            ]
            .map(|page| url::path(locale, page))
            .to_vec();
            for span in spans(&article) {
                let text = span.text();
                assert!(!text.contains(['[', ']', '<', '>', '|', '{']), "{locale:?} {name:?}: {text}");
                assert!(!text.starts_with(['!', '-']), "{locale:?} {name:?}: {text}");
                if let Span::Link { href, external: false, .. } = span {
                    let page = href.split('#').next().unwrap_or_default();
                    assert!(
                        href.starts_with("mailto:") || pages.iter().any(|known| known == page),
                        "{locale:?} {name:?}: {href}"
                    );
                }
            }
        }
    }

    /// Rows of a table have as many cells as their head; anchors are unique on a page.
    #[test]
    fn tables_and_anchors() {
        for (locale, name, article) in all() {
            let mut anchors = BTreeSet::new();
            for section in &article.sections {
                assert!(anchors.insert(section.id.clone()), "{locale:?} {name:?}: {}", section.id);
                for question in &section.questions {
                    assert!(anchors.insert(question.id.clone()), "{locale:?} {name:?}: {}", question.id);
                    assert!(!question.answer.is_empty());
                }
                for block in &section.blocks {
                    if let Block::Table { head, rows } = block {
                        assert!(rows.iter().all(|row| row.len() == head.len()), "{locale:?} {name:?}: {}", section.id);
                    }
                }
            }
        }
    }

    /// Every question is answered in every language.
    #[test]
    fn questions_are_the_same_in_every_language() {
        let ids: Vec<Vec<String>> = all()
            .into_iter()
            .filter(|(_, name, _)| *name == ArticleName::Faq)
            .map(|(_, _, article)| {
                article.sections.into_iter().flat_map(|section| section.questions).map(|question| question.id).collect()
            })
            .collect();
        assert_eq!(ids.len(), 3);
        assert!(ids.windows(2).all(|pair| pair[0] == pair[1]));
        assert_eq!(ids[0].len(), 54);
    }

    /// S6, S25: figures in answers are the rulebook's.
    #[test]
    fn figures_come_from_the_rulebook() {
        let config = Config::read(|_| None).unwrap();
        let mut rules = Rulebook::initial(NaiveDate::from_ymd_opt(2026, 1, 1).unwrap());
        rules.flexible.supplement = BasisPoints(1234);
        let source = Source::new(Locale::En, &rules, &config);
        for name in [ArticleName::Faq, ArticleName::Terms] {
            let article = article(name, &source);
            assert!(spans(&article).iter().any(|span| span.text().contains("12.34%")), "{name:?}");
        }
    }
}
