//! What is rented alone, for managers: hand-outs and returns due; and the stock, with all that is out of it.

use crate::{
    api::rental::{SetRentalStock, read_rental_desk},
    i18n::{Locale, fmt, use_locale},
    pages::rental::order::{Rows, thing},
    ui::{ErrorState, FormErrors, Hidden, Skeleton, TableFrame, use_form_state},
};
use gabarit_i18n::rental as text;
use gabarit_view::rental::{RentalDesk, RentalItem};
use leptos::{form::ActionForm, prelude::*};
use leptos_meta::Title;

/// The page.
#[component]
pub(super) fn RentalsDesk() -> impl IntoView {
    let locale = use_locale();
    let action = ServerAction::<SetRentalStock>::new();
    let form = use_form_state("stock", action);
    let desk = Resource::new_blocking(move || action.version().get(), |_| read_rental_desk());
    view! {
        <Title text=text::manage_title(locale)/>
        <h1>{text::manage_title(locale)}</h1>
        <p class="lead">{text::manage_lead(locale)}</p>
        <FormErrors form/>
        <Transition fallback=|| view! { <Skeleton lines=8/> }>
            {move || Suspend::new(async move {
                match desk.await {
                    Err(error) => view! { <ErrorState error/> }.into_any(),
                    Ok(desk) => view! { <Desk locale desk action/> }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

#[component]
fn Desk(locale: Locale, desk: RentalDesk, action: ServerAction<SetRentalStock>) -> impl IntoView {
    let (out, back) = (desk.hand_outs.is_empty(), desk.returns.is_empty());
    let stock = desk.items.into_iter().map(|item| view! { <Stock locale item action/> }).collect_view();
    view! {
        <section class="booking-section">
            <h2>{text::hand_outs(locale)}</h2>
            {out.then(|| view! { <p class="hint">{text::hand_outs_none(locale)}</p> })}
            <Rows locale rows=desk.hand_outs/>
        </section>
        <section class="booking-section">
            <h2>{text::returns(locale)}</h2>
            {back.then(|| view! { <p class="hint">{text::returns_none(locale)}</p> })}
            <Rows locale rows=desk.returns/>
        </section>
        <section class="booking-section">
            <h2>{text::stock_title(locale)}</h2>
            <p class="hint">{text::stock_hint(locale)}</p>
            <TableFrame caption=text::stock_title(locale)>
                <thead>
                    <tr>
                        <th scope="col">{text::column_product(locale)}</th>
                        <th scope="col" class="money">{text::column_alone(locale)}</th>
                        <th scope="col" class="money">{text::column_booked(locale)}</th>
                        <th scope="col" class="money">{text::column_free(locale)}</th>
                        <th scope="col">{text::column_stock(locale)}</th>
                    </tr>
                </thead>
                <tbody>{stock}</tbody>
            </TableFrame>
        </section>
    }
    .into_any()
}

#[component]
fn Stock(locale: Locale, item: RentalItem, action: ServerAction<SetRentalStock>) -> impl IntoView {
    let id = format!("units-{}", item.item);
    let product = item.item.to_string();
    let units = item.stock.to_string();
    let name = thing(locale, &item.item, &item.name);
    let label = text::units_of(locale, &name);
    view! {
        <tr>
            <th scope="row">{name}</th>
            <td class="money">{fmt::int(locale, i64::from(item.alone))}</td>
            <td class="money">{fmt::int(locale, i64::from(item.booked))}</td>
            <td class="money">{fmt::int(locale, i64::from(item.free.unwrap_or(0)))}</td>
            <td>
                <ActionForm action attr:class="rental-stock">
                    <label class="sr-only" for=id.clone()>{label.clone()}</label>
                    <input id=id.clone() name="units" type="number" min="0" max="1000" class="input rental-seats" value=units.clone()/>
                    <Hidden name="product" value=product.clone()/>
                    <Hidden name="locale" value=locale.code().to_owned()/>
                    <button type="submit" class="button" aria-label=format!("{} · {label}", text::save_stock(locale))>
                        {text::save_stock(locale)}
                    </button>
                </ActionForm>
            </td>
        </tr>
    }
    .into_any()
}
