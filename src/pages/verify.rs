//! The verify page: a document is checked from its file alone, in the browser.

use crate::{
    api::papers::{document_keys, verified},
    app::lazy::lazy_area,
    i18n::{Locale, fmt, use_locale},
    ui::{ErrorState, Skeleton, TableFrame},
};
use gabarit_domain::einvoice::check::{Finding, Sum};
use gabarit_i18n::verify as text;
use gabarit_view::verify::{Report, Seal, Unreadable};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{
    SsrMode, any_nested_route::IntoAnyNestedRoute as _, components::Route, hooks::use_query_map, path,
};

lazy_area! {
    /// The verify page, with the reader of e-invoices that no other page needs.
    VerifyArea in Verify::Verify {
        Verify => VerifyPage,
    }
}

/// Routes of this area, below the language.
#[component(transparent)]
pub fn VerifyRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! { <Route path=path!("verify") view=VerifyArea::Verify.lazy() ssr=SsrMode::Async/> }
        .into_inner()
        .into_any_nested_route()
}

type Verdict = Result<Report, Unreadable>;

/// The page.
#[component]
fn VerifyPage() -> impl IntoView {
    let locale = use_locale();
    let shown = use_query_map().with_untracked(|query| query.get_str("report").map(ToOwned::to_owned));
    let asked = shown.is_some();
    let found = Resource::new_blocking(
        move || shown.clone(),
        |key| async move {
            let keys = document_keys().await?;
            let before = match key {
                Some(key) => verified(key).await?,
                None => None,
            };
            Ok::<_, gabarit_view::error::ApiError>((keys, before))
        },
    );
    view! {
        <Title text=text::title(locale)/>
        <div class="form-page verify">
            <h1>{text::title(locale)}</h1>
            <p class="lead">{text::lead(locale)}</p>
            <Suspense fallback=|| view! { <Skeleton lines=4/> }>
                {move || Suspend::new(async move {
                    match found.await {
                        Err(error) => view! { <ErrorState error/> }.into_any(),
                        Ok((keys, before)) => view! { <Desk locale keys before asked/> }.into_any(),
                    }
                })}
            </Suspense>
            <section>
                <h2>{text::how(locale)}</h2>
                <p>{text::how_text(locale)}</p>
            </section>
        </div>
    }
    .into_any()
}

#[component]
fn Desk(locale: Locale, keys: Vec<String>, before: Option<Verdict>, asked: bool) -> impl IntoView {
    let gone = asked && before.is_none();
    let verdict = RwSignal::new(before);
    let scripted = RwSignal::new(false);
    Effect::new(move || scripted.set(true));
    let keys = StoredValue::new(keys);
    let result = move || {
        verdict.get().map(|verdict| match verdict {
            Ok(report) => view! { <Shown locale report/> }.into_any(),
            Err(why) => view! { <Refused locale why/> }.into_any(),
        })
    };
    view! {
        <form method="post" enctype="multipart/form-data" action=format!("/verify/{}", locale.code()) class="stack" on:submit=move |event| {
            if scripted.get_untracked() {
                event.prevent_default();
            }
        }>
            <label for="verify-file">{text::file(locale)}</label>
            <input
                id="verify-file"
                class="verify-drop"
                type="file"
                name="file"
                accept=".pdf,.xml,application/pdf,application/xml,text/xml"
                required
                aria-describedby="verify-private"
                on:change=move |event| take(&event, keys, verdict)
            />
            <p class="hint" id="verify-private">
                {move || if scripted.get() { text::private(locale) } else { text::plain(locale) }}
            </p>
            {move || (!scripted.get()).then(|| view! { <button type="submit" class="button button-primary">{text::check(locale)}</button> })}
        </form>
        {gone.then(|| view! { <p class="hint">{text::gone(locale)}</p> })}
        <div aria-live="polite">{result}</div>
    }
    .into_any()
}

/// Reads the file that was chosen or dropped, and verifies it here.
#[cfg(feature = "hydrate")]
fn take(event: &leptos::ev::Event, keys: StoredValue<Vec<String>>, verdict: RwSignal<Option<Verdict>>) {
    let input = event_target::<web_sys::HtmlInputElement>(event);
    let Some(file) = input.files().and_then(|files| files.get(0)) else { return };
    verdict.set(None);
    if file.size() > 4.0 * 1024.0 * 1024.0 {
        verdict.set(Some(Err(Unreadable::TooBig)));
        return;
    }
    leptos::task::spawn_local(async move {
        let bytes = match wasm_bindgen_futures::JsFuture::from(file.array_buffer()).await {
            Ok(buffer) => js_sys::Uint8Array::new(&buffer).to_vec(),
            // It was moved or is not readable: as if it were nothing.
            Err(_) => Vec::new(),
        };
        let found = keys.with_value(|keys| gabarit_view::verify::verify(&bytes, keys));
        verdict.set(Some(found));
    });
}

