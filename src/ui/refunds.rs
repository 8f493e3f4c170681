//! What goes back, and how far it is.

use crate::i18n::{Locale, fmt};
use gabarit_i18n::changes as text;
use gabarit_view::change::RefundView;
use leptos::prelude::*;

/// Refunds with their state: of a booking, or of what is rented alone.
#[component]
pub fn Refunds(
    /// The page's language.
    locale: Locale,
    /// What goes back.
    refunds: Vec<RefundView>,
) -> impl IntoView {
    let list = refunds
        .iter()
        .map(|refund| {
            let state = match refund.state.as_str() {
                "sent" => text::refund_sent(locale),
                "failed" => text::refund_failed(locale),
                "taken" => text::refund_taken(locale),
                "elsewhere" => text::refund_elsewhere(locale),
                _ => text::refund_due(locale),
            };
            view! {
                <li>
                    <span class="document-what">
                        <span>{state}</span>
                        <span class="hint">{fmt::date_time(locale, &refund.at)}</span>
                    </span>
                    <span class="money">{fmt::money(locale, refund.amount)}</span>
                </li>
            }
        })
        .collect_view();
    (!refunds.is_empty()).then(|| {
        view! {
            <section class="booking-card">
                <h2>{text::refunds_title(locale)}</h2>
                <ul class="document-list">{list}</ul>
            </section>
        }
    })
}
