//! The state of the booking form: what is chosen, what it costs, what is wrong.

use crate::{
    api::{booking::check_vat, find::complete_places},
    i18n::Locale,
    ui::{ProductNames, problem_text, refusal_field, refusal_reason},
};
use chrono::NaiveDate;
use gabarit_domain::{
    expert::ProductCode,
    pricing::{self, Quote, Refusal},
    stock::Rentable,
    text::fold,
    vat::{CountryCode, Customer, VatStatus},
};
use gabarit_view::{
    booking::{BookingForm, BookingPage, BookingSetup, Choices, read_vat_number},
    change::{Agreed, ChangePreview},
    error::{FieldError, Problem},
    place::PlaceView,
    search::Mode,
};
use leptos::{prelude::*, task::spawn_local, web_sys};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use std::{collections::BTreeSet, time::Duration};

/// A price, or why there is none.
pub(super) type Priced = Option<Result<Quote, Vec<Refusal>>>;

/// Everything that is chosen and what follows from it; a handle that is copied around.
#[derive(Clone, Copy)]
pub(super) struct Desk {
    pub(super) locale: Locale,
    pub(super) setup: StoredValue<BookingSetup>,
    pub(super) names: StoredValue<ProductNames>,
    /// The booking that is to be changed, if it is not a new one.
    pub(super) agreed: StoredValue<Option<Agreed>>,
    pub(super) days: RwSignal<BTreeSet<NaiveDate>>,
    /// As in the URL, so that an unknown one can be named.
    pub(super) mode: RwSignal<String>,
    pub(super) place: RwSignal<Option<PlaceView>>,
    pub(super) place_text: RwSignal<String>,
    pub(super) flexible: RwSignal<bool>,
    pub(super) workstation: RwSignal<bool>,
    pub(super) licences: RwSignal<BTreeSet<ProductCode>>,
    /// Who buys: as in the URL.
    pub(super) buyer: RwSignal<String>,
    pub(super) country: RwSignal<String>,
    pub(super) vat_number: RwSignal<String>,
    pub(super) vat_status: RwSignal<VatStatus>,
    pub(super) vat_checking: RwSignal<bool>,
    /// Whether what is missing is named beside its field: after the first attempt to go on.
    pub(super) checked: RwSignal<bool>,
    /// Whether script has taken over.
    pub(super) live: RwSignal<bool>,
    pub(super) form: Memo<BookingForm>,
    pub(super) choices: Memo<Choices>,
    pub(super) priced: Memo<Priced>,
    pub(super) ready: Memo<bool>,
}

impl Desk {
    /// The form as the server understood its URL, of a new booking or of one that is to be changed.
    pub(super) fn new(locale: Locale, page: &BookingPage, agreed: Option<Agreed>) -> Self {
        let form = page.form.clone();
        let setup = page.setup.clone();
        let home = setup.context.operator.country;
        let expert = setup.expert.id;
        let names = StoredValue::new(ProductNames::of(&setup.products));
        let (first_days, first_licences) = (form.day_list(), form.licence_list());
        // An expert who works one way only leaves nothing to choose.
        let mode = match (form.mode.as_str(), setup.offer.remote, setup.offer.on_site) {
            ("", true, false) => Mode::Remote.code().to_owned(),
            ("", false, true) => Mode::OnSite.code().to_owned(),
            (mode, ..) => mode.to_owned(),
        };
        let days = RwSignal::new(first_days.clone());
        let mode = RwSignal::new(mode);
        let place = RwSignal::new(setup.place.clone());
        let place_text = RwSignal::new(
            page.place_text.clone().or_else(|| setup.place.as_ref().map(PlaceView::label)).unwrap_or_default(),
        );
        let flexible = RwSignal::new(form.flexible == "on");
        let workstation = RwSignal::new(form.workstation == "on");
        let licences = RwSignal::new(first_licences.clone());
        let buyer = RwSignal::new(form.buyer.clone());
        let country = RwSignal::new(if form.country.is_empty() { home.to_string() } else { form.country.clone() });
        let vat_number = RwSignal::new(form.vat_number.clone());
        let vat_status = RwSignal::new(setup.vat_status);
        let checked = RwSignal::new(page.checked);
        let agreed = StoredValue::new(agreed);

        let built = Memo::new(move |_| BookingForm {
            // A list nobody has touched stays as the URL has it, mistakes included, so that they are named.
            days: days.with(|days| if *days == first_days { form.days.clone() } else { join(days.iter()) }),
            licences: licences.with(|licences| {
                if *licences == first_licences { form.licences.clone() } else { join(licences.iter()) }
            }),
            mode: mode.get(),
            place: place.read().as_ref().map(|place| place.id.to_string()).unwrap_or_default(),
            flexible: on(flexible.get()),
            workstation: on(workstation.get()),
            buyer: buyer.get(),
            country: country.get(),
            vat_number: vat_number.get(),
            ..BookingForm::default()
        });
        let choices = Memo::new(move |_| {
            let point = place.read().as_ref().map(|place| place.point);
            let form = built.read();
            agreed.with_value(|agreed| match agreed {
                Some(agreed) => agreed.choices(&form, point),
                None => form.choices(expert, point, vat_status.get(), home),
            })
        });
        let setup = StoredValue::new(setup);
        let priced = Memo::new(move |_| {
            let choices = choices.read();
            let order = choices.order.as_ref()?;
            Some(setup.with_value(|BookingSetup { context, offer, .. }| {
                agreed.with_value(|agreed| match agreed {
                    Some(agreed) => agreed.price(context, offer, order),
                    None => pricing::quote(context, offer, order),
                })
            }))
        });
        let ready = Memo::new(move |_| choices.read().problems.is_empty() && matches!(&*priced.read(), Some(Ok(_))));
        let live = RwSignal::new(false);
        Effect::new(move || live.set(true));
        Self {
            locale,
            setup,
            names,
            agreed,
            days,
            mode,
            place,
            place_text,
            flexible,
            workstation,
            licences,
            buyer,
            country,
            vat_number,
            vat_status,
            vat_checking: RwSignal::new(false),
            checked,
            live,
            form: built,
            choices,
            priced,
            ready,
        }
    }

