//! The booking form as it stands in a URL, and the order it makes.
//!
//! Every choice of the first page lives in the query, so that a quote survives reload, sharing and the way back. The
//! same reading serves the browser, which prices with it, and the server, which prices again.

use super::BookingForm;
use crate::{
    error::{FieldError, Problem},
    search::{Mode, SearchQuery},
};
use chrono::NaiveDate;
use gabarit_domain::{
    calendar::{DaySet, DaysError, MAX_DAYS},
    expert::ProductCode,
    geo::GeoPoint,
    ids::{ExpertId, PlaceId},
    pricing::{Location, Order},
    vat::{CountryCode, Customer, VatNumber, VatNumberError, VatStatus},
};
use std::collections::BTreeSet;

/// What a form chooses so far: the order once it can be priced, and what is still wrong or missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choices {
    /// The order, as soon as it has days and a location. A VAT number that cannot be read counts as none.
    pub order: Option<Order>,
    /// What to correct, by the form's field names.
    pub problems: Vec<FieldError>,
}

/// What a form says of who buys for no business.
pub const PRIVATE: &str = "private";
/// What it says of who buys for one.
pub const BUSINESS: &str = "business";

/// The most days that are taken over from a URL: beyond it the form says "too many" anyway.
const READ_AT_MOST: usize = MAX_DAYS + 1;