#[cfg(not(feature = "hydrate"))]
fn take(_: &leptos::ev::Event, _: StoredValue<Vec<String>>, _: RwSignal<Option<Verdict>>) {}

#[component]
fn Refused(locale: Locale, why: Unreadable) -> impl IntoView {
    let words = match why {
        Unreadable::TooBig => text::error_big(locale).to_owned(),
        Unreadable::NeitherPdfNorXml => text::error_type(locale).to_owned(),
        Unreadable::NoInvoiceInPdf => text::error_pdf(locale).to_owned(),
        Unreadable::NoInvoice => text::error_invoice(locale).to_owned(),
        Unreadable::Term(term) => text::error_term(locale, term),
    };
    view! {
        <section class="booking-card verify-bad">
            <h2>{text::error_title(locale)}</h2>
            <p>{words}</p>
        </section>
    }
    .into_any()
}

fn name(locale: Locale, sum: &Sum) -> String {
    match sum {
        Sum::Line { id, name } => text::sum_line(locale, id, name),
        Sum::Lines => text::sum_lines(locale).to_owned(),
        Sum::Net => text::sum_net(locale).to_owned(),
        Sum::Taxable { category, rate } => text::sum_taxable(locale, category, rate),
        Sum::Tax { category, rate } => text::sum_tax(locale, category, rate),
        Sum::TaxTotal => text::sum_tax_total(locale).to_owned(),
        Sum::Total => text::sum_total(locale).to_owned(),
        Sum::Due => text::sum_due(locale).to_owned(),
    }
}

#[component]
fn Shown(locale: Locale, report: Report) -> impl IntoView {
    let adds_up = report.adds_up();
    let wrong = report.findings.iter().filter(|finding| !finding.holds).count();
    let (origin, ours) = match (report.data, report.file) {
        (Seal::Ours, None | Some(Seal::Ours)) => (text::ours(locale), true),
        (Seal::Ours, Some(_)) => (text::file_changed(locale), false),
        (Seal::Changed, _) => (text::changed(locale), false),
        (Seal::Stranger, _) => (text::stranger(locale), false),
        (Seal::Missing, _) => (text::missing(locale), false),
    };
    let sums = if adds_up { text::adds_up(locale).to_owned() } else { text::wrong(locale, wrong) };
    let rows = report
        .findings
        .iter()
        .map(|finding: &Finding| {
            let result = if finding.holds { text::holds(locale) } else { text::differs(locale) };
            view! {
                <tr class:verify-differs=!finding.holds>
                    <th scope="row">{name(locale, &finding.sum)}</th>
                    <td class="money">{fmt::money(locale, finding.stated)}</td>
                    <td class="money">{fmt::money(locale, finding.computed)}</td>
                    <td>{result}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section class="booking-card" class:verify-good=ours && adds_up class:verify-bad=!ours || !adds_up>
            <h2>{origin}</h2>
            <p>{sums}</p>
        </section>
        <section>
            <h2>{text::summary(locale)}</h2>
            <dl class="facts">
                <dt>{text::number(locale)}</dt><dd>{report.number.clone()}</dd>
                <dt>{text::date(locale)}</dt><dd>{fmt::date(locale, report.issued_on)}</dd>
                <dt>{text::seller(locale)}</dt><dd>{report.seller.clone()}</dd>
                <dt>{text::buyer(locale)}</dt><dd>{report.buyer.clone()}</dd>
                <dt>{text::total(locale)}</dt><dd>{fmt::money(locale, report.total)}</dd>
            </dl>
            <TableFrame caption=text::caption(locale)>
                <thead>
                    <tr>
                        <th scope="col">{text::figure(locale)}</th>
                        <th scope="col" class="money">{text::stated(locale)}</th>
                        <th scope="col" class="money">{text::computed(locale)}</th>
                        <th scope="col">{text::result(locale)}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </TableFrame>
        </section>
    }
    .into_any()
}
