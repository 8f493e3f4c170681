//! Screens whose code is fetched when somebody first opens one of them.
//!
//! A first visit downloads the frame and the home page; the other screens are in a handful of files. The server renders
//! all of them alike, and a page stays complete while its code is still on the way. Areas that one reader opens together
//! share a file: what several files need is split off into further ones, whose number grows with every combination.
//!
//! [`fetch`] gets the code of the page that is open before hydration begins, so that a page is taken over in one go.

use crate::pages;
use leptos::{prelude::*, wasm_split::SplitLoaderError};

/// Declares an area: an enumeration of its screens, which a route takes as its view. Its code is in the file of a group,
/// below, where a new area has its variant; and it has its line in [`fetch`].
macro_rules! lazy_area {
    ($(#[$doc:meta])* $area:ident in $group:ident::$variant:ident { $($screen:ident => $page:path),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub(crate) enum $area {
            $(#[doc = "A screen."] $screen),+
        }

        impl $area {
            /// The screen; called by its group alone, or its code would be where the caller's is.
            pub(crate) fn show(self) -> leptos::prelude::AnyView {
                use leptos::prelude::IntoAny as _;
                match self {
                    $(Self::$screen => $page().into_any()),+
                }
            }
        }

        impl $area {
            /// As the view of a route.
            pub(crate) fn lazy(self) -> crate::app::lazy::Lazy {
                crate::app::lazy::Lazy::$group(crate::app::lazy::$group::$variant(self))
            }
        }
    };
}

pub(crate) use lazy_area;

/// Declares a group: the areas whose code is in one file, the function that holds it, and the one that fetches it.
///
/// `leptos::lazy` would panic where the code cannot be fetched, and no link would work any more.
macro_rules! group {
    ($(#[$doc:meta])* $group:ident by $load:ident, $fetch:ident { $($variant:ident($area:path)),+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub(crate) enum $group {
            $(#[doc = "An area."] $variant($area)),+
        }

        #[leptos::wasm_split::wasm_split(
            $load,
            wasm_split_path = ::leptos::wasm_split,
            preload(#[doc = "Fetches the code of this group; nothing to do once it is there."] $fetch),
            fallible
        )]
        fn $load(screen: $group) -> Result<AnyView, SplitLoaderError> {
            Ok(match screen {
                $($group::$variant(area) => area.show()),+
            })
        }

        impl $group {
            /// The screen, once its code is there.
            pub(crate) async fn load(self) -> Result<AnyView, SplitLoaderError> {
                // The head of the page names the files of the group, by this.
                #[cfg(feature = "ssr")]
                leptos::prefetch_lazy_fn_on_server(stringify!($load));
                $load(self).await
            }
        }
    };
}

group! {
    /// Looking for an expert.
    Find by find_group, fetch_find { Results(pages::find::ResultsArea), Profile(pages::find::ProfileArea) }
}
group! {
    /// Booking, and its documents.
    Booking by booking_group, fetch_booking {
        Booking(pages::booking::BookingArea),
        Papers(pages::papers::PapersArea)
    }
}
group! {
    /// Accounts, applications, messages, and pages to read.
    People by people_group, fetch_people {
        Account(pages::account::AccountArea),
        Candidate(pages::candidate::CandidateArea),
        Contact(pages::contact::DeskArea),
        Public(pages::public::PublicArea),
        Rental(pages::rental::RentalArea),
        Saved(pages::saved::SavedArea),
        Referral(pages::referral::ReferralArea)
    }
}
group! {
    /// The managers' console.
    Manage by manage_group, fetch_manage { Manage(pages::manage::ManageArea) }
}
group! {
    /// The experts' workplace.
    Work by work_group, fetch_work { Work(pages::work::WorkArea) }
}
group! {
    /// The recognition programme and its members.
    Programme by programme_group, fetch_programme {
        Nomination(pages::nomination::NominationArea),
        Members(pages::programme::ProgrammeArea)
    }
}
group! {
    /// Recomputing a document, which reads XML and PDF.
    Verify by verify_group, fetch_verify { Verify(pages::verify::VerifyArea) }
}

/// The view of every route: one type for all of them, or the router's code would be there once for each area.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Lazy {
    /// Looking for an expert.
    Find(Find),
    /// Booking, and its documents.
    Booking(Booking),
    /// Accounts, applications, messages, and pages to read.
    People(People),
    /// The managers' console.
    Manage(Manage),
    /// The experts' workplace.
    Work(Work),
    /// The recognition programme and its members.
    Programme(Programme),
    /// Recomputing a document.
    Verify(Verify),
}

impl leptos_router::ChooseView for Lazy {
    async fn choose(self) -> AnyView {
        let address = address();
        let loaded = match self {
            Self::Find(screen) => screen.load().await,
            Self::Booking(screen) => screen.load().await,
            Self::People(screen) => screen.load().await,
            Self::Manage(screen) => screen.load().await,
            Self::Work(screen) => screen.load().await,
            Self::Programme(screen) => screen.load().await,
            Self::Verify(screen) => screen.load().await,
        };
        loaded.unwrap_or_else(|_| leave(&address))
    }

    async fn preload(&self) {}
}

/// Where the reader is going.
fn address() -> String {
    let location = leptos_router::hooks::use_location();
    let (path, search) = (location.pathname.get_untracked(), location.search.get_untracked());
    let query = search.trim_start_matches('?');
    if query.is_empty() { path } else { format!("{path}?{query}") }
}

/// The code could not be fetched (no network, or a page older than the release): the server has the page whole.
fn leave(address: &str) -> AnyView {
    #[cfg(feature = "hydrate")]
    let _ = window().location().assign(address);
    let _ = address;
    ().into_any()
}

/// Fetches the code of the screen at `path`, if that is in a file of its own.
///
/// # Errors
/// If it cannot be fetched: the page then stays as the server rendered it, which is whole.
#[cfg(feature = "hydrate")]
pub(crate) async fn fetch(path: &str) -> Result<(), SplitLoaderError> {
    match path.split('/').nth(2).unwrap_or_default() {
        "" => Ok(()),
        "experts" => fetch_find().await,
        "book" | "bookings" | "orders" | "documents" | "papers" => fetch_booking().await,
        "manage" => fetch_manage().await,
        "work" | "messages" => fetch_work().await,
        "verify" => fetch_verify().await,
        "programme" => fetch_programme().await,
        // Accounts, pages to read, and whatever is not found.
        _ => fetch_people().await,
    }
}
