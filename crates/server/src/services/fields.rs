//! What is wrong with a form, field by field.

use super::looks::Known;
use gabarit_domain::{no_links::offending, text::TextError};
use gabarit_view::error::{ApiError, FieldError, Problem};

/// Collects what is wrong, so that everything is told at once.
#[derive(Debug, Default)]
pub(crate) struct Fields(pub(crate) Vec<FieldError>);

impl Fields {
    pub(crate) fn add(&mut self, field: &str, problem: Problem) {
        self.0.push(FieldError { field: field.to_owned(), problem });
    }

    /// What was read, or its problem noted.
    pub(crate) fn read<T>(&mut self, field: &str, max: u32, parsed: Result<T, TextError>) -> Option<T> {
        parsed
            .map_err(|error| {
                self.add(field, Problem::of_text(error, max));
            })
            .ok()
    }

    /// Refuses links of any kind (S39).
    pub(crate) fn no_links(&mut self, field: &str, text: &str) {
        let words = offending(text, 5);
        if !words.is_empty() {
            self.add(field, Problem::Links(words));
        }
    }

    /// Refuses links of any kind (S39), but for the words that a manager allowed their author.
    pub(crate) fn no_links_but(&mut self, field: &str, text: &str, known: &Known) {
        if let Some(problem) = known.problem(text) {
            self.add(field, problem);
        }
    }

    pub(crate) fn done(self) -> Result<(), ApiError> {
        if self.0.is_empty() { Ok(()) } else { Err(ApiError::Invalid { fields: self.0, stash: None }) }
    }
}
