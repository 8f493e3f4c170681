//! Screens whose code is fetched when somebody first opens one of them.
//!
//! A first visit downloads the frame and the home page; every other area is a file of its own. The server renders all of
//! them alike, and a page stays complete while its code is still on the way.
//!
//! [`fetch`] gets the code of the page that is open before hydration begins, so that a page is taken over in one go.

/// Declares an area: an enumeration of its screens, which a route takes as its view, and the function that holds their
/// code (with the name that `leptos::lazy` gives to what fetches it). One function an area, not one a screen: screens of
/// an area share most of what they need. A new area also has its line in [`fetch`].
macro_rules! lazy_area {
    ($(#[$doc:meta])* $area:ident by $load:ident, $fetch:ident ($preload:ident) { $($screen:ident => $page:path),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        enum $area {
            $($screen),+
        }

        #[leptos::lazy]
        fn $load(screen: $area) -> leptos::prelude::AnyView {
            use leptos::prelude::IntoAny as _;
            match screen {
                $($area::$screen => $page().into_any()),+
            }
        }

        impl leptos_router::ChooseView for $area {
            async fn choose(self) -> leptos::prelude::AnyView {
                $load(self).await
            }

            async fn preload(&self) {}
        }

        /// Fetches the code of this area; nothing to do once it is there.
        #[cfg(feature = "hydrate")]
        pub(crate) async fn $fetch() {
            $preload().await;
        }
    };
}

pub(crate) use lazy_area;

/// Fetches the code of the screen at `path`, if that is in a file of its own.
#[cfg(feature = "hydrate")]
pub(crate) async fn fetch(path: &str) {
    use crate::pages::{account, booking, find, public};
    let mut parts = path.split('/').skip(2);
    match (parts.next().unwrap_or_default(), parts.next().unwrap_or_default()) {
        ("", _) => {}
        ("experts", "") => find::fetch_results().await,
        ("experts", _) => find::fetch_profile().await,
        ("book" | "bookings" | "orders" | "documents", _) => booking::fetch().await,
        ("sign-in" | "sign-up" | "account", _) => account::fetch().await,
        // Pages to read, and whatever is not found.
        _ => public::fetch().await,
    }
}
