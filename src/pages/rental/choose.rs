//! Choosing days, licences and workstations, with the price at once; then the client's details and payment. Without script, the
//! choices are a GET form whose address keeps them, and the rest a posted one.

use crate::{
    api::rental::{PlaceRental, read_rental_setup},
    i18n::{Locale, fmt, use_locale},
    session::use_account,
    ui::{
        Checkbox, Choice, ErrorState, Field, FormErrors, FormState, Hidden, LinkButton, Notice, PricePanel,
        ProductNames, QuoteLines, Radios, Select, Skeleton, Submit, use_form_state,
    },
    url::{self, Page},
};
use chrono::NaiveDate;
use gabarit_domain::{
    booking::PaymentMethod,
    pricing::Quote,
    rental::{RentalOrder, RentalRefusal, Term, quote},
    stock::Rentable,
    vat::{CountryCode, Customer, VatStatus},
};
use gabarit_i18n::{booking as booking_text, labels, quote as quote_text, rental as text};
use gabarit_view::{
    error::ApiError,
    expert::ProductView,
    rental::{RentalItem, RentalSetup, write_seats},
};
use leptos::{form::ActionForm, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::{use_location, use_query_map};
use std::collections::BTreeMap;

/// The page.
#[component]
pub(super) fn ChooseRental() -> impl IntoView {
    let locale = use_locale();
    let query = use_query_map();
    let term = Memo::new(move |_| {
        let get = |name: &str| query.with(|query| query.get(name).unwrap_or_default());
        (get("first"), get("last"))
    });
    let setup = Resource::new_blocking(move || term.get(), move |(first, last)| read_rental_setup(locale, first, last));
    view! {
        <Title text=text::title(locale)/>
        <h1>{text::title(locale)}</h1>
        <p class="lead">{text::lead(locale)}</p>
        <Transition fallback=|| view! { <Skeleton lines=8/> }>
            {move || Suspend::new(async move {
                match setup.await {
                    Ok(setup) => view! { <Content setup/> }.into_any(),
                    Err(error) => view! { <ErrorState error/> }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

/// What is chosen so far.
#[derive(Clone, Copy)]
struct Chosen {
    first: RwSignal<String>,
    last: RwSignal<String>,
    seats: RwSignal<BTreeMap<Rentable, u32>>,
    country: RwSignal<String>,
}

impl Chosen {
    fn order(self, home: CountryCode) -> Option<RentalOrder> {
        let day = |text: RwSignal<String>| text.with(|text| text.parse::<NaiveDate>().ok());
        let country = self.country.with(|code| CountryCode::parse(code).unwrap_or(home));
        Some(RentalOrder {
            term: Term { first: day(self.first)?, last: day(self.last)? },
            seats: self.seats.get(),
            customer: Customer { country, vat_number: None, vat_status: VatStatus::None, is_private: false },
        })
    }
}

fn refusal(locale: Locale, refusal: &RentalRefusal) -> String {
    match refusal {
        RentalRefusal::TooSoon { earliest } => text::refused_too_soon(locale, fmt::date(locale, *earliest)),
        RentalRefusal::TooFarAhead { latest } => text::refused_too_far(locale, fmt::date(locale, *latest)),
        RentalRefusal::EndsBeforeStart => text::refused_ends(locale).to_owned(),
        RentalRefusal::TooLong { most } => text::refused_long(locale, *most),
        RentalRefusal::Nothing | RentalRefusal::NotRented { .. } => text::refused_nothing(locale).to_owned(),
        RentalRefusal::TooMany { most, .. } => text::refused_many(locale, *most),
    }
}

/// Whether a refusal is about the days, not about what is rented.
const fn about_days(refusal: &RentalRefusal) -> bool {
    !matches!(refusal, RentalRefusal::Nothing | RentalRefusal::NotRented { .. } | RentalRefusal::TooMany { .. })
}

#[component]
fn Content(setup: RentalSetup) -> impl IntoView {
    let locale = use_locale();
    let query = use_query_map();
    let get = |name: &str| query.with_untracked(|query| query.get(name).unwrap_or_default());
    let seats: BTreeMap<Rentable, u32> = setup
        .items
        .iter()
        .filter_map(|item| Some((item.item.clone(), get(item.item.code()).parse().ok()?)))
        .filter(|(_, count)| *count > 0)
        .collect();
    let home = setup.context.operator.country;
    let country = setup.profile.as_ref().map_or(home, |profile| profile.country);
    let action = ServerAction::<PlaceRental>::new();
    let form = use_form_state::<PlaceRental>("rental", action);
    let chosen = Chosen {
        first: RwSignal::new(get("first")),
        last: RwSignal::new(get("last")),
        seats: RwSignal::new(seats),
        country: RwSignal::new(form.initial("country", country.to_string())),
    };
    let context = StoredValue::new(setup.context.clone());
    // What was refused for its price is shown at its new one.
    let changed = move || {
        form.error().with(|error| match error {
            Some(ApiError::PriceChanged { quote, .. }) => quote.read(),
            _ => None,
        })
    };
    let price = Memo::new(move |_| {
        let order = chosen.order(home)?;
        Some(match changed() {
            Some(quote) => Ok(quote),
            None => context.with_value(|context| quote(context, &order)),
        })
    });
    let names = ProductNames::of(
        &setup
            .items
            .iter()
            .filter_map(|item| match &item.item {
                Rentable::Workstation => None,
                Rentable::Licence(code) => Some(ProductView {
                    code: code.clone(),
                    name: item.name.clone(),
                    licence_per_day: Some(item.per_day),
                }),
            })
            .collect::<Vec<_>>(),
    );
    let signed_in = use_account();
    let is_in = signed_in.with_untracked(Option::is_some);
    let total = move || match price.get() {
        Some(Ok(quote)) => Some(fmt::money(locale, quote.total)),
        _ => None,
    };
    let announce = move || match price.get() {
        Some(Ok(quote)) => quote_text::announce(locale, fmt::money(locale, quote.total)),
        Some(Err(refusals)) => refusals.first().map(|one| refusal(locale, one)).unwrap_or_default(),
        None => String::new(),
    };
    let sheet = view! {
        {move || match price.get() {
            None => view! { <p class="hint">{text::price_hint(locale)}</p> }.into_any(),
            Some(Err(refusals)) => refusals
                .iter()
                .map(|one| view! { <p class="hint">{refusal(locale, one)}</p> })
                .collect_view()
                .into_any(),
            Some(Ok(quote)) => {
                let customer = Customer {
                    country: chosen.country.with(|code| CountryCode::parse(code).unwrap_or(home)),
                    vat_number: None,
                    vat_status: VatStatus::None,
                    is_private: false,
                };
                view! { <QuoteLines quote customer home=Some(home) names=names.clone()/> }.into_any()
            }
        }}
    }
    .into_any();
    view! {
        <div class="booking-page rental-page">
            <div class="booking-main rental-choices">
                <Choices locale items=setup.items.clone() chosen form price/>
            </div>
            <PricePanel
                title=text::price_title(locale)
                class="rental-price"
                announce=Signal::derive(announce)
                label=quote_text::total(locale).to_owned()
                amount=Signal::derive(move || total().unwrap_or_else(|| "—".to_owned()))
                sheet
            >
                <a class="button button-primary" href="#rental-who">{booking_text::go_on(locale)}</a>
            </PricePanel>
            <div class="booking-main rental-who" id="rental-who">
                {if is_in {
                    view! { <Details locale setup=setup.clone() chosen action form price/> }.into_any()
                } else {
                    view! { <SignInFirst locale/> }.into_any()
                }}
            </div>
        </div>
        {is_in.then(|| view! {
            <p><LinkButton href=url::path(locale, Page::Bookings)>{text::own(locale)}</LinkButton></p>
        })}
    }
    .into_any()
}

#[component]
fn Choices(locale: Locale, items: Vec<RentalItem>, chosen: Chosen, form: FormState, price: Price) -> impl IntoView {
    // What is wrong with the days or the numbers is told beside them: at once, and when the order was refused for it.
    let told = move |of_days: bool| {
        price.with(|price| match price {
            Some(Err(refusals)) => refusals
                .iter()
                .filter(|one| !matches!(one, RentalRefusal::Nothing) && about_days(one) == of_days)
                .map(|one| refusal(locale, one))
                .collect::<Vec<_>>()
                .join(" "),
            _ => String::new(),
        })
    };
    let refused = [form.problem("first"), form.problem("last"), form.problem("seats")];
    let problem = move |of_days: bool| {
        let mut words = told(of_days);
        let fields = if of_days { &refused[..2] } else { &refused[2..] };
        if words.is_empty() {
            words = fields.iter().filter_map(Get::get).next().unwrap_or_default();
        }
        words
    };
    form.call("first", text::first(locale));
    form.call("last", text::last(locale));
    form.call("seats", text::what_title(locale));

    let rows = items
        .into_iter()
        .map(|item| {
            let id = format!("seats-{}", item.item);
            let label = match &item.item {
                Rentable::Workstation => text::workstations(locale).to_owned(),
                Rentable::Licence(_) => text::seats_of(locale, &item.name),
            };
            let hint = format!("{id}-hint");
            let free = item.free.map(|free| match free {
                0 => format!(" · {}", text::none_free(locale)),
                free => format!(" · {}", text::free(locale, u64::from(free))),
            });
            let tariffs = text::tariffs(
                locale,
                fmt::money(locale, item.per_day),
                fmt::money(locale, item.per_week),
                fmt::money(locale, item.per_month),
            );
            let most = item.free.unwrap_or(item.stock);
            let thing = item.item.clone();
            let start = chosen.seats.with_untracked(|seats| seats.get(&thing).map(u32::to_string)).unwrap_or_default();
            view! {
                <div class="field rental-item">
                    <label for=id.clone()>{label}</label>
                    <p class="hint" id=hint.clone()>{tariffs} {free}</p>
                    <input
                        id=id
                        name=item.item.to_string()
                        type="number"
                        inputmode="numeric"
                        min="0"
                        max=most.to_string()
                        class="input rental-seats"
                        value=start
                        aria-describedby=hint
                        on:input=move |event| {
                            let count = event_target_value(&event).parse().unwrap_or(0);
                            chosen.seats.update(|seats| {
                                if count > 0 {
                                    seats.insert(thing.clone(), count);
                                } else {
                                    seats.remove(&thing);
                                }
                            });
                        }
                    />
                </div>
            }
        })
        .collect_view();
    let day = move |name: &'static str, label: &'static str, signal: RwSignal<String>| {
        let id = format!("rental-{name}");
        view! {
            <div class="field">
                <label for=id.clone()>{label}</label>
                <input
                    id=id
                    name=name
                    type="date"
                    class="input"
                    value=signal.get_untracked()
                    aria-describedby="rental-days-problem"
                    on:input=move |event| signal.set(event_target_value(&event))
                />
            </div>
        }
    };
    view! {
        <form method="get" class="booking-section stack">
            <h2>{text::term_title(locale)}</h2>
            <p class="hint">{text::term_hint(locale)}</p>
            <div class="field-pair">
                {day("first", text::first(locale), chosen.first)}
                {day("last", text::last(locale), chosen.last)}
            </div>
            <p class="problem" id="rental-days-problem" role="status">{move || problem(true)}</p>
            <h2>{text::what_title(locale)}</h2>
            <div class="rental-items">{rows}</div>
            <p class="problem" id="rental-seats" role="status">{move || problem(false)}</p>
            <p><button type="submit" class="button">{text::show_price(locale)}</button></p>
        </form>
    }
    .into_any()
}

#[component]
fn SignInFirst(locale: Locale) -> impl IntoView {
    let location = use_location();
    let href = move || {
        let (path, search) = (location.pathname.get(), location.search.get());
        let search = search.trim_start_matches('?').to_owned();
        let here = if search.is_empty() { path } else { format!("{path}?{search}") };
        url::with_next(locale, Page::SignIn, &here)
    };
    view! {
        <section class="booking-section">
            <h2>{text::details_title(locale)}</h2>
            <p>{text::sign_in_first(locale)}</p>
            <p><a class="button button-primary" href=href>{gabarit_i18n::common::sign_in(locale)}</a></p>
        </section>
    }
    .into_any()
}

type Price = Memo<Option<Result<Quote, Vec<RentalRefusal>>>>;

#[component]
fn Details(
    locale: Locale,
    setup: RentalSetup,
    chosen: Chosen,
    action: ServerAction<PlaceRental>,
    form: FormState,
    price: Price,
) -> impl IntoView {
    let profile = setup.profile.clone();
    let of = |read: fn(&gabarit_view::booking::ClientProfile) -> String| profile.as_ref().map(read).unwrap_or_default();
    let countries: Vec<Choice> =
        setup.countries.iter().map(|country| Choice::new(country.code.to_string(), country.name.clone())).collect();
    let methods: Vec<Choice> = PaymentMethod::ALL
        .into_iter()
        .map(|method| {
            let hint = match method {
                PaymentMethod::Ideal => booking_text::method_ideal_hint(locale),
                PaymentMethod::Bancontact => booking_text::method_bancontact_hint(locale),
                PaymentMethod::CreditCard => text::method_creditcard_hint(locale),
                PaymentMethod::BankTransfer => booking_text::method_banktransfer_hint(locale),
            };
            Choice::new(method.code(), labels::method(locale, method)).hint(hint.to_owned())
        })
        .collect();
    let seen = Signal::derive(move || match price.get() {
        Some(Ok(quote)) => quote.fingerprint(),
        _ => String::new(),
    });
    let total = Signal::derive(move || match price.get() {
        Some(Ok(quote)) => format!("{} · {}", text::send(locale), fmt::money(locale, quote.total)),
        _ => text::send(locale).to_owned(),
    });
    let seats = Signal::derive(move || chosen.seats.with(write_seats));
    let (first, last) = (Signal::derive(move || chosen.first.get()), Signal::derive(move || chosen.last.get()));
    let price_changed = move || form.error().with(|error| matches!(error, Some(ApiError::PriceChanged { .. })));
    let key = setup.key.clone();
    let name = setup.name.clone().unwrap_or_default();
    let (organisation, street) = (of(|p| p.organisation.clone()), of(|p| p.street.clone()));
    let (postal_code, city) = (of(|p| p.postal_code.clone()), of(|p| p.city.clone()));
    let (vat_number, email) = (of(|p| p.vat_number.clone().unwrap_or_default()), of(|p| p.invoice_email.clone()));
    let registration = of(|p| p.registration.clone().unwrap_or_default());
    let country = chosen.country.get_untracked();
    let sent_to = Memo::new(move |_| {
        chosen.seats.with(|seats| seats.get(&Rentable::Workstation).is_some_and(|count| *count > 0))
    });
    let recipient = name.clone();
    let (to_street, to_code, to_city) = (street.clone(), postal_code.clone(), city.clone());
    let (to_country, to_countries) = (country.clone(), countries.clone());
    let delivery = move || {
        sent_to.get().then(|| {
            view! {
                <h2>{text::delivery_title(locale)}</h2>
                <p class="hint">{text::delivery_hint(locale)}</p>
                <div class="field-pair">
                    <Field form name="delivery_name" label=text::delivery_name(locale) value=recipient.clone()/>
                    <Field form name="delivery_phone" kind="tel" label=text::delivery_phone(locale)/>
                </div>
                <Field form name="delivery_street" label=text::delivery_street(locale) value=to_street.clone()/>
                <div class="field-pair">
                    <Field form name="delivery_postal_code" label=text::delivery_postal_code(locale) value=to_code.clone()/>
                    <Field form name="delivery_city" label=text::delivery_city(locale) value=to_city.clone()/>
                </div>
                <Select
                    form
                    name="delivery_country"
                    label=text::delivery_country(locale)
                    choices=to_countries.clone()
                    value=to_country.clone()
                />
            }
        })
    };
    view! {
        <ActionForm action attr:class="booking-section stack" attr:novalidate="">
            <h2>{text::details_title(locale)}</h2>
            <FormErrors form/>
            {move || price_changed().then(|| view! { <Notice warning=true><p>{text::price_changed(locale)}</p></Notice> })}
            <Field form name="organisation" label=booking_text::organisation(locale) autocomplete="organization" value=organisation/>
            <div class="field-pair">
                <Field form name="contact_name" label=booking_text::contact_name(locale) autocomplete="name" value=name/>
                <Field form name="phone" kind="tel" label=booking_text::phone(locale) autocomplete="tel"/>
            </div>
            <Field form name="street" label=booking_text::street(locale) autocomplete="street-address" value=street/>
            <div class="field-pair">
                <Field form name="postal_code" label=booking_text::postal_code(locale) autocomplete="postal-code" value=postal_code/>
                <Field form name="city" label=booking_text::city(locale) autocomplete="address-level2" value=city/>
            </div>
            <Select
                form
                name="country"
                label=booking_text::country(locale)
                choices=countries
                value=country
                autocomplete="country"
                on_change=Callback::new(move |code: String| chosen.country.set(code))
            />
            <Field form name="vat_number" label=booking_text::vat_number(locale) optional=true value=vat_number/>
            <Field form name="registration" label=booking_text::registration(locale) optional=true value=registration/>
            <Field form name="order_number" label=booking_text::order_number(locale) optional=true/>
            <Field form name="invoice_email" kind="email" label=booking_text::invoice_email(locale) autocomplete="email" value=email/>
            {delivery}
            <h2>{text::pay_title(locale)}</h2>
            <Radios form name="method" legend=text::method(locale) choices=methods/>
            <p class="hint">{text::method_hint(locale)}</p>
            <Checkbox form name="terms" called=text::terms(locale)>{text::terms(locale)}</Checkbox>
            <p class="hint">
                <a href=url::path(locale, Page::Terms)>{gabarit_i18n::common::nav_terms(locale)}</a> " · "
                <a href=url::path(locale, Page::Privacy)>{gabarit_i18n::common::nav_privacy(locale)}</a>
            </p>
            <Hidden name="first" value=first/>
            <Hidden name="last" value=last/>
            <Hidden name="seats" value=seats/>
            <Hidden name="seen" value=seen/>
            <Hidden name="key" value=key/>
            <Hidden name="locale" value=locale.code().to_owned()/>
            <Submit form text=total/>
        </ActionForm>
    }
    .into_any()
}