impl BookingForm {
    /// Reads the choices of a query string (without `?`): lists with commas as [`BookingForm::to_query`] writes them,
    /// or repeated `day=` and `licence=` as a form without script sends them. Nothing is refused here:
    /// what makes no sense is kept for [`BookingForm::choices`] to name.
    #[must_use]
    pub fn from_query(query: &str) -> Self {
        let mut form = Self::default();
        let mut days: Vec<String> = Vec::new();
        let mut licences: BTreeSet<String> = BTreeSet::new();
        let mut pick = None;
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let value = value.trim();
            match &*name {
                "day" | "days" => days.extend(
                    value
                        .split([',', ' ', ';', '+'])
                        .filter(|part| !part.is_empty())
                        .take(READ_AT_MOST.saturating_sub(days.len()))
                        .map(ToOwned::to_owned),
                ),
                "licence" | "licences" => {
                    licences.extend(value.split([',', ' ']).filter(|code| !code.is_empty()).map(ToOwned::to_owned));
                }
                "mode" => value.clone_into(&mut form.mode),
                "place" => value.clone_into(&mut form.place),
                "pick" if !value.is_empty() => pick = Some(value.to_owned()),
                "flexible" => value.clone_into(&mut form.flexible),
                "workstation" => value.clone_into(&mut form.workstation),
                "country" => value.clone_into(&mut form.country),
                "vat_number" => value.clone_into(&mut form.vat_number),
                // A business is what is said without a word.
                "buyer" if value != BUSINESS => value.clone_into(&mut form.buyer),
                _ => {}
            }
        }
        if let Some(pick) = pick {
            form.place = pick;
        }
        days.sort_unstable();
        days.dedup();
        form.days = days.join(",");
        form.licences = licences.into_iter().collect::<Vec<_>>().join(",");
        form
    }

    /// What was typed as a place, if the query says so and no place was picked from a list: it is still to be resolved.
    #[must_use]
    pub fn place_text(query: &str) -> Option<String> {
        let mut text = None;
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "pick" if !value.trim().is_empty() => return None,
                "place_text" => text = Some(value.trim().to_owned()),
                _ => {}
            }
        }
        text
    }

    /// The choices as a query string, without `?`; empty ones are left out. The expert is in the path.
    #[must_use]
    pub fn to_query(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let mut put = |name: &str, value: &str| {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        };
        put("days", &self.days);
        put("mode", &self.mode);
        put("place", &self.place);
        put("flexible", &self.flexible);
        put("workstation", &self.workstation);
        put("licences", &self.licences);
        put("country", &self.country);
        put("vat_number", &self.vat_number);
        put("buyer", &self.buyer);
        // A comma needs no escape in a query, and a list of days reads better with it.
        query.finish().replace("%2C", ",")
    }

    /// The form a search leads to: its days, mode and place carried over.
    #[must_use]
    pub fn from_search(query: &SearchQuery) -> Self {
        let place = query.near.filter(|_| query.mode != Some(Mode::Remote));
        Self {
            days: query.days.as_ref().map(DaySet::to_param).unwrap_or_default(),
            mode: query.mode.map(Mode::code).unwrap_or_default().to_owned(),
            place: place.map(|place| place.to_string()).unwrap_or_default(),
            ..Self::default()
        }
    }

    /// The form an order came from: to book the same expert again (S15). Days are for the client to choose anew.
    #[must_use]
    pub fn again(order: &Order) -> Self {
        let (mode, place) = match order.location {
            Location::Remote => (Mode::Remote, String::new()),
            Location::OnSite { place, .. } => (Mode::OnSite, place.to_string()),
        };
        Self {
            expert: order.expert.to_string(),
            mode: mode.code().to_owned(),
            place,
            flexible: on(order.flexible),
            workstation: on(order.workstation),
            licences: order.licences.iter().map(ProductCode::as_str).collect::<Vec<_>>().join(","),
            country: order.customer.country.to_string(),
            vat_number: order.customer.vat_number.as_ref().map(ToString::to_string).unwrap_or_default(),
            buyer: if order.customer.is_private { PRIVATE } else { "" }.to_owned(),
            ..Self::default()
        }
    }

    /// The days that can be read, in order; others are passed over.
    #[must_use]
    pub fn day_list(&self) -> BTreeSet<NaiveDate> {
        self.days.split(',').filter_map(|day| day.trim().parse().ok()).take(READ_AT_MOST).collect()
    }

    /// The product codes that can be read.
    #[must_use]
    pub fn licence_list(&self) -> BTreeSet<ProductCode> {
        self.licences.split(',').filter_map(|code| ProductCode::parse(code.trim()).ok()).collect()
    }

    /// The place's id, if one is named.
    #[must_use]
    pub fn place_id(&self) -> Option<PlaceId> {
        self.place.trim().parse().ok()
    }

    /// What the form chooses: `point` is the position of its place, `vat_status` what the register said of its number,
    /// `home` the country that counts while none is chosen (the operator's).
    #[must_use]
    pub fn choices(
        &self,
        expert: ExpertId,
        point: Option<GeoPoint>,
        vat_status: VatStatus,
        home: CountryCode,
    ) -> Choices {
        let mut problems = Vec::new();
        let mut wrong = |field: &str, problem| problems.push(FieldError { field: field.to_owned(), problem });
        let days = match DaySet::parse(&self.days) {
            Ok(days) => Some(days),
            Err(error) => {
                wrong(
                    "days",
                    match error {
                        DaysError::Empty => Problem::Missing,
                        DaysError::NotADate(_) => Problem::NotADay,
                        DaysError::TooMany => Problem::TooMany(u32::try_from(MAX_DAYS).unwrap_or(u32::MAX)),
                    },
                );
                None
            }
        };
        let location = match (self.mode.trim(), Mode::parse(self.mode.trim())) {
            (_, Some(Mode::Remote)) => Some(Location::Remote),
            (_, Some(Mode::OnSite)) => match (self.place.trim(), self.place_id(), point) {
                (_, Some(place), Some(point)) => Some(Location::OnSite { place, point }),
                ("", ..) => {
                    wrong("place", Problem::Missing);
                    None
                }
                _ => {
                    wrong("place", Problem::UnknownPlace);
                    None
                }
            },
            ("", None) => {
                wrong("mode", Problem::Missing);
                None
            }
            (_, None) => {
                wrong("mode", Problem::Unknown);
                None
            }
        };
        let mut licences = BTreeSet::new();
        for code in self.licences.split(',').map(str::trim).filter(|code| !code.is_empty()) {
            match ProductCode::parse(code) {
                Ok(code) => {
                    licences.insert(code);
                }
                Err(_) => wrong("licences", Problem::Unknown),
            }
        }
        let country = match self.country.trim() {
            "" => home,
            text => CountryCode::parse(text).unwrap_or_else(|_| {
                wrong("country", Problem::Unknown);
                home
            }),
        };
        let is_private = self.is_private();
        if !is_private && !matches!(self.buyer.trim(), "" | BUSINESS) {
            wrong("buyer", Problem::Unknown);
        }
        // What a private client typed there before is of no account.
        let number = if is_private { "" } else { &self.vat_number };
        let vat_number = read_vat_number(country, number).unwrap_or_else(|problem| {
            wrong("vat_number", problem);
            None
        });
        let vat_status = if vat_number.is_some() { vat_status } else { VatStatus::None };
        if vat_status == VatStatus::Invalid {
            wrong("vat_number", Problem::VatInvalid);
        }
        let order = days.zip(location).map(|(days, location)| Order {
            expert,
            days,
            location,
            flexible: is_on(&self.flexible),
            workstation: is_on(&self.workstation),
            licences,
            customer: Customer { country, vat_number, vat_status, is_private },
        });
        Choices { order, problems }
    }

    /// Whether it is for no business.
    #[must_use]
    pub fn is_private(&self) -> bool {
        self.buyer.trim() == PRIVATE
    }

    /// The order, complete and without a mistake.
    ///
    /// # Errors
    /// Every field to correct.
    pub fn to_order(
        &self,
        expert: ExpertId,
        point: Option<GeoPoint>,
        vat_status: VatStatus,
        home: CountryCode,
    ) -> Result<Order, Vec<FieldError>> {
        match self.choices(expert, point, vat_status, home) {
            Choices { order: Some(order), problems } if problems.is_empty() => Ok(order),
            Choices { problems, .. } => Err(problems),
        }
    }
}

