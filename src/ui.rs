//! The platform's own small components. They know the language, the money and the look, and nothing of any page.

pub mod icon;
pub mod state;

pub use icon::{Icon, IconName};
pub use state::NotFound;
