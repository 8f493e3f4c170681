//! Screens whose code is fetched when somebody first opens one of them.
//!
//! A first visit downloads the frame and the home page; the other screens are in a handful of files. The server renders
//! all of them alike, and a page stays complete while its code is still on the way. Areas that one reader opens together
//! share a file: what several files need is split off into further ones, whose number grows with every combination.
//!
//! [`fetch`] gets the code of the page that is open before hydration begins, so that a page is taken over in one go.

use crate::pages;
use leptos::prelude::AnyView;

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

        impl leptos_router::ChooseView for $area {
            async fn choose(self) -> leptos::prelude::AnyView {
                crate::app::lazy::$group::$variant(self).load().await
            }

            async fn preload(&self) {}
        }
    };
}

pub(crate) use lazy_area;

/// Declares a group: the areas whose code is in one file, and the function that holds it (with the name that
/// `leptos::lazy` gives to what fetches it).
macro_rules! group {
    ($(#[$doc:meta])* $group:ident by $load:ident ($preload:ident) { $($variant:ident($area:path)),+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub(crate) enum $group {
            $(#[doc = "An area."] $variant($area)),+
        }

        #[leptos::lazy]
        fn $load(screen: $group) -> AnyView {
            match screen {
                $($group::$variant(area) => area.show()),+
            }
        }

        impl $group {
            /// The screen, once its code is there.
            pub(crate) async fn load(self) -> AnyView {
                $load(self).await
            }

            /// Fetches the code; nothing to do once it is there.
            #[cfg(feature = "hydrate")]
            async fn fetch() {
                $preload().await;
            }
        }
    };
}

group! {
    /// Looking for an expert.
    Find by find_group (__preload_find_group) { Results(pages::find::ResultsArea), Profile(pages::find::ProfileArea) }
}
group! {
    /// Booking, and its documents.
    Booking by booking_group (__preload_booking_group) {
        Booking(pages::booking::BookingArea),
        Papers(pages::papers::PapersArea)
    }
}
group! {
    /// Accounts, applications, messages, and pages to read.
    People by people_group (__preload_people_group) {
        Account(pages::account::AccountArea),
        Candidate(pages::candidate::CandidateArea),
        Contact(pages::contact::DeskArea),
        Public(pages::public::PublicArea)
    }
}
group! {
    /// The managers' console.
    Manage by manage_group (__preload_manage_group) { Manage(pages::manage::ManageArea) }
}
group! {
    /// The experts' workplace.
    Work by work_group (__preload_work_group) { Work(pages::work::WorkArea) }
}
group! {
    /// Recomputing a document, which reads XML and PDF.
    Verify by verify_group (__preload_verify_group) { Verify(pages::verify::VerifyArea) }
}

/// Fetches the code of the screen at `path`, if that is in a file of its own.
#[cfg(feature = "hydrate")]
pub(crate) async fn fetch(path: &str) {
    match path.split('/').nth(2).unwrap_or_default() {
        "" => {}
        "experts" => Find::fetch().await,
        "book" | "bookings" | "orders" | "documents" | "papers" => Booking::fetch().await,
        "manage" => Manage::fetch().await,
        "work" | "messages" => Work::fetch().await,
        "verify" => Verify::fetch().await,
        // Accounts, pages to read, and whatever is not found.
        _ => People::fetch().await,
    }
}
