//! The client's details, consent to the price, and payment.

use super::parts::{NotShown, Steps, days_words};
use crate::{
    api::booking::{self as api, PlaceBooking, details_page},
    i18n::{Locale, fmt, use_locale},
    ui::{
        Checkbox, Choice, Field, FormErrors, FormState, Hidden, LinkButton, Notice, ProductNames, QuoteLines, Radios,
        Submit, TextArea, problem_text, refusal_reason, use_form_state,
    },
    url::{self, Page},
};
use gabarit_domain::{
    booking::PaymentMethod,
    ids::ExpertId,
    money::Cents,
    pricing::{self, Location, Order, Quote},
};
use gabarit_i18n::{booking as text, common, labels, quote as quote_text, term};
use gabarit_view::{
    account::AccountView,
    booking::BookingForm,
    error::{ApiError, Problem},
    place::PlaceView,
};
use leptos::{form::ActionForm, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::{use_location, use_params_map};

/// The page.
#[component]
pub(super) fn DetailsPage() -> impl IntoView {
    let locale = use_locale();
    let params = use_params_map();
    let search = use_location().search;
    let expert = move || params.read().get("expert").and_then(|id| id.parse::<ExpertId>().ok());
    // The query says what is booked; an error that the server puts there says nothing about it.
    let query = Memo::new(move |_| own_query(&search.read()));
    let page = Resource::new_blocking(
        move || (expert(), query.get()),
        move |(expert, query)| async move {
            match expert {
                Some(expert) => details_page(locale, expert, query).await,
                None => Err(ApiError::NotFound),
            }
        },
    );
    let action = ServerAction::<PlaceBooking>::new();
    let form = use_form_state("details", action);
    view! {
        <Title text=text::details_title(locale)/>
        <Transition>
            {move || Suspend::new(async move {
                match page.await {
                    Ok(page) => view! { <Loaded page action form query=query.get_untracked()/> }.into_any(),
                    Err(error) => view! { <NotShown error title=text::not_bookable_title(locale) words=text::not_bookable_text(locale)/> }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

/// The query without what a refused form without script leaves in it.
fn own_query(search: &str) -> String {
    search
        .trim_start_matches('?')
        .split('&')
        .filter(|pair| !pair.is_empty() && !pair.starts_with("__"))
        .collect::<Vec<_>>()
        .join("&")
}

#[component]
fn Loaded(page: api::DetailsPage, action: ServerAction<PlaceBooking>, form: FormState, query: String) -> impl IntoView {
    let locale = use_locale();
    let mut booking = page.page;
    let setup = booking.setup.clone();
    let expert = setup.expert.clone();
    let names = ProductNames::of(&setup.products);
    let back = format!("{}?{}", url::path(locale, Page::Book(expert.id)), booking.form.to_query());
    let choices = booking.form.choices(
        expert.id,
        setup.place.as_ref().map(|place| place.point),
        setup.vat_status,
        setup.context.operator.country,
    );
    let priced = choices.order.as_ref().map(|order| pricing::quote(&setup.context, &setup.offer, order));
    let name = expert.display_name.clone();
    let head = view! {
        <Steps locale current=2/>
        <header class="booking-head">
            <h1>{text::details_title(locale)}</h1>
        </header>
    };
    let (order, quote) = match (choices.order, priced) {
        (Some(order), Some(Ok(quote))) if choices.problems.is_empty() => (order, quote),
        (_, priced) => {
            // Of several towns of a name, the client says which; anything else that is missing is named.
            let towns = std::mem::take(&mut booking.place_choices);
            let typed = booking.place_text.clone();
            let missing: Vec<&str> = choices
                .problems
                .iter()
                .filter(|error| error.problem == Problem::Missing)
                .filter_map(|error| match error.field.as_str() {
                    "days" => Some(quote_text::missing_days(locale)),
                    "mode" => Some(quote_text::missing_mode(locale)),
                    "place" if typed.is_none() => Some(quote_text::missing_place(locale)),
                    _ => None,
                })
                .collect();
            let mut reasons: Vec<String> = choices
                .problems
                .iter()
                .filter(|error| error.problem != Problem::Missing)
                .map(|error| problem_text(locale, &error.problem))
                .collect();
            if !missing.is_empty() {
                reasons.push(quote_text::incomplete(locale, missing.join(", ")));
            }
            if let Some(typed) = typed.as_ref().filter(|_| towns.is_empty()) {
                reasons.push(text::place_unknown(locale, typed));
            }
            if let Some(Err(refusals)) = priced {
                reasons.extend(refusals.iter().map(|refusal| refusal_reason(locale, refusal, &name, &names)));
            }
            let held = page.own_hold.map(|held| {
                view! {
                    <Notice>
                        <p>{text::own_hold(locale, &held.reference)}</p>
                        <p><LinkButton href=url::path(locale, Page::Booking(held.id))>{text::own_hold_open(locale)}</LinkButton></p>
                    </Notice>
                }
            });
            let choose = (!towns.is_empty()).then(|| {
                let typed = typed.unwrap_or_default();
                view! { <WhichTown locale towns chosen=booking.form typed/> }
            });
            // What was typed as a place, and is not known, is there to be mended.
            let back = match &booking.place_text {
                Some(typed) => url::with_param(&back, "place_text", typed),
                None => back,
            };
            let again = url::with_param(&back, "check", "1");
            let refused = (!reasons.is_empty()).then(|| {
                view! {
                    <Notice warning=true>
                        <p><strong>{quote_text::refused(locale)}</strong></p>
                        <ul>{reasons.into_iter().map(|reason| view! { <li>{reason}</li> }).collect_view()}</ul>
                    </Notice>
                }
            });
            return view! {
                {head}
                {held}
                {refused}
                {choose}
                <p><LinkButton href=again>{text::change_choice(locale)}</LinkButton></p>
            }
            .into_any();
        }
    };
    let place = setup.place.as_ref().map(gabarit_view::place::PlaceView::label);
    let printed = url::printed_quote(locale, expert.id, &booking.form.to_query());
    let here = format!("{}?{query}", url::path(locale, Page::BookDetails(expert.id)));
    // After a change of price the new quote is what is asked for.
    let error = form.error();
    let now = {
        let quote = quote.clone();
        Signal::derive(move || {
            error.with(|error| match error {
                Some(ApiError::PriceChanged { quote: now, .. }) => now.read().unwrap_or_else(|| quote.clone()),
                _ => quote.clone(),
            })
        })
    };
    let summary = view! {
        <Summary locale name=name.clone() order=order.clone() place=place.clone() back=back.clone()/>
    };
    let customer = order.customer.clone();
    let home = Some(setup.context.operator.country);
    let rules = &setup.context.rulebook.booking;
    let transfer = PaymentMethod::transfer_due(rules, setup.context.today, order.days.first()).is_some();
    let method_hours = setup.context.rulebook.booking.acceptance_hours;
    view! {
        {head}
        <div class="booking-form">
            <div class="booking-sections">
                {match page.account {
                    None => view! { <AccountNeeded locale here/> }.into_any(),
                    Some(account) => {
                        let query_form = booking.form.clone();
                        view! {
                            <ActionForm action attr:class="details-form" attr:novalidate="">
                                <FormErrors form/>
                                <Changed form locale seen=quote.total back=back.clone() expert=expert.id/>
                                <Hidden name="locale" value=locale.code().to_owned()/>
                                <Hidden name="expert" value=expert.id.to_string()/>
                                <Hidden name="days" value=query_form.days.clone()/>
                                <Hidden name="mode" value=query_form.mode.clone()/>
                                <Hidden name="place" value=query_form.place.clone()/>
                                <Hidden name="flexible" value=query_form.flexible.clone()/>
                                <Hidden name="workstation" value=query_form.workstation.clone()/>
                                <Hidden name="licences" value=query_form.licences.clone()/>
                                <Hidden name="country" value=customer.country.to_string()/>
                                <Hidden name="vat_number" value=query_form.vat_number.clone()/>
                                <Hidden name="buyer" value=query_form.buyer.clone()/>
                                <Hidden name="seen" value=Signal::derive(move || now.read().fingerprint())/>
                                <Hidden name="seen_total" value=Signal::derive(move || now.read().total.to_plain())/>
                                // Kept when the form comes back: the second try is the same booking.
                                <Hidden name="key" value=form.initial("key", page.key.clone())/>
                                <Fields
                                    form
                                    locale
                                    account
                                    profile=page.profile
                                    order=order.clone()
                                    place
                                    name=name.clone()
                                    country=customer.country
                                    transfer
                                    total=quote.total
                                />
                                <div class="details-pay">
                                    <Submit form text=Signal::derive(move || pay_words(locale, form, &now.read()))/>
                                    <p class="hint">
                                        {text::pay_next(locale)}" "
                                        {text::answer_next(locale, u64::from(method_hours), &name)}
                                    </p>
                                </div>
                            </ActionForm>
                        }
                        .into_any()
                    }
                }}
            </div>
            <aside class="quote-panel quote-panel-still title-block" aria-label=quote_text::title(locale)>
                <div class="quote-sheet">
                    <h2 class="quote-title-bar">{quote_text::title(locale)}</h2>
                    {summary}
                    <QuoteLines quote=now customer=customer.clone() home names/>
                    <p class="quote-meta">
                        {quote_text::valid_until(locale, fmt::date(locale, quote.valid_until))}
                        "\u{a0}· " {quote_text::tariffs(locale, quote.rulebook.0)}
                    </p>
                    <p class="quote-print">
                        <a href=printed rel="external nofollow">{quote_text::print(locale)}</a>
                    </p>
                </div>
            </aside>
        </div>
    }
    .into_any()
}

/// Which of several towns of one name is meant; everything else stays as it was chosen.
#[component]
fn WhichTown(locale: Locale, towns: Vec<PlaceView>, chosen: BookingForm, typed: String) -> impl IntoView {
    let choices = towns
        .into_iter()
        .map(|town| {
            view! {
                <label class="place-choice">
                    <input type="radio" name="pick" value=town.id.to_string()/>
                    <span>{town.label()}</span>
                </label>
            }
        })
        .collect_view();
    let kept = [
        ("days", chosen.days),
        ("mode", chosen.mode),
        ("place_text", typed),
        ("flexible", chosen.flexible),
        ("workstation", chosen.workstation),
        ("licences", chosen.licences),
        ("country", chosen.country),
        ("vat_number", chosen.vat_number),
        ("buyer", chosen.buyer),
    ];
    let kept = kept.into_iter().filter(|(_, value)| !value.is_empty());
    view! {
        <form method="get" class="booking-section">
            {kept.map(|(name, value)| view! { <Hidden name value/> }).collect_view()}
            <fieldset class="place-choices">
                <legend>{text::place_which(locale)}</legend>
                {choices}
            </fieldset>
            <p><button type="submit" class="button button-primary">{text::go_on(locale)}</button></p>
        </form>
    }
    .into_any()
}

/// What the button says: consent to a new price is asked in words.
fn pay_words(locale: Locale, form: FormState, quote: &Quote) -> String {
    let amount = fmt::money(locale, quote.total);
    if form.error().with(|error| matches!(error, Some(ApiError::PriceChanged { .. }))) {
        text::price_accept(locale, amount)
    } else {
        text::pay_amount(locale, amount)
    }
}

/// What is ordered, in a few lines.
#[component]
fn Summary(locale: Locale, name: String, order: Order, place: Option<String>, back: String) -> impl IntoView {
    let location = match order.location {
        Location::Remote => term::mode_remote(locale).to_owned(),
        Location::OnSite { .. } => format!("{}, {}", term::mode_on_site(locale), place.unwrap_or_default()),
    };
    // Errors of choices made on the page before lead here.
    let anchors = ["days", "mode", "place", "licences", "country", "vat_number", "buyer"]
        .map(|field| view! { <span id=format!("details-{field}")></span> });
    view! {
        <div class="order-summary">
            <div class="order-anchors">{anchors}</div>
            <p class="order-name">{name}</p>
            <p>{days_words(locale, &order.days)}</p>
            <p>{location}</p>
            <p><a href=back>{text::change_choice(locale)}</a></p>
        </div>
    }
    .into_any()
}

/// Who is not signed in is asked to, and comes back here.
#[component]
fn AccountNeeded(locale: Locale, here: String) -> impl IntoView {
    view! {
        <section class="booking-section account-needed">
            <h2>{text::account_title(locale)}</h2>
            <p>{text::account_text(locale)}</p>
            <p class="actions">
                <a class="button button-primary" href=url::with_next(locale, Page::SignUp, &here)>{common::sign_up(locale)}</a>
                <a class="button" href=url::with_next(locale, Page::SignIn, &here)>{common::sign_in(locale)}</a>
            </p>
        </section>
    }
    .into_any()
}

/// A new price or lost days: what happened, and the ways on.
#[component]
fn Changed(form: FormState, locale: Locale, seen: Cents, back: String, expert: ExpertId) -> impl IntoView {
    let _ = expert;
    // Without script the page was made anew, with the new price: what was seen came along with the form.
    let seen = Cents::from_plain(&form.initial("seen_total", String::new())).unwrap_or(seen);
    let error = form.error();
    let back = StoredValue::new(back);
    move || {
        error.with(|error| match error {
            Some(ApiError::PriceChanged { quote, .. }) => {
                let quote = quote.read()?;
                let now = fmt::money(locale, quote.total);
                let words = if seen == quote.total {
                    text::price_changed_text_only(locale, now)
                } else {
                    text::price_changed_text(locale, fmt::money(locale, seen), now)
                };
                Some(
                    view! {
                        <Notice warning=true>
                                <p>{words}</p>
                        </Notice>
                    }
                    .into_any(),
                )
            }
            Some(ApiError::DaysTaken { days, .. }) => {
                let others = days.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
                let others = url::with_param(&url::path(locale, Page::Experts), "days", &others);
                Some(
                    view! {
                        <Notice warning=true>
                            <p class="actions">
                                <LinkButton href=back.get_value()>{text::days_taken_choose(locale)}</LinkButton>
                                <LinkButton href=others.clone()>{text::days_taken_others(locale)}</LinkButton>
                            </p>
                        </Notice>
                    }
                    .into_any(),
                )
            }
            _ => None,
        })
    }
}

/// The fields.
#[component]
fn Fields(
    form: FormState,
    locale: Locale,
    account: AccountView,
    profile: Option<gabarit_view::booking::ClientProfile>,
    order: Order,
    place: Option<String>,
    name: String,
    country: gabarit_domain::vat::CountryCode,
    transfer: bool,
    total: Cents,
) -> impl IntoView {
    let known = profile.unwrap_or_else(|| gabarit_view::booking::ClientProfile {
        organisation: String::new(),
        street: String::new(),
        postal_code: String::new(),
        city: String::new(),
        country,
        vat_number: None,
        registration: None,
        invoice_email: account.email.clone(),
    });
    let on_site = matches!(order.location, Location::OnSite { .. });
    let is_private = order.customer.is_private;
    // Of a business that was booked for before, a private person's form takes nothing over.
    let known = if is_private {
        gabarit_view::booking::ClientProfile {
            organisation: String::new(),
            street: String::new(),
            postal_code: String::new(),
            city: String::new(),
            registration: None,
            invoice_email: account.email.clone(),
            ..known
        }
    } else {
        known
    };
    let (who, hint) = if is_private {
        (text::person_title(locale), Some(text::person_hint(locale)))
    } else {
        (text::company_title(locale), None)
    };
    let methods = PaymentMethod::ALL
        .into_iter()
        .filter(|method| !method.is_slow() || transfer)
        .filter(|method| total <= method.limit())
        .map(|method| {
            let hint = match method {
                PaymentMethod::Ideal => text::method_ideal_hint(locale).to_owned(),
                PaymentMethod::Bancontact => text::method_bancontact_hint(locale).to_owned(),
                PaymentMethod::CreditCard => text::method_creditcard_hint(locale, &name),
                PaymentMethod::BankTransfer => text::method_banktransfer_hint(locale).to_owned(),
            };
            Choice::new(method.code(), labels::method(locale, method)).hint(hint)
        })
        .collect();
    view! {
        <section class="booking-section">
            <h2><span class="booking-number" aria-hidden="true">"1"</span>{who}</h2>
            <p class="hint">{text::signed_in_as(locale, &account.email)} {hint.map(|hint| format!(" {hint}"))}</p>
            {(!is_private).then(|| view! {
                <Field form name="organisation" label=text::organisation(locale) autocomplete="organization" value=known.organisation/>
            })}
            <div class="field-row">
                <Field form name="contact_name" label=text::contact_name(locale) autocomplete="name" value=account.name.clone()/>
                <Field
                    form
                    name="phone"
                    label=text::phone(locale)
                    hint=text::phone_hint(locale, &name)
                    kind="tel"
                    autocomplete="tel"
                    value=account.phone.clone().unwrap_or_default()
                />
            </div>
            <Field form name="street" label=text::street(locale) autocomplete="address-line1" value=known.street/>
            <div class="field-row field-row-postal">
                <Field form name="postal_code" label=text::postal_code(locale) autocomplete="postal-code" value=known.postal_code/>
                <Field form name="city" label=text::city(locale) autocomplete="address-level2" value=known.city/>
            </div>
            {(!country.in_eu() && !is_private).then(|| view! {
                <Field
                    form
                    name="registration"
                    label=text::registration(locale)
                    hint=text::registration_hint(locale)
                    optional=true
                    value=known.registration.clone().unwrap_or_default()
                />
            })}
        </section>
        <section class="booking-section">
            <h2><span class="booking-number" aria-hidden="true">"2"</span>{text::assignment_title(locale)}</h2>
            {on_site.then(|| view! {
                <Field
                    form
                    name="work_address"
                    label=text::work_address(locale)
                    hint=text::work_address_hint(locale, place.clone().unwrap_or_default(), &name)
                    autocomplete="street-address"
                    optional=true
                />
            })}
            <TextArea form name="note" label=text::note(locale, &name) hint=text::note_hint(locale) optional=true/>
        </section>
        <section class="booking-section">
            <h2><span class="booking-number" aria-hidden="true">"3"</span>{text::invoice_title(locale)}</h2>
            <div class="field-row">
                {(!is_private).then(|| view! {
                    <Field form name="order_number" label=text::order_number(locale) hint=text::order_number_hint(locale) autocomplete="on" optional=true/>
                })}
                <Field
                    form
                    name="invoice_email"
                    label=text::invoice_email(locale)
                    kind="email"
                    autocomplete="email"
                    value=known.invoice_email
                />
            </div>
        </section>
        <section class="booking-section details-method">
            <h2><span class="booking-number" aria-hidden="true">"4"</span>{text::method_title(locale)}</h2>
            <Radios form name="method" legend=text::method_title(locale) choices=methods/>
            {is_private.then(|| view! { <Checkbox form name="early" called=text::early(locale)>{text::early(locale)}</Checkbox> })}
            <Checkbox form name="terms" called=text::terms(locale)>
                {text::terms(locale)} " "
                <a href=url::path(locale, Page::Terms) target="_blank" rel="external noopener">{text::terms_read(locale)}</a>
            </Checkbox>
        </section>
    }
    .into_any()
}
