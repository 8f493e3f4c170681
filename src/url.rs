//! Addresses of pages.

use gabarit_domain::ids::{BookingId, CandidateId, DocumentId, ExpertId, MembershipId, NominationId, PayoutBatchId};
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
    /// Referral partners and their leads.
    Referrals,
}

/// Path of a page: `/fr/experts`.
#[must_use]
pub fn path(locale: Locale, page: Page) -> String {
    let code = locale.code();
    match page {
        Page::Home => format!("/{code}"),
        Page::Experts => format!("/{code}/experts"),
        Page::Expert(id) => format!("/{code}/experts/{id}"),
        Page::Book(id) => format!("/{code}/book/{id}"),
        Page::BookDetails(id) => format!("/{code}/book/{id}/details"),
        Page::Bookings => format!("/{code}/bookings"),
        Page::Booking(id) => format!("/{code}/bookings/{id}"),
        Page::Orders => format!("/{code}/orders"),
        Page::Document(id) => format!("/{code}/documents/{id}"),
        Page::Papers => format!("/{code}/papers"),
        Page::PapersSettings => format!("/{code}/papers/settings"),
        Page::SelfBilling => format!("/{code}/papers/self-billing"),
        Page::Verify => format!("/{code}/verify"),
        Page::SignIn => format!("/{code}/sign-in"),
        Page::SignUp => format!("/{code}/sign-up"),
        Page::SignInCode => format!("/{code}/sign-in/code"),
        Page::ForgotPassword => format!("/{code}/forgot-password"),
        Page::TwoStep => format!("/{code}/account/two-step"),
        Page::Account => format!("/{code}/account"),
        Page::Manage(ManagePage::Managers) => format!("/{code}/manage/managers"),
        Page::Apply => format!("/{code}/apply"),
        Page::Work(page) => {
            let below = match page {
                WorkPage::Orders => "",
                WorkPage::Calendar => "/calendar",
                WorkPage::Messages => "/messages",
                WorkPage::Profile => "/profile",
                WorkPage::Record => "/profile/record",
                WorkPage::Earnings => "/earnings",
                WorkPage::Settings => "/settings",
                WorkPage::Referrals => "/referrals",
            };
            format!("/{code}/work{below}")
        }
        Page::Thread(id) => format!("/{code}/messages/{id}"),
        Page::Manage(ManagePage::Documents) => format!("/{code}/manage/documents"),
        Page::Manage(ManagePage::Overview) => format!("/{code}/manage"),
        Page::Manage(ManagePage::Candidates) => format!("/{code}/manage/candidates"),
        Page::Manage(ManagePage::Candidate(id)) => format!("/{code}/manage/candidates/{id}"),
        Page::Manage(ManagePage::Desk) => format!("/{code}/manage/desk"),
        Page::Contact => format!("/{code}/contact"),
        Page::Manage(ManagePage::Reports) => format!("/{code}/manage/reports"),
        Page::Manage(ManagePage::Payouts) => format!("/{code}/manage/payouts"),
        Page::Manage(ManagePage::PayoutBatch(id)) => format!("/{code}/manage/payouts/{id}"),
        Page::Manage(ManagePage::Ledger) => format!("/{code}/manage/ledger"),
        Page::Manage(ManagePage::Transaction(id)) => format!("/{code}/manage/ledger/transactions/{id}"),
        Page::Manage(ManagePage::Operations) => format!("/{code}/manage/operations"),
        Page::Manage(ManagePage::Reviews) => format!("/{code}/manage/reviews"),
        Page::Manage(ManagePage::Disputes) => format!("/{code}/manage/disputes"),
        Page::Nominate => format!("/{code}/programme/nominate"),
        Page::Nominations => format!("/{code}/programme/nominations"),
        Page::Nomination(id) => format!("/{code}/programme/nominations/{id}"),
        Page::Contributions => format!("/{code}/programme/nominations/contributions"),
        Page::Reviews => format!("/{code}/programme/review"),
        Page::Review(id) => format!("/{code}/programme/review/{id}"),
        Page::Manage(ManagePage::Programme) => format!("/{code}/manage/programme"),
        Page::Manage(ManagePage::ProgrammeNomination(id)) => format!("/{code}/manage/programme/nominations/{id}"),
        Page::Manage(ManagePage::ProgrammeReviewers) => format!("/{code}/manage/programme/reviewers"),
        Page::Manage(ManagePage::Rentals) => format!("/{code}/manage/rentals"),
        Page::RentalOrder => format!("/{code}/rentals/order"),
        Page::Rental(id) => format!("/{code}/rentals/order/{id}"),
        Page::Saved => format!("/{code}/saved"),
        Page::Manage(ManagePage::Rules) => format!("/{code}/manage/rules"),
        Page::Manage(ManagePage::Figures) => format!("/{code}/manage/figures"),
        Page::Manage(ManagePage::Log) => format!("/{code}/manage/log"),
        Page::Manage(ManagePage::Referrals) => format!("/{code}/manage/referrals"),
        Page::OwnData => format!("/{code}/account/data"),
        Page::Levels => format!("/{code}/levels"),
        Page::Rentals => format!("/{code}/rentals"),
        Page::HowItWorks => format!("/{code}/how-it-works"),
        Page::Faq => format!("/{code}/faq"),
        Page::Privacy => format!("/{code}/privacy"),
        Page::Accessibility => format!("/{code}/accessibility"),
        Page::Terms => format!("/{code}/terms"),
        Page::AboutData => format!("/{code}/about-data"),
        Page::Programme(section) => {
            let below = match section {
                ProgrammeSection::Overview => "",
                ProgrammeSection::Members => "/members",
                ProgrammeSection::Benefits => "/benefits",
                ProgrammeSection::Events => "/events",
                ProgrammeSection::Community => "/community",
                ProgrammeSection::Membership => "/membership",
                ProgrammeSection::Nominate => "/nominate",
            };
            format!("/{code}/programme{below}")
        }
        Page::Manage(ManagePage::Members) => format!("/{code}/manage/members"),
        Page::Manage(ManagePage::Member(id)) => format!("/{code}/manage/members/{id}"),
        Page::Manage(ManagePage::Benefits) => format!("/{code}/manage/members/benefits"),
        Page::Manage(ManagePage::Events) => format!("/{code}/manage/members/events"),
        Page::Manage(ManagePage::CommunityReports) => format!("/{code}/manage/members/reports"),
        Page::Manage(ManagePage::ProgrammeFigures) => format!("/{code}/manage/members/figures"),
    }
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

/// The page that a document is about: a booking's, or that of licences rented alone, whose references begin with `R-`.
#[must_use]
pub fn about(locale: Locale, booking: BookingId, reference: &str) -> String {
    let page = if reference.starts_with("R-") { Page::Rental(booking.0) } else { Page::Booking(booking) };
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

    /// The language switch keeps path and query.
    #[test]
    fn switch_keeps_the_page() {
        assert_eq!(translated("/fr", "", Locale::Nl), "/nl");
        assert_eq!(translated("/fr/experts", "?product=revit&page=2", Locale::En), "/en/experts?product=revit&page=2");
        assert_eq!(translated("/fr/sign-in", "__path=%2Fapi&next=%2Ffr&__err=x", Locale::En), "/en/sign-in?next=%2Ffr");
    }
}
