//! Documents in print. What they say is put into words by `gabarit_view::document`; here it becomes pages.

pub mod pdf;
mod typeset;