    /// Whether a booking is to be changed.
    pub(super) fn changes(self) -> bool {
        self.agreed.with_value(Option::is_some)
    }

    /// What the change means, once there is one and it can be made.
    pub(super) fn meaning(self) -> Option<ChangePreview> {
        let choices = self.choices.read();
        let (order, priced) = (choices.order.as_ref()?, self.priced.read());
        let Some(Ok(quote)) = &*priced else { return None };
        self.agreed.with_value(|agreed| {
            let agreed = agreed.as_ref().filter(|agreed| agreed.order != *order && choices.problems.is_empty())?;
            Some(agreed.meaning(order, quote.clone()))
        })
    }

    /// On which of the chosen days nothing of a thing is left. What a booking has, it can keep.
    pub(super) fn none_left(self, item: &Rentable) -> Vec<NaiveDate> {
        let days = self.days.get();
        let has = |day: &NaiveDate| {
            self.agreed.with_value(|agreed| agreed.as_ref().is_some_and(|agreed| agreed.has(item, *day)))
        };
        self.setup.with_value(|setup| setup.context.none_left.of(item, days.into_iter().filter(|day| !has(day))))
    }

    /// The first day that can be chosen.
    pub(super) fn earliest(self) -> NaiveDate {
        let earliest = self.setup.with_value(|setup| setup.context.earliest_start());
        let own = self.agreed.with_value(|agreed| agreed.as_ref().map(|agreed| agreed.order.days.first()));
        own.map_or(earliest, |own| own.min(earliest))
    }

    /// The expert's name.
    pub(super) fn name(self) -> String {
        self.setup.with_value(|setup| setup.expert.display_name.clone())
    }

    /// The operator's country.
    pub(super) fn home(self) -> CountryCode {
        self.setup.with_value(|setup| setup.context.operator.country)
    }

    /// Whether private clients are taken.
    pub(super) fn takes_private(self) -> bool {
        self.setup.with_value(|setup| setup.context.private_clients)
    }

    /// The client, as far as VAT is concerned.
    pub(super) fn customer(self) -> Customer {
        self.choices.with(|choices| choices.order.as_ref().map(|order| order.customer.clone())).unwrap_or_else(|| {
            Customer { country: self.home(), vat_number: None, vat_status: VatStatus::None, is_private: false }
        })
    }

    /// Keeps the address in step with the form, a moment after each change: browsers refuse too many at once.
    pub(super) fn keep_url(self, path: String) {
        let navigate = use_navigate();
        let pending = StoredValue::new(None::<TimeoutHandle>);
        Effect::new(move |before: Option<String>| {
            let query = self.form.read().to_query();
            if before.is_some_and(|before| before != query) {
                if let Some(timer) = pending.get_value() {
                    timer.clear();
                }
                let (navigate, address) = (navigate.clone(), format!("{path}?{query}"));
                let timer = set_timeout_with_handle(
                    move || {
                        navigate(
                            &address,
                            NavigateOptions { resolve: false, replace: true, scroll: false, ..Default::default() },
                        );
                    },
                    Duration::from_millis(250),
                );
                pending.set_value(timer.ok());
            }
            query
        });
        on_cleanup(move || {
            if let Some(Some(timer)) = pending.try_get_value() {
                timer.clear();
            }
        });
    }

    /// Takes over what was chosen in the form before script came.
    pub(super) fn take_over(self, typed: &str) {
        let form = BookingForm::from_query(typed);
        self.days.set(form.day_list());
        if !form.mode.is_empty() {
            self.mode.set(form.mode.clone());
        }
        self.flexible.set(form.flexible == "on");
        self.workstation.set(form.workstation == "on");
        self.licences.set(form.licence_list());
        if self.takes_private() {
            self.buyer.set(form.buyer.clone());
        }
        if !form.country.is_empty() {
            self.country.set(form.country.clone());
        }
        if form.vat_number != self.vat_number.get_untracked() {
            self.vat_number.set(form.vat_number);
            self.ask_register();
        }
        if let Some(text) = BookingForm::place_text(typed)
            && text != self.place_text.get_untracked()
        {
            self.place.set(None);
            self.place_text.set(text.clone());
            self.resolve_place(text);
        }
    }

