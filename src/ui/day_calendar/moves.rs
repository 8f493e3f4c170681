//! Where keys lead in a calendar.

use chrono::{Datelike, Days, Months, NaiveDate};
use leptos::{prelude::document, wasm_bindgen::JsCast, web_sys};

/// The day that a key leads to from another, within the calendar; `None` for a key that does not move.
pub(super) fn step(day: NaiveDate, key: &str, first: NaiveDate, last: NaiveDate) -> Option<NaiveDate> {
    let weekday = u64::from(day.weekday().num_days_from_monday());
    let next = match key {
        "ArrowRight" => day.checked_add_days(Days::new(1)),
        "ArrowLeft" => day.checked_sub_days(Days::new(1)),
        "ArrowDown" => day.checked_add_days(Days::new(7)),
        "ArrowUp" => day.checked_sub_days(Days::new(7)),
        "Home" => day.checked_sub_days(Days::new(weekday)),
        "End" => day.checked_add_days(Days::new(6 - weekday)),
        "PageDown" => day.checked_add_months(Months::new(1)),
        "PageUp" => day.checked_sub_months(Months::new(1)),
        _ => return None,
    };
    next.map(|next| next.clamp(first, last))
}

/// The element of a day that takes the focus.
pub(super) fn element(day: NaiveDate) -> Option<web_sys::HtmlElement> {
    document().get_element_by_id(&super::cell_id(day))?.dyn_into().ok()
}

/// Unfolds what hides a cell.
pub(super) fn reveal(cell: &web_sys::HtmlElement) {
    if let Ok(Some(details)) = cell.closest("details:not([open])") {
        let _ = details.set_attribute("open", "");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// Arrows move by day and week, Home and End within the week, Page keys by month; none leaves the calendar.
    #[test]
    fn keys_move_as_in_any_calendar() {
        let (first, last) = (day("2026-12-01"), day("2027-12-31"));
        for (key, from, to) in [
            ("ArrowRight", "2026-12-31", "2027-01-01"),
            ("ArrowLeft", "2026-12-01", "2026-12-01"),
            ("ArrowDown", "2026-12-28", "2027-01-04"),
            ("ArrowUp", "2026-12-10", "2026-12-03"),
            ("Home", "2026-12-10", "2026-12-07"),
            ("End", "2026-12-10", "2026-12-13"),
            ("PageDown", "2027-01-31", "2027-02-28"),
            ("PageUp", "2027-03-31", "2027-02-28"),
            ("PageDown", "2027-12-15", "2027-12-31"),
        ] {
            assert_eq!(step(day(from), key, first, last), Some(day(to)), "{key} from {from}");
        }
        assert_eq!(step(day("2026-12-10"), "x", first, last), None);
    }
}
