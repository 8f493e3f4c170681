//! Addresses of pages.

use gabarit_domain::{
    ids::{BookingId, CandidateId, DocumentId, ExpertId, MembershipId, NominationId, PayoutBatchId},
    rental::is_reference,
};
use gabarit_i18n::Locale;
use uuid::Uuid;

/// A page of the platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// Search first.
    Home,
    /// Results of a search.
    Experts,
    /// A profile.
    Expert(ExpertId),
    /// The booking form for an expert.
    Book(ExpertId),
    /// Details and payment of a booking in the making.
    BookDetails(ExpertId),
    /// A client's bookings.
    Bookings,
    /// One booking, for both sides.
    Booking(BookingId),
    /// An expert's orders.
    Orders,
    /// An invoice, on screen.
    Document(DocumentId),
    /// One's documents, by month.
    Papers,
    /// Settings for e-invoices and the tax office.
    PapersSettings,
    /// The agreement to self-billing.
    SelfBilling,
    /// Is a document ours, and does it add up?
    Verify,
    /// Sign in.
    SignIn,
    /// Make an account.
    SignUp,
    /// The second step of signing in.
    SignInCode,
    /// Ask for a new password.
    ForgotPassword,
    /// One's own details.
    Account,
    /// Two-step sign-in of one's own account.
    TwoStep,
    /// Becoming an expert: the application and what became of it.
    Apply,
    /// A page of the experts' workplace.
    Work(WorkPage),
    /// The thread of a booking, for both sides.
    Thread(BookingId),
    /// A page of the managers' console.
    Manage(ManagePage),
    /// Standing for the recognition programme.
    Nominate,
    /// Own nominations.
    Nominations,
    /// One of them.
    Nomination(NominationId),
    /// What one shared with other users.
    Contributions,
    /// A reviewer's desk.
    Reviews,
    /// A nomination, for one of its reviewers.
    Review(NominationId),
    /// Writing to the platform.
    Contact,
    /// Levels, day rates, ladder and travel tariffs.
    Levels,
    /// Licences and workstations.
    Rentals,
    /// Renting licences without an expert.
    RentalOrder,
    /// One such order.
    Rental(Uuid),
    /// What the account keeps: experts, searches.
    Saved,
    /// How it works.
    HowItWorks,
    /// Questions and answers.
    Faq,
    /// Privacy statement.
    Privacy,
    /// Accessibility statement.
    Accessibility,
    /// Terms.
    Terms,
    /// Where the data comes from.
    AboutData,
    /// Everything that is stored about oneself: to take along, to have erased.
    OwnData,
    /// A page of the recognition programme.
    Programme(ProgrammeSection),
}

/// A section of the recognition programme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProgrammeSection {
    /// What it is.
    Overview,
    /// The hall of members.
    Members,
    /// Benefits by country, and a member's claims.
    Benefits,
    /// Members' events.
    Events,
    /// The members' community.
    Community,
    /// One's own membership.
    Membership,
    /// The nomination form.
    Nominate,
}

/// A section of the experts' workplace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WorkPage {
    /// Orders, clocks first.
    Orders,
    /// Free days, calendars elsewhere, the feed.
    Calendar,
    /// Threads.
    Messages,
    /// The profile.
    Profile,
    /// One certificate, diploma or job.
    Record,
    /// The ladder, years, assignments.
    Earnings,
    /// Being a referral partner.
    Referrals,
    /// Where and how, and billing.
    Settings,
}