    /// Looks a typed place up, and takes it if it is the only one of its name.
    fn resolve_place(self, typed: String) {
        let wanted = fold(&typed);
        if wanted.is_empty() {
            return;
        }
        spawn_local(async move {
            let Ok(places) = complete_places(self.locale, typed.clone()).await else { return };
            let mut named =
                places.into_iter().filter(|place| fold(&place.name) == wanted || fold(&place.label()) == wanted);
            let still = self.place_text.try_get_untracked().as_ref() == Some(&typed);
            if let (Some(only), None, true) = (named.next(), named.next(), still) {
                self.place_text.try_set(only.label());
                self.place.try_set(Some(only));
            }
        });
    }

    /// The number or its country changed: what the register said of the old one no longer counts.
    pub(super) fn forget_register(self) {
        if self.vat_status.get_untracked() != VatStatus::None {
            self.vat_status.set(VatStatus::None);
        }
    }

    /// Asks the register about the number in the field, if it reads as one.
    pub(super) fn ask_register(self) {
        let Ok(country) = CountryCode::parse(&self.country.get_untracked()) else { return };
        let typed = self.vat_number.get_untracked();
        if !matches!(read_vat_number(country, &typed), Ok(Some(_)))
            || self.vat_status.get_untracked() == VatStatus::Confirmed
        {
            return;
        }
        self.vat_checking.set(true);
        spawn_local(async move {
            let answer = check_vat(country, typed.clone()).await;
            // No answer of ours is the same as none of the register's: unknown, never invalid.
            let status = answer.map_or(VatStatus::Unknown, |answer| answer.status);
            if self.vat_number.try_get_untracked().as_ref() == Some(&typed)
                && self.country.try_get_untracked().as_deref() == Some(country.as_str())
            {
                self.vat_status.try_set(status);
            }
            self.vat_checking.try_set(false);
        });
    }

    /// What is wrong with a field, as sentences: mistakes, and refusals that belong to it.
    pub(super) fn errors(self, field: &str) -> Vec<String> {
        let checked = self.checked.get();
        let mut found: Vec<String> = self.choices.with(|choices| {
            choices
                .problems
                .iter()
                .filter(|error| error.field == field && (checked || error.problem != Problem::Missing))
                // A place that was typed is not missing: the field itself says why it is not taken.
                .filter(|error| {
                    !(field == "place"
                        && error.problem == Problem::Missing
                        && !self.place_text.read().trim().is_empty())
                })
                .map(|FieldError { problem, .. }| problem_text(self.locale, problem))
                .collect()
        });
        if let Some(Err(refusals)) = &*self.priced.read() {
            found.extend(
                refusals.iter().filter(|refusal| refusal_field(refusal) == field).map(|refusal| self.refusal(refusal)),
            );
        }
        found
    }

    /// A refusal as a sentence.
    pub(super) fn refusal(self, refusal: &Refusal) -> String {
        self.names.with_value(|names| refusal_reason(self.locale, refusal, &self.name(), names))
    }
}

/// What is wrong with a field, beside it.
#[component]
pub(super) fn Errors(desk: Desk, field: &'static str) -> impl IntoView {
    view! {
        <div class="field-errors" id=format!("{field}-errors")>
            <For each=move || desk.errors(field) key=Clone::clone let:error>
                <p class="field-error">{error}</p>
            </For>
        </div>
    }
    .into_any()
}

fn on(checked: bool) -> String {
    if checked { "on" } else { "" }.to_owned()
}

fn join<T: ToString>(list: impl Iterator<Item = T>) -> String {
    list.map(|item| item.to_string()).collect::<Vec<_>>().join(",")
}

/// What the form on the page holds while script is about to take it over, as a query string; `None` when script made
/// the page itself.
pub(super) fn typed_before_script(form: &str) -> Option<String> {
    #[cfg(feature = "hydrate")]
    {
        use leptos::wasm_bindgen::JsCast;
        let document = document();
        if document.document_element()?.has_attribute("data-hydrated") {
            return None;
        }
        let form = document.get_element_by_id(form)?.dyn_into::<web_sys::HtmlFormElement>().ok()?;
        let data = web_sys::FormData::new_with_form(&form).ok()?;
        let pairs = web_sys::UrlSearchParams::new_with_str_sequence_sequence(&data).ok()?;
        Some(String::from(pairs.to_string()))
    }
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = form;
        None
    }
}

/// Leads to the first thing to correct.
pub(super) fn focus_first_error() {
    request_animation_frame(|| {
        use leptos::wasm_bindgen::JsCast;
        let first =
            document().query_selector(".booking-section:has(.field-error) :is(input, select):not([tabindex='-1'])");
        if let Ok(Some(first)) = first
            && let Ok(first) = first.dyn_into::<web_sys::HtmlElement>()
        {
            let _ = first.focus();
        }
    });
}
