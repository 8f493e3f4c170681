//! The managers' console: one frame with its navigation, into which each area hangs its pages.
//!
//! A new area adds its routes to [`ManageRoutes`] and its line to [`SECTIONS`]; the frame keeps everybody but managers
//! out before any of its pages is made.
#![expect(unreachable_pub, reason = "the component macro makes the properties of private components public")]

mod audit;
mod bookings;
mod candidate;
mod candidates;
mod contact;
mod disputes;
mod figures;
mod ledger;
mod list;
mod log;
mod looks;
mod managers;
mod members;
mod operations;
mod overview;
mod payouts;
mod programme;
mod programme_file;
mod referrals;
mod rentals;
mod reports;
mod reviews;
mod rules;

use crate::{
    app::lazy::lazy_area,
    i18n::{Locale, use_locale},
    pages::papers::list::AllDocuments,
    session::use_account,
    ui::{ErrorState, Icon, IconName},
    url::{self, ManagePage, Page},
};
use audit::AuditPage;
use bookings::BookingsPage;
use candidate::CandidatePage;
use candidates::CandidatesPage;
use contact::{InboxPage, RequestPage};
use disputes::DisputesPage;
use figures::FiguresPage;
use gabarit_i18n::{books as books_text, manage as text, operations as operations_text, payout as payout_text};
use gabarit_view::error::ApiError;
use ledger::{LedgerAccountPage, LedgerPage, TransactionPage};
use leptos::{html, prelude::*};
use leptos_router::{
    SsrMode,
    any_nested_route::IntoAnyNestedRoute as _,
    components::{Outlet, ParentRoute, Route},
    hooks::use_location,
    path,
};
use log::LogPage;
use looks::LooksPage;
use managers::ManagersPage;
use members::{
    CommunityReportsPage, MemberBenefitsPage, MemberEventsPage, MemberPage, MembersPage, ProgrammeFiguresPage,
};
use operations::OperationsPage;
use overview::OverviewPage;
use payouts::{BatchPage, PayoutsPage};
use programme::{ProgrammeCyclePage, ProgrammePage, ReviewersPage};
use programme_file::ProgrammeFilePage;
use referrals::{LeadPage, PartnerPage, ReferralsPage};
use rentals::RentalsDesk;
use reports::ReportsPage;
use reviews::ReviewsPage;
use rules::RulesPage;

/// A section and its name.
type Section = (ManagePage, fn(Locale) -> &'static str);

/// The sections of the console, in the order of its navigation.
const SECTIONS: &[Section] = &[
    (ManagePage::Overview, text::overview),
    (ManagePage::Desk, gabarit_i18n::contact::inbox),
    (ManagePage::Bookings, text::bookings),
    (ManagePage::Candidates, text::nav_candidates),
    (ManagePage::Reports, gabarit_i18n::changes::reports),
    (ManagePage::Payouts, payout_text::title),
    (ManagePage::Ledger, books_text::title),
    (ManagePage::Programme, gabarit_i18n::nomination::manage_title),
    (ManagePage::Operations, operations_text::title),
    (ManagePage::Documents, gabarit_i18n::papers::title),
    (ManagePage::Disputes, gabarit_i18n::dispute::manage_title),
    (ManagePage::Rentals, gabarit_i18n::rental::manage_title),
    (ManagePage::Reviews, gabarit_i18n::rating::manage_title),
    (ManagePage::Looks, gabarit_i18n::look::title),
    (ManagePage::Managers, gabarit_i18n::account::managers_title),
    (ManagePage::Members, gabarit_i18n::membership::nav_manage),
    (ManagePage::Rules, gabarit_i18n::rules::title),
    (ManagePage::Figures, gabarit_i18n::figures::title),
    (ManagePage::Log, gabarit_i18n::log::title),
    (ManagePage::Audit, gabarit_i18n::audit::title),
    (ManagePage::Referrals, gabarit_i18n::referral::manage_title),
];

lazy_area! {
    /// Screens of the console.
    ManageArea in Manage::Manage {
        Overview => OverviewPage,
        Bookings => BookingsPage,
        Inbox => InboxPage,
        Request => RequestPage,
        Candidates => CandidatesPage,
        Candidate => CandidatePage,
        Managers => ManagersPage,
        Reports => ReportsPage,
        Payouts => PayoutsPage,
        Batch => BatchPage,
        Ledger => LedgerPage,
        LedgerAccount => LedgerAccountPage,
        Transaction => TransactionPage,
        Operations => OperationsPage,
        Programme => ProgrammePage,
        ProgrammeCycle => ProgrammeCyclePage,
        ProgrammeFile => ProgrammeFilePage,
        ProgrammeReviewers => ReviewersPage,
        Documents => AllDocuments,
        Reviews => ReviewsPage,
        Looks => LooksPage,
        Rentals => RentalsDesk,
        Disputes => DisputesPage,
        Members => MembersPage,
        Member => MemberPage,
        MemberBenefits => MemberBenefitsPage,
        MemberEvents => MemberEventsPage,
        CommunityReports => CommunityReportsPage,
        ProgrammeFigures => ProgrammeFiguresPage,
        Rules => RulesPage,
        Figures => FiguresPage,
        Log => LogPage,
        Audit => AuditPage,
        Referrals => ReferralsPage,
        ReferralPartner => PartnerPage,
        ReferralLead => LeadPage,
    }
}

/// Routes of this area, below the language.
#[component(transparent)]
pub fn ManageRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("manage") view=ManageLayout ssr=SsrMode::Async>
            <Route path=path!("") view=ManageArea::Overview.lazy()/>
            <Route path=path!("desk") view=ManageArea::Inbox.lazy()/>
            <Route path=path!("desk/:reference") view=ManageArea::Request.lazy()/>
            <Route path=path!("bookings") view=ManageArea::Bookings.lazy()/>
            <Route path=path!("candidates") view=ManageArea::Candidates.lazy()/>
            <Route path=path!("candidates/:id") view=ManageArea::Candidate.lazy()/>
            <Route path=path!("managers") view=ManageArea::Managers.lazy()/>
            <Route path=path!("reports") view=ManageArea::Reports.lazy()/>
            <Route path=path!("payouts") view=ManageArea::Payouts.lazy()/>
            <Route path=path!("payouts/:id") view=ManageArea::Batch.lazy()/>
            <Route path=path!("ledger") view=ManageArea::Ledger.lazy()/>
            <Route path=path!("ledger/:account") view=ManageArea::LedgerAccount.lazy()/>
            <Route path=path!("ledger/transactions/:id") view=ManageArea::Transaction.lazy()/>
            <Route path=path!("operations") view=ManageArea::Operations.lazy()/>
            <Route path=path!("programme") view=ManageArea::Programme.lazy()/>
            <Route path=path!("programme/reviewers") view=ManageArea::ProgrammeReviewers.lazy()/>
            <Route path=path!("programme/cycles/:code") view=ManageArea::ProgrammeCycle.lazy()/>
            <Route path=path!("programme/nominations/:id") view=ManageArea::ProgrammeFile.lazy()/>
            <Route path=path!("documents") view=ManageArea::Documents.lazy()/>
            <Route path=path!("disputes") view=ManageArea::Disputes.lazy()/>
            <Route path=path!("rentals") view=ManageArea::Rentals.lazy()/>
            <Route path=path!("reviews") view=ManageArea::Reviews.lazy()/>
            <Route path=path!("texts") view=ManageArea::Looks.lazy()/>
            <Route path=path!("members") view=ManageArea::Members.lazy()/>
            <Route path=path!("members/benefits") view=ManageArea::MemberBenefits.lazy()/>
            <Route path=path!("members/events") view=ManageArea::MemberEvents.lazy()/>
            <Route path=path!("members/reports") view=ManageArea::CommunityReports.lazy()/>
            <Route path=path!("members/figures") view=ManageArea::ProgrammeFigures.lazy()/>
            <Route path=path!("members/:id") view=ManageArea::Member.lazy()/>
            <Route path=path!("rules") view=ManageArea::Rules.lazy()/>
            <Route path=path!("figures") view=ManageArea::Figures.lazy()/>
            <Route path=path!("log") view=ManageArea::Log.lazy()/>
            <Route path=path!("audit") view=ManageArea::Audit.lazy()/>
            <Route path=path!("referrals") view=ManageArea::Referrals.lazy()/>
            <Route path=path!("referrals/partners/:id") view=ManageArea::ReferralPartner.lazy()/>
            <Route path=path!("referrals/leads/:id") view=ManageArea::ReferralLead.lazy()/>
        </ParentRoute>
    }
    .into_inner()
    .into_any_nested_route()
}

