//! The recognition programme: what it is, its members, and what members have.
#![expect(unreachable_pub, reason = "the component macro makes the properties of private components public")]

mod benefits;
mod community;
mod events;
mod hall;
mod membership;
mod overview;
pub(crate) mod parts;

use crate::app::lazy::lazy_area;
use benefits::BenefitsPage;
use community::{CommunityPage, ThreadPage};
use events::EventsPage;
use hall::{HallPage, MemberPage};
use leptos::prelude::*;
use leptos_router::{SsrMode, any_nested_route::IntoAnyNestedRoute as _, components::Route, path};
use membership::MembershipPage;
use overview::OverviewPage;

lazy_area! {
    /// Screens of the recognition programme and its members.
    ProgrammeArea in Programme::Members {
        Overview => OverviewPage,
        Hall => HallPage,
        Member => MemberPage,
        Benefits => BenefitsPage,
        Events => EventsPage,
        Community => CommunityPage,
        Thread => ThreadPage,
        Membership => MembershipPage,
    }
}

/// Routes of this area, below the language.
#[component(transparent)]
pub fn ProgrammeRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <Route path=path!("programme") view=ProgrammeArea::Overview.lazy() ssr=SsrMode::Async/>
        <Route path=path!("programme/members") view=ProgrammeArea::Hall.lazy() ssr=SsrMode::Async/>
        <Route path=path!("programme/members/:code") view=ProgrammeArea::Member.lazy() ssr=SsrMode::Async/>
        <Route path=path!("programme/benefits") view=ProgrammeArea::Benefits.lazy() ssr=SsrMode::Async/>
        <Route path=path!("programme/events") view=ProgrammeArea::Events.lazy() ssr=SsrMode::Async/>
        <Route path=path!("programme/community") view=ProgrammeArea::Community.lazy() ssr=SsrMode::Async/>
        <Route path=path!("programme/community/:thread") view=ProgrammeArea::Thread.lazy() ssr=SsrMode::Async/>
        <Route path=path!("programme/membership") view=ProgrammeArea::Membership.lazy() ssr=SsrMode::Async/>
    }
    .into_inner()
    .into_any_nested_route()
}
