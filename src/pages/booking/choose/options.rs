//! Options: the flexible booking, a workstation, licences.

use super::{
    Section,
    desk::{Desk, Errors},
};
use crate::{i18n::fmt, ui::day_list};
use gabarit_domain::{expert::ProductCode, stock::Rentable};
use gabarit_i18n::booking as text;
use gabarit_view::expert::ProductView;
use leptos::{ev, prelude::*};

/// On which of the chosen days nothing of a thing is left.
fn none_left(desk: Desk, item: Rentable) -> impl Fn() -> Option<String> + Clone + Send + 'static {
    move || {
        let none = desk.none_left(&item);
        (!none.is_empty()).then(|| text::none_left(desk.locale, day_list(desk.locale, none.into_iter())))
    }
}

/// The section of options.
#[component]
pub(super) fn Options(desk: Desk) -> impl IntoView {
    let locale = desk.locale;
    let (rules, workstation, today) = desk.setup.with_value(|setup| {
        let rules = &setup.context.rulebook;
        (rules.flexible.clone(), rules.rental.workstation_per_day, setup.context.today)
    });
    let notice = rules.notice_days;
    let flexible_hint = move || match desk.days.read().first() {
        None => text::flexible_days(locale, notice),
        Some(first) => {
            let until = first.checked_sub_days(chrono::Days::new(u64::from(notice)));
            match until.filter(|until| *until >= today) {
                Some(until) => text::flexible_until(locale, fmt::date(locale, until)),
                None => text::flexible_late(locale).to_owned(),
            }
        }
    };
    let (mine, others): (Vec<ProductView>, Vec<ProductView>) = desk.setup.with_value(|setup| {
        setup
            .products
            .iter()
            .filter(|product| product.licence_per_day.is_some())
            .cloned()
            .partition(|product| setup.expert.products.contains(&product.code))
    });
    let unfold = desk.licences.with_untracked(|chosen| others.iter().any(|product| chosen.contains(&product.code)));
    let list =
        move |products: Vec<ProductView>| products.into_iter().map(|product| licence(desk, product)).collect_view();
    view! {
        <Section number=3 id="section-options" title=text::options_title(locale)>
            <div class="option-list">
                {(!desk.changes()).then(|| view! { <label class="option-card">
                    <input
                        type="checkbox"
                        name="flexible"
                        value="on"
                        checked=desk.flexible.get_untracked()
                        prop:checked=move || desk.flexible.get()
                        aria-describedby="flexible-hint"
                        on:change=move |event| desk.flexible.set(event_target_checked(&event))
                    />
                    <span class="option-text">
                        <span class="option-title">{text::flexible(locale)}</span>
                        <span class="hint" id="flexible-hint">{flexible_hint}</span>
                    </span>
                    <span class="option-price">
                        {text::flexible_rate(locale, fmt::percent(locale, rules.supplement))}
                    </span>
                </label> })}
                <label class="option-card">
                    <input
                        type="checkbox"
                        name="workstation"
                        value="on"
                        checked=desk.workstation.get_untracked()
                        prop:checked=move || desk.workstation.get()
                        aria-describedby="workstation-hint workstation-left"
                        on:change=move |event| desk.workstation.set(event_target_checked(&event))
                    />
                    <span class="option-text">
                        <span class="option-title">{text::workstation(locale)}</span>
                        <span class="hint" id="workstation-hint">{text::workstation_hint(locale)}</span>
                        <span class="option-short" id="workstation-left">{none_left(desk, Rentable::Workstation)}</span>
                    </span>
                    <span class="option-price">{text::per_day(locale, fmt::money(locale, workstation))}</span>
                </label>
            </div>
            <Errors desk field="workstation"/>
            <fieldset class="licences">
                <legend>{text::licences(locale)}</legend>
                <p class="hint">{text::licences_hint(locale)}</p>
                <div class="licence-list">{list(mine)}</div>
                {(!others.is_empty()).then(|| view! {
                    <details class="licence-more" open=unfold>
                        <summary>{text::licences_all(locale)}</summary>
                        <div class="licence-list">{list(others)}</div>
                    </details>
                })}
            </fieldset>
            <Errors desk field="licences"/>
        </Section>
    }
    .into_any()
}

fn licence(desk: Desk, product: ProductView) -> impl IntoView {
    let locale = desk.locale;
    let code: ProductCode = product.code;
    let chosen = {
        let code = code.clone();
        move || desk.licences.read().contains(&code)
    };
    let value = code.to_string();
    let left_id = format!("licence-{value}-left");
    let left = none_left(desk, Rentable::Licence(code.clone()));
    let checked = desk.licences.with_untracked(|licences| licences.contains(&code));
    let on_change = move |event: ev::Event| {
        let add = event_target_checked(&event);
        desk.licences.update(|licences| {
            if add {
                licences.insert(code.clone());
            } else {
                licences.remove(&code);
            }
        });
    };
    view! {
        <label class="licence">
            <input type="checkbox" name="licence" value=value checked=checked prop:checked=chosen aria-describedby=left_id.clone() on:change=on_change/>
            <span class="licence-name">{product.name}" "<span class="option-short" id=left_id>{left}</span></span>
            <span class="option-price">
                {product.licence_per_day.map(|price| text::per_day(locale, fmt::money(locale, price)))}
            </span>
        </label>
    }
    .into_any()
}
