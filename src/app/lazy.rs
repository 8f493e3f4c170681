//! Screens whose code is fetched when somebody first opens one of them.
//!
//! A first visit downloads the frame and the home page; every other area is a file of its own. The server renders all of
//! them alike, and a page stays complete while its code is still on the way.
//!
//! [`fetch`] gets the code of the page that is open before hydration begins, so that a page is taken over in one go.

use leptos::prelude::*;

/// Declares an area: an enumeration of its screens, which a route takes as its view; the function that holds their code;
/// and the one that fetches it. One function an area, not one a screen: screens of an area share most of what they need.
/// A new area also has its line in [`fetch`].
///
/// `leptos::lazy` would panic where the code cannot be fetched, and no link would work any more.
macro_rules! lazy_area {
    ($(#[$doc:meta])* $area:ident by $load:ident, $fetch:ident { $($screen:ident => $page:path),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub(crate) enum $area {
            $($screen),+
        }

        #[leptos::wasm_split::wasm_split(
            $load,
            wasm_split_path = ::leptos::wasm_split,
            preload(#[doc = "Fetches the code of this area; nothing to do once it is there."] $fetch),
            fallible
        )]
        pub(crate) fn $load(screen: $area) -> Result<leptos::prelude::AnyView, leptos::wasm_split::SplitLoaderError> {
            use leptos::prelude::IntoAny as _;
            Ok(match screen {
                $($area::$screen => $page().into_any()),+
            })
        }

        impl leptos_router::ChooseView for $area {
            async fn choose(self) -> leptos::prelude::AnyView {
                // The head of the page names the files of the area, by this.
                #[cfg(feature = "ssr")]
                leptos::prefetch_lazy_fn_on_server(stringify!($load));
                let address = crate::app::lazy::address();
                match $load(self).await {
                    Ok(view) => view,
                    Err(_) => crate::app::lazy::leave(&address),
                }
            }

            async fn preload(&self) {}
        }
    };
}

pub(crate) use lazy_area;

/// Where the reader is going.
pub(crate) fn address() -> String {
    let location = leptos_router::hooks::use_location();
    let (path, search) = (location.pathname.get_untracked(), location.search.get_untracked());
    let query = search.trim_start_matches('?');
    if query.is_empty() { path } else { format!("{path}?{query}") }
}

/// The code could not be fetched (no network, or a page older than the release): the server has the page whole.
pub(crate) fn leave(address: &str) -> AnyView {
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
pub(crate) async fn fetch(path: &str) -> Result<(), leptos::wasm_split::SplitLoaderError> {
    use crate::pages::{account, booking, find, public};
    let mut parts = path.split('/').skip(2);
    match (parts.next().unwrap_or_default(), parts.next().unwrap_or_default()) {
        ("", _) => Ok(()),
        ("experts", "") => find::fetch_results().await,
        ("experts", _) => find::fetch_profile().await,
        ("book" | "bookings" | "orders" | "documents", _) => booking::fetch().await,
        ("sign-in" | "sign-up" | "account", _) => account::fetch().await,
        // Pages to read, and whatever is not found.
        _ => public::fetch().await,
    }
}