/// The value of a checkbox.
fn on(checked: bool) -> String {
    if checked { "on" } else { "" }.to_owned()
}

/// Whether a checkbox's value says yes.
fn is_on(value: &str) -> bool {
    matches!(value.trim(), "on" | "1" | "true")
}

/// Reads a VAT number of a country, as typed in a form: empty is none, and outside the Union none is used.
///
/// # Errors
/// What is wrong with it.
pub fn read_vat_number(country: CountryCode, text: &str) -> Result<Option<VatNumber>, Problem> {
    if text.trim().is_empty() || !country.in_eu() {
        return Ok(None);
    }
    VatNumber::parse(country, text).map(Some).map_err(|error| match error {
        VatNumberError::OtherCountry => Problem::VatOtherCountry,
        VatNumberError::Form => Problem::NotAVatNumber,
        VatNumberError::Checksum => Problem::VatChecksum,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn country(code: &str) -> CountryCode {
        CountryCode::parse(code).unwrap()
    }

    fn expert() -> ExpertId {
        ExpertId("0190f5c4-0000-7000-8000-000000000001".parse().unwrap())
    }

    fn liege() -> Option<GeoPoint> {
        GeoPoint::new(50_632_600, 5_579_700)
    }

    /// A form without script sends a `day` and a `licence` a checkbox; the address keeps one short list of each.
    #[test]
    fn repeated_fields_become_lists() {
        let form = BookingForm::from_query(
            "day=2026-12-03&day=2026-12-01&day=2026-12-03&mode=on-site&place=2792413&licence=revit&licence=autocad\
             &flexible=on&country=BE&vat_number=BE+0404.616.494",
        );
        assert_eq!(form.days, "2026-12-01,2026-12-03");
        assert_eq!(form.licences, "autocad,revit");
        assert_eq!(form.vat_number, "BE 0404.616.494");
        assert_eq!(
            form.to_query(),
            "days=2026-12-01,2026-12-03&mode=on-site&place=2792413&flexible=on&licences=autocad,revit&country=BE\
             &vat_number=BE+0404.616.494"
        );
    }

    /// What an address says is what it says after a round trip: quotes survive reload and sharing.
    #[test]
    fn the_query_survives_a_round_trip() {
        for query in ["", "days=2026-12-01", "days=x&mode=%3Cb%3E&country=%C3%A9%26", "licences=a,b&workstation=on"] {
            let form = BookingForm::from_query(query);
            assert_eq!(BookingForm::from_query(&form.to_query()), form, "{query}");
        }
    }

    /// A place picked from the list of alike names beats what is still typed in the field.
    #[test]
    fn a_pick_beats_the_typed_place() {
        let query = "mode=on-site&place=1&place_text=Li%C3%A8ge&pick=2792413";
        assert_eq!(BookingForm::from_query(query).place, "2792413");
        assert_eq!(BookingForm::place_text(query), None);
        assert_eq!(BookingForm::place_text("place=1&place_text=Luik").as_deref(), Some("Luik"));
        assert_eq!(BookingForm::place_text("place=1"), None);
    }

    /// S27: on-site work needs a place; remote work needs none, even if one is left over.
    #[test]
    fn a_location_is_complete_or_named_as_missing() {
        let choices = |query: &str, point| {
            BookingForm::from_query(query).choices(expert(), point, VatStatus::None, country("NL"))
        };
        let missing = choices("days=2026-12-01&mode=on-site", None);
        assert_eq!(missing.order, None);
        assert_eq!(missing.problems, [FieldError { field: "place".into(), problem: Problem::Missing }]);
        let unknown = choices("days=2026-12-01&mode=on-site&place=99", None);
        assert_eq!(unknown.problems, [FieldError { field: "place".into(), problem: Problem::UnknownPlace }]);
        let remote = choices("days=2026-12-01&mode=remote&place=99", None);
        assert_eq!(remote.order.unwrap().location, Location::Remote);
        let on_site = choices("days=2026-12-01&mode=on-site&place=2792413", liege());
        assert!(matches!(on_site.order.unwrap().location, Location::OnSite { place: PlaceId(2_792_413), .. }));
    }

    /// A number with a typing error is named beside its field, and the price stands meanwhile, at the operator's rate.
    #[test]
    fn a_wrong_vat_number_does_not_take_the_price_away() {
        let form = BookingForm::from_query("days=2026-12-01&mode=remote&country=BE&vat_number=BE0404616495");
        let choices = form.choices(expert(), None, VatStatus::Confirmed, country("NL"));
        assert_eq!(choices.problems, [FieldError { field: "vat_number".into(), problem: Problem::VatChecksum }]);
        let customer = choices.order.unwrap().customer;
        assert_eq!((customer.vat_number, customer.vat_status), (None, VatStatus::None));
        assert!(form.to_order(expert(), None, VatStatus::Confirmed, country("NL")).is_err());
    }

    /// A private client has no VAT number, whatever stands in the field; a buyer of another kind is named.
    #[test]
    fn private_clients_have_no_number() {
        let query = "days=2026-12-01&mode=remote&country=BE&vat_number=BE0404616495&buyer=private";
        let form = BookingForm::from_query(query);
        assert_eq!(BookingForm::from_query(&form.to_query()), form);
        let order = form.to_order(expert(), None, VatStatus::Confirmed, country("NL")).unwrap();
        assert!(order.customer.is_private);
        assert_eq!((&order.customer.vat_number, order.customer.vat_status), (&None, VatStatus::None));
        assert_eq!(BookingForm::again(&order).buyer, PRIVATE);
        let form = BookingForm::from_query("days=2026-12-01&mode=remote&buyer=business");
        assert!(!form.to_query().contains("buyer"));
        let form = BookingForm::from_query("days=2026-12-01&mode=remote&buyer=king");
        let problems = form.choices(expert(), None, VatStatus::None, country("NL")).problems;
        assert_eq!(problems, [FieldError { field: "buyer".into(), problem: Problem::Unknown }]);
    }

    /// The register's "no such number" is a mistake to correct; its silence is not.
    #[test]
    fn invalid_and_unknown_numbers_are_told_apart() {
        let form = BookingForm::from_query("days=2026-12-01&mode=remote&country=BE&vat_number=BE0404616494");
        let with = |status| form.to_order(expert(), None, status, country("NL"));
        assert_eq!(
            with(VatStatus::Invalid).unwrap_err(),
            [FieldError { field: "vat_number".into(), problem: Problem::VatInvalid }]
        );
        assert_eq!(with(VatStatus::Unknown).unwrap().customer.vat_status, VatStatus::Unknown);
    }

    /// Impossible dates, ten thousand days, unknown modes and countries: each is named, none panics.
    #[test]
    fn nonsense_is_named_field_by_field() {
        let problems = |query: &str| -> Vec<(String, Problem)> {
            BookingForm::from_query(query)
                .choices(expert(), None, VatStatus::None, country("NL"))
                .problems
                .into_iter()
                .map(|error| (error.field, error.problem))
                .collect()
        };
        assert_eq!(problems("days=2026-02-30&mode=remote"), [("days".to_owned(), Problem::NotADay)]);
        let many = (0..10_000).map(|n| format!("day=2026-{n}")).collect::<Vec<_>>().join("&");
        assert_eq!(problems(&format!("{many}&mode=remote")), [("days".to_owned(), Problem::TooMany(366))]);
        assert_eq!(
            problems("mode=orbit&country=%00&licences=!"),
            [
                ("days".to_owned(), Problem::Missing),
                ("mode".to_owned(), Problem::Unknown),
                ("licences".to_owned(), Problem::Unknown),
                ("country".to_owned(), Problem::Unknown),
            ]
        );
    }

    /// S15: the same expert again, with all choices but the days.
    #[test]
    fn booking_again_carries_the_choices_over() {
        let query = "days=2026-12-01&mode=on-site&place=2792413&flexible=on&licences=revit&country=BE";
        let order = BookingForm::from_query(query).to_order(expert(), liege(), VatStatus::None, country("NL")).unwrap();
        assert_eq!(
            BookingForm::again(&order).to_query(),
            "mode=on-site&place=2792413&flexible=on&licences=revit&country=BE"
        );
    }
}