/// Keeps everybody but managers out, and lays the console's pages out beside its navigation.
#[component]
fn ManageLayout() -> impl IntoView {
    let account = use_account();
    // `None`: nobody is signed in. Who comes and goes changes the page, a new name does not.
    let manages = Memo::new(move |_| account.with(|account| account.as_ref().map(|account| account.is_manager)));
    move || match manages.get() {
        None => view! { <ErrorState error=ApiError::SignInRequired/> }.into_any(),
        Some(false) if account.get_untracked().is_some_and(|account| account.needs_two_step) => {
            view! { <ErrorState error=ApiError::TwoStepRequired/> }.into_any()
        }
        Some(false) => view! { <ErrorState error=ApiError::Forbidden/> }.into_any(),
        Some(true) => view! {
            <div class="console">
                <Navigation/>
                <div class="console-page">
                    <Outlet/>
                </div>
            </div>
        }
        .into_any(),
    }
}

/// At the side of a wide page; folded away on a small one, without script, too.
#[component]
fn Navigation() -> impl IntoView {
    let locale = use_locale();
    let location = use_location();
    let menu = NodeRef::<html::Details>::new();
    Effect::new(move || {
        location.pathname.track();
        if let Some(menu) = menu.get_untracked() {
            let _ = menu.remove_attribute("open");
        }
    });
    let links = move || {
        let links = SECTIONS
            .iter()
            .map(|(page, name)| {
                let href = url::path(locale, Page::Manage(*page));
                let root = matches!(page, ManagePage::Overview);
                let here = href.clone();
                // A section is current on its pages below, too.
                let current = move || {
                    location.pathname.with(|path| match path.strip_prefix(here.as_str()) {
                        Some("" | "/") => Some("page"),
                        Some(below) if !root && below.starts_with('/') => Some("true"),
                        _ => None,
                    })
                };
                view! { <li><a href=href aria-current=current>{name(locale)}</a></li> }
            })
            .collect_view();
        view! { <ul class="console-links">{links}</ul> }
    };
    view! {
        <nav class="console-side" aria-label=text::nav_label(locale)>{links()}</nav>
        <details class="console-menu" node_ref=menu>
            <summary>
                <Icon name=IconName::Menu/>
                <span>{text::menu(locale)}</span>
            </summary>
            <nav aria-label=text::nav_label(locale)>{links()}</nav>
        </details>
    }
    .into_any()
}
