//! Questions of clients, of experts, and about the recognition programme, answered by the rules in force.

use super::articles::Source;
use gabarit_i18n::{faq, fmt, programme};
use gabarit_view::public::{Article, Question, Section};

/// The page of questions and answers.
pub(super) fn article(s: &Source<'_>) -> Article {
    let l = s.locale;
    let (rules, reader) = (s.rules, s.reader());
    let question = |id: &str, question: &str, answer: &str| Question {
        id: id.to_owned(),
        question: question.to_owned(),
        answer: reader.blocks(answer),
    };
    let (supplement, notice) = (s.percent(rules.flexible.supplement), s.int(rules.flexible.notice_days));
    let (minutes, hours) = (s.int(rules.booking.hold_minutes), s.int(rules.booking.acceptance_hours));
    let (contest, payout) = (s.int(rules.booking.contest_days), s.int(rules.booking.payout_days));
    let (first, last) = s.shares();
    let step = |index: usize| rules.ladder.get(index).map_or(1, |band| band.from_day);
    let until = s.int(step(1).saturating_sub(1));
    let from = s.int(step(rules.ladder.len().saturating_sub(1)));
    let travel = &rules.travel;
    let (limit, flight) = (s.int(travel.allowance_over_km), s.int(travel.flight_over_km));
    let (per_km, lodging) = (fmt::money(l, travel.per_km), fmt::money(l, travel.lodging_per_day));
    let section = |id: &str, title: &str, questions: Vec<Question>| Section {
        id: id.to_owned(),
        title: title.to_owned(),
        blocks: Vec::new(),
        questions,
    };
    Article {
        lead: reader.spans(faq::lead(l)),
        facts: Vec::new(),
        sections: vec![
            section(
                "clients",
                faq::clients(l),
                vec![
                    question("what", faq::q_what(l), faq::a_what(l)),
                    question("specialisms", faq::q_specialisms(l), faq::a_specialisms(l)),
                    question("flexible", faq::q_flexible(l), &faq::a_flexible(l, &supplement, &notice)),
                    question("workstation", faq::q_workstation(l), faq::a_workstation(l)),
                    question("licence-only", faq::q_licence_only(l), faq::a_licence_only(l)),
                    question("ask-before", faq::q_ask_before(l), faq::a_ask_before(l)),
                    question("contact-after", faq::q_contact_after(l), faq::a_contact_after(l)),
                    question("not-free", faq::q_not_free(l), faq::a_not_free(l)),
                    question("another", faq::q_another(l), faq::a_another(l)),
                    question("none-found", faq::q_none_found(l), faq::a_none_found(l)),
                    question("again", faq::q_again(l), faq::a_again(l)),
                    question("client-free", faq::q_client_free(l), faq::a_client_free(l)),
                    question("payment", faq::q_payment(l), &faq::a_payment(l, &minutes)),
                    question("secure", faq::q_secure(l), faq::a_secure(l)),
                    question("quality", faq::q_quality(l), faq::a_quality(l)),
                    question("unhappy", faq::q_unhappy(l), faq::a_unhappy(l)),
                    question("client-privacy", faq::q_client_privacy(l), faq::a_client_privacy(l)),
                ],
            ),
            section(
                "experts",
                faq::experts(l),
                vec![
                    question("earn", faq::q_earn(l), faq::a_earn(l)),
                    question("share", faq::q_share(l), &faq::a_share(l, &until, &first, &from, &last)),
                    question("travel", faq::q_travel(l), &faq::a_travel(l, &limit, &per_km, &flight)),
                    question("lodging", faq::q_lodging(l), &faq::a_lodging(l, &limit, &lodging)),
                    question("paid-when", faq::q_paid_when(l), &faq::a_paid_when(l, &payout)),
                    question("invoicing", faq::q_invoicing(l), &faq::a_invoicing(l, &contest)),
                    question("where", faq::q_where(l), faq::a_where(l)),
                    question("published", faq::q_published(l), faq::a_published(l)),
                    question("own-licence", faq::q_own_licence(l), faq::a_own_licence(l)),
                    question("accept", faq::q_accept(l), &faq::a_accept(l, &hours)),
                    question("client-contact", faq::q_client_contact(l), faq::a_client_contact(l)),
                    question("expert-free", faq::q_expert_free(l), faq::a_expert_free(l)),
                    question("requirements", faq::q_requirements(l), faq::a_requirements(l)),
                    question("profile", faq::q_profile(l), faq::a_profile(l)),
                    question("referral", faq::q_referral(l), faq::a_referral(l)),
                    question("edit", faq::q_edit(l), faq::a_edit(l)),
                    question("delete", faq::q_delete(l), faq::a_delete(l)),
                    question("expert-privacy", faq::q_expert_privacy(l), faq::a_expert_privacy(l)),
                    question("availability", faq::q_availability(l), faq::a_availability(l)),
                    question("viewers", faq::q_viewers(l), faq::a_viewers(l)),
                    question("visible", faq::q_visible(l), faq::a_visible(l)),
                    question("feedback", faq::q_feedback(l), faq::a_feedback(l)),
                ],
            ),
            Section {
                blocks: reader.blocks(faq::a_programme(l)),
                ..section(
                    "programme",
                    faq::programme(l),
                    vec![
                        question("honours", programme::q_honours(l), programme::a_honours(l)),
                        question("stand", programme::q_apply(l), programme::a_apply(l)),
                        question("vendor", programme::q_vendor(l), programme::a_vendor(l)),
                        question("expertise", programme::q_expertise(l), programme::a_expertise(l)),
                        question("minimum", programme::q_minimum(l), programme::a_minimum(l)),
                        question("criteria", programme::q_criteria(l), programme::a_criteria(l)),
                        question("answered", programme::q_when(l), programme::a_when(l)),
                        question("refused", programme::q_refused(l), programme::a_refused(l)),
                        question("stand-again", programme::q_again(l), programme::a_again(l)),
                        question("renewal", programme::q_renew(l), programme::a_renew(l)),
                        question("benefits", programme::q_benefits(l), programme::a_benefits(l)),
                        question("members-software", programme::q_software(l), programme::a_software(l)),
                        question("lost", programme::q_lost(l), programme::a_lost(l)),
                        question("unpaid", programme::q_paid(l), programme::a_paid(l)),
                        question("kept", programme::q_kept(l), programme::a_kept(l)),
                    ],
                )
            },
        ],
        ..Article::default()
    }
}