/// A section of the managers' console.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ManagePage {
    /// Everybody's documents.
    Documents,
    /// What waits.
    Overview,
    /// All bookings.
    Bookings,
    /// The contact desk's inbox.
    Desk,
    /// Who manages.
    Managers,
    /// Applications.
    Candidates,
    /// One application.
    Candidate(CandidateId),
    /// Days that clients say were not worked.
    Reports,
    /// Payouts to experts.
    Payouts,
    /// One batch of them.
    PayoutBatch(PayoutBatchId),
    /// The trial balance.
    Ledger,
    /// One transaction of the ledger.
    Transaction(Uuid),
    /// What runs, and what does not.
    Operations,
    /// Reviews to decide on.
    Reviews,
    /// Words marked as contact details to decide on.
    Looks,
    /// Disputes to decide on.
    Disputes,
    /// Cycles of the recognition programme.
    Programme,
    /// A nomination.
    ProgrammeNomination(NominationId),
    /// Who reviews nominations.
    ProgrammeReviewers,
    /// Licences rented alone: hand-outs, returns, stock.
    Rentals,
    /// Renewals, appeals, members.
    Members,
    /// One membership.
    Member(MembershipId),
    /// Benefits, their codes and parcels.
    Benefits,
    /// Members' events.
    Events,
    /// Posts that members reported.
    CommunityReports,
    /// Figures of the programme.
    ProgrammeFigures,
    /// The rulebook and its draft.
    Rules,
    /// Charts and their tables.
    Figures,
    /// Who did what, when and why.
    Log,
    /// What the audit found.
    Audit,
    /// Referral partners and their leads.
    Referrals,
}

