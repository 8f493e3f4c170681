//! Documents in print. What they say is put into words by `gabarit_view::document`; here it becomes pages.

pub(crate) mod archive;
pub(crate) mod dpi;
mod factur_x;
pub mod pdf;
mod typeset;