/// Path of a page: `/fr/experts`.
#[must_use]
pub fn path(locale: Locale, page: Page) -> String {
    // A table, not a format for each: every screen carries it.
    let (below, id): (&str, Option<Uuid>) = match page {
        Page::Home => ("", None),
        Page::Experts => ("experts", None),
        Page::Expert(id) => ("experts/{}", Some(id.0)),
        Page::Book(id) => ("book/{}", Some(id.0)),
        Page::BookDetails(id) => ("book/{}/details", Some(id.0)),
        Page::Bookings => ("bookings", None),
        Page::Booking(id) => ("bookings/{}", Some(id.0)),
        Page::Orders => ("orders", None),
        Page::Document(id) => ("documents/{}", Some(id.0)),
        Page::Papers => ("papers", None),
        Page::PapersSettings => ("papers/settings", None),
        Page::SelfBilling => ("papers/self-billing", None),
        Page::Verify => ("verify", None),
        Page::SignIn => ("sign-in", None),
        Page::SignUp => ("sign-up", None),
        Page::SignInCode => ("sign-in/code", None),
        Page::ForgotPassword => ("forgot-password", None),
        Page::TwoStep => ("account/two-step", None),
        Page::Account => ("account", None),
        Page::Manage(ManagePage::Managers) => ("manage/managers", None),
        Page::Apply => ("apply", None),
        Page::Work(page) => match page {
            WorkPage::Orders => ("work", None),
            WorkPage::Calendar => ("work/calendar", None),
            WorkPage::Messages => ("work/messages", None),
            WorkPage::Profile => ("work/profile", None),
            WorkPage::Record => ("work/profile/record", None),
            WorkPage::Earnings => ("work/earnings", None),
            WorkPage::Settings => ("work/settings", None),
            WorkPage::Referrals => ("work/referrals", None),
        },
        Page::Thread(id) => ("messages/{}", Some(id.0)),
        Page::Manage(ManagePage::Documents) => ("manage/documents", None),
        Page::Manage(ManagePage::Overview) => ("manage", None),
        Page::Manage(ManagePage::Bookings) => ("manage/bookings", None),
        Page::Manage(ManagePage::Candidates) => ("manage/candidates", None),
        Page::Manage(ManagePage::Candidate(id)) => ("manage/candidates/{}", Some(id.0)),
        Page::Manage(ManagePage::Desk) => ("manage/desk", None),
        Page::Contact => ("contact", None),
        Page::Manage(ManagePage::Reports) => ("manage/reports", None),
        Page::Manage(ManagePage::Payouts) => ("manage/payouts", None),
        Page::Manage(ManagePage::PayoutBatch(id)) => ("manage/payouts/{}", Some(id.0)),
        Page::Manage(ManagePage::Ledger) => ("manage/ledger", None),
        Page::Manage(ManagePage::Transaction(id)) => ("manage/ledger/transactions/{}", Some(id)),
        Page::Manage(ManagePage::Operations) => ("manage/operations", None),
        Page::Manage(ManagePage::Looks) => ("manage/texts", None),
        Page::Manage(ManagePage::Reviews) => ("manage/reviews", None),
        Page::Manage(ManagePage::Disputes) => ("manage/disputes", None),
        Page::Nominate => ("programme/nominate", None),
        Page::Nominations => ("programme/nominations", None),
        Page::Nomination(id) => ("programme/nominations/{}", Some(id.0)),
        Page::Contributions => ("programme/nominations/contributions", None),
        Page::Reviews => ("programme/review", None),
        Page::Review(id) => ("programme/review/{}", Some(id.0)),
        Page::Manage(ManagePage::Programme) => ("manage/programme", None),
        Page::Manage(ManagePage::ProgrammeNomination(id)) => ("manage/programme/nominations/{}", Some(id.0)),
        Page::Manage(ManagePage::ProgrammeReviewers) => ("manage/programme/reviewers", None),
        Page::Manage(ManagePage::Rentals) => ("manage/rentals", None),
        Page::RentalOrder => ("rentals/order", None),
        Page::Rental(id) => ("rentals/order/{}", Some(id)),
        Page::Saved => ("saved", None),
        Page::Manage(ManagePage::Rules) => ("manage/rules", None),
        Page::Manage(ManagePage::Referrals) => ("manage/referrals", None),
        Page::Manage(ManagePage::Figures) => ("manage/figures", None),
        Page::Manage(ManagePage::Log) => ("manage/log", None),
        Page::Manage(ManagePage::Audit) => ("manage/audit", None),
        Page::OwnData => ("account/data", None),
        Page::Levels => ("levels", None),
        Page::Rentals => ("rentals", None),
        Page::HowItWorks => ("how-it-works", None),
        Page::Faq => ("faq", None),
        Page::Privacy => ("privacy", None),
        Page::Accessibility => ("accessibility", None),
        Page::Terms => ("terms", None),
        Page::AboutData => ("about-data", None),
        Page::Programme(section) => match section {
            ProgrammeSection::Overview => ("programme", None),
            ProgrammeSection::Members => ("programme/members", None),
            ProgrammeSection::Benefits => ("programme/benefits", None),
            ProgrammeSection::Events => ("programme/events", None),
            ProgrammeSection::Community => ("programme/community", None),
            ProgrammeSection::Membership => ("programme/membership", None),
            ProgrammeSection::Nominate => ("programme/nominate", None),
        },
        Page::Manage(ManagePage::Members) => ("manage/members", None),
        Page::Manage(ManagePage::Member(id)) => ("manage/members/{}", Some(id.0)),
        Page::Manage(ManagePage::Benefits) => ("manage/members/benefits", None),
        Page::Manage(ManagePage::Events) => ("manage/members/events", None),
        Page::Manage(ManagePage::CommunityReports) => ("manage/members/reports", None),
        Page::Manage(ManagePage::ProgrammeFigures) => ("manage/members/figures", None),
    };
    let mut path = format!("/{}", locale.code());
    if !below.is_empty() {
        path.push('/');
        match (below.split_once("{}"), id) {
            (Some((before, after)), Some(id)) => {
                path.push_str(before);
                path.push_str(&id.to_string());
                path.push_str(after);
            }
            _ => path.push_str(below),
        }
    }
    path
}

/// Path of one's own membership in the recognition programme.
#[must_use]
pub fn membership(locale: Locale) -> String {
    format!("/{}/programme/membership", locale.code())
}

/// Path of a cycle of the recognition programme, in the console.
#[must_use]
pub fn programme_cycle(locale: Locale, code: &str) -> String {
    format!("{}/cycles/{code}", path(locale, Page::Manage(ManagePage::Programme)))
}

/// The page that a document is about: a booking's, or that of licences rented alone, which its reference tells.
#[must_use]
pub fn about(locale: Locale, booking: BookingId, reference: &str) -> String {
    let page = if is_reference(reference) { Page::Rental(booking.0) } else { Page::Booking(booking) };
    path(locale, page)
}

/// Path of a conversation with the contact desk.
#[must_use]
pub fn conversation(locale: Locale, reference: &str) -> String {
    format!("{}/{reference}", path(locale, Page::Contact))
}

/// Path of the page behind a partner's link.
#[must_use]
pub fn licences(locale: Locale, code: &str) -> String {
    format!("/{}/licences/{code}", locale.code())
}

/// The path with a parameter added, its value encoded.
#[must_use]
pub fn with_param(path: &str, name: &str, value: &str) -> String {
    let separator = if path.contains('?') { '&' } else { '?' };
    let value: String = form_urlencoded::byte_serialize(value.as_bytes()).collect();
    format!("{path}{separator}{name}={value}")
}

/// Where the quote of a booking form's choices is printed.
#[must_use]
pub fn printed_quote(locale: Locale, expert: ExpertId, query: &str) -> String {
    format!("/quotes/{}/{expert}?{query}", locale.code())
}

/// The path of a page that comes back to `next` when its work is done: signing in during a booking.
#[must_use]
pub fn with_next(locale: Locale, page: Page, next: &str) -> String {
    local(next).map_or_else(|| path(locale, page), |next| with_param(&path(locale, page), "next", next))
}

/// The path, if it is one of ours: an address given in a parameter must never lead elsewhere.
#[must_use]
pub fn local(next: &str) -> Option<&str> {
    let rest = next.strip_prefix('/')?;
    let first = rest.split(['/', '?', '#']).next()?;
    let plain = next.len() <= 2000 && !next.chars().any(|c| c == '\\' || c.is_control());
    (plain && Locale::parse(first).is_some()).then_some(next)
}

/// The same page in another language. Errors of a form that was sent in the first language stay behind.
#[must_use]
pub fn translated(path: &str, query: &str, to: Locale) -> String {
    let rest = path.strip_prefix('/').and_then(|path| path.split_once('/')).map_or("", |(_, rest)| rest);
    let mut address = format!("/{}", to.code());
    if !rest.is_empty() {
        address.push('/');
        address.push_str(rest);
    }
    let kept: Vec<&str> =
        query.trim_start_matches('?').split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("__")).collect();
    if !kept.is_empty() {
        address.push('?');
        address.push_str(&kept.join("&"));
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Only paths of the platform are followed back after signing in.
    #[test]
    fn next_is_local() {
        for good in ["/fr", "/nl/book/1?days=2026-12-01", "/en?x=//y"] {
            assert_eq!(local(good), Some(good));
        }
        for bad in
            ["", "fr", "//evil.example/fr", "/\\evil.example", "/evil.example", "https://evil.example/fr", "/fr\n"]
        {
            assert_eq!(local(bad), None, "{bad:?}");
        }
    }

    /// An id stands where its page has it.
    #[test]
    fn pages_have_their_paths() {
        let id = Uuid::from_u128(7);
        assert_eq!(path(Locale::Fr, Page::Home), "/fr");
        assert_eq!(path(Locale::Nl, Page::Manage(ManagePage::Overview)), "/nl/manage");
        assert_eq!(path(Locale::En, Page::BookDetails(ExpertId(id))), format!("/en/book/{id}/details"));
        assert_eq!(path(Locale::En, Page::Rental(id)), format!("/en/rentals/order/{id}"));
    }

    /// The language switch keeps path and query.
    #[test]
    fn switch_keeps_the_page() {
        assert_eq!(translated("/fr", "", Locale::Nl), "/nl");
        assert_eq!(translated("/fr/experts", "?product=revit&page=2", Locale::En), "/en/experts?product=revit&page=2");
        assert_eq!(translated("/fr/sign-in", "__path=%2Fapi&next=%2Ffr&__err=x", Locale::En), "/en/sign-in?next=%2Ffr");
    }
}
