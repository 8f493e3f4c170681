//! Forms with mistakes, tampered forms, and prices that changed.

use crate::stage::{DAYS, Stage};
use gabarit_domain::{
    booking::PaymentMethod,
    expert::ProductCode,
    pricing::Refusal,
    vat::{VatCategory, VatStatus},
};
use gabarit_i18n::Locale;
use gabarit_server::{
    on,
    services::{bookings, documents},
    testing::{ExpertSpec, for_each_db},
};
use gabarit_view::{
    booking::BookingForm,
    error::{ApiError, Problem},
};
use std::collections::BTreeSet;

/// Every mistake is said at once, each by its field; nothing is stored.
#[tokio::test(flavor = "multi_thread")]
async fn every_mistake_is_said_at_once() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let text = ToOwned::to_owned;
        let form = BookingForm {
            days: text("2026-02-30"),
            mode: text("on-site"),
            place: text("4294967295"),
            country: text("ZZ"),
            contact_name: text("a\u{7}b"),
            phone: text("call me"),
            street: "x".repeat(121),
            postal_code: text(""),
            city: text("<b>'; DROP TABLE booking;--</b>"),
            invoice_email: text("nobody"),
            note: "x".repeat(4_001),
            method: text("cash"),
            terms: text(""),
            key: text("1"),
            ..stage.form(DAYS, PaymentMethod::Ideal)
        };
        let key = form.key.clone();
        let refused = bookings::place(&stage.p, &stage.client, &form, Locale::Fr).await.unwrap_err();
        assert_eq!(refused, ApiError::field("key", Problem::Malformed), "{key}");
        let form = BookingForm { key: stage.p.ids.uuid().to_string(), organisation: text("  "), ..form };
        let refused = bookings::place(&stage.p, &stage.client, &form, Locale::Fr).await.unwrap_err();
        let ApiError::Invalid { fields, .. } = &refused else { panic!("{refused:?}") };
        let named: BTreeSet<&str> = fields.iter().map(|error| error.field.as_str()).collect();
        let wanted = BTreeSet::from([
            "days",
            "place",
            "country",
            "organisation",
            "contact_name",
            "phone",
            "street",
            "postal_code",
            "invoice_email",
            "note",
            "method",
            "terms",
        ]);
        assert_eq!(named, wanted);
        let is =
            |field, problem: Problem| assert_eq!(refused.problems(field).collect::<Vec<_>>(), [&problem], "{field}");
        is("days", Problem::NotADay);
        is("place", Problem::UnknownPlace);
        is("country", Problem::Unknown);
        is("organisation", Problem::Missing);
        is("contact_name", Problem::Malformed);
        is("street", Problem::TooLong(120));
        is("note", Problem::TooLong(4_000));
        is("method", Problem::Unknown);
        is("terms", Problem::NotAccepted);
        assert_eq!(stage.count("SELECT COUNT(*) FROM booking").await, 0);
    })
    .await;
}

/// Impossible orders: past days, 10,000 days, unknown experts and licences, places out of reach (S32).
#[tokio::test(flavor = "multi_thread")]
async fn impossible_orders() {
    for_each_db(|p| async move {
        let spec = ExpertSpec { remote: false, max_travel_km: Some(100), ..ExpertSpec::default() };
        let stage = Stage::with(p, spec).await;
        let refusals = |error: ApiError, field: &str| -> Vec<Problem> { error.problems(field).cloned().collect() };
        let place = async |form: BookingForm| stage.place_as(&stage.client, form).await.unwrap_err();

        let past = place(stage.form("2026-11-20", PaymentMethod::Ideal)).await;
        let earliest = "2026-11-25".parse().unwrap();
        assert_eq!(refusals(past.clone(), "days"), [Problem::Refused(Refusal::TooSoon { earliest })]);
        assert_eq!(refusals(past, "mode"), [Problem::Refused(Refusal::NotRemote)]);

        let start: chrono::NaiveDate = "2026-12-01".parse().unwrap();
        let many: Vec<String> = start.iter_days().take(10_000).map(|day| day.to_string()).collect();
        let many = place(stage.form(&many.join(","), PaymentMethod::Ideal)).await;
        assert!(matches!(refusals(many, "days").as_slice(), [Problem::TooMany(366)]));

        let far = BookingForm {
            mode: "on-site".to_owned(),
            place: "2745912".to_owned(),
            licences: "revit,teapot".to_owned(),
            ..stage.form(DAYS, PaymentMethod::Ideal)
        };
        let far = place(far).await;
        assert!(
            matches!(
                refusals(far.clone(), "place").as_slice(),
                [Problem::Refused(Refusal::TooFar { limit_km: 100, .. })]
            ),
            "{far:?}"
        );
        let product = ProductCode::parse("teapot").unwrap();
        assert_eq!(refusals(far, "licences"), [Problem::Refused(Refusal::NoSuchLicence { product })]);

        for expert in [stage.p.ids.uuid().to_string(), "'; --".to_owned(), String::new()] {
            let nobody = BookingForm { expert, ..stage.form(DAYS, PaymentMethod::Ideal) };
            assert_eq!(place(nobody).await, ApiError::NotFound);
        }
        assert_eq!(stage.count("SELECT COUNT(*) FROM booking").await, 0);
    })
    .await;
}

/// Invariant 1: were the price not what was seen, nothing is stored, and the new quote asks for consent. A fingerprint
/// that was made up is no consent.
#[tokio::test(flavor = "multi_thread")]
async fn another_price_asks_for_consent() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let mut form = stage.form(DAYS, PaymentMethod::Ideal);
        let before = crate::stage::shown(&stage.p, &stage.client, &form).await.unwrap();
        form.seen = before.fingerprint();
        // The manager raises the level between the page and the click.
        let mut conn = stage.p.db.conn().await.unwrap();
        let exec = &mut conn.exec();
        on!(exec, |c| sqlx::query("UPDATE expert SET level = 4").execute(c).await.map(drop)).unwrap();
        drop(conn);
        let changed = bookings::place(&stage.p, &stage.client, &form, Locale::Fr).await.unwrap_err();
        let ApiError::PriceChanged { quote, .. } = changed else { panic!("{changed:?}") };
        let quote = quote.read().unwrap();
        assert!(quote.total > before.total);
        assert_eq!(stage.count("SELECT COUNT(*) FROM booking").await, 0);
        assert_eq!(stage.count("SELECT COUNT(*) FROM booked_day").await, 0);
        assert!(stage.p.provider.references().is_empty());
        form.seen = "0".repeat(100_000);
        assert!(matches!(
            bookings::place(&stage.p, &stage.client, &form, Locale::Fr).await,
            Err(ApiError::PriceChanged { .. })
        ));
        form.seen = quote.fingerprint();
        let placed = bookings::place(&stage.p, &stage.client, &form, Locale::Fr).await.unwrap();
        assert_eq!(stage.client_view(placed.id).await.quote, quote);
        stage.sound().await;
    })
    .await;
}

/// VAT: confirmed elsewhere in the Union is a reverse charge, an outage is the operator's rate, a number the register
/// calls invalid is a mistake, and outside the Union no number is used.
#[tokio::test(flavor = "multi_thread")]
async fn the_vat_register_is_asked_where_it_counts() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let with = |country: &str, number: &str| BookingForm {
            country: country.to_owned(),
            vat_number: number.to_owned(),
            ..stage.form(DAYS, PaymentMethod::Ideal)
        };
        let category = async |form: BookingForm| {
            crate::stage::shown(&stage.p, &stage.client, &form).await.map(|quote| quote.vat.treatment.category)
        };
        assert_eq!(category(with("BE", "BE 0404.616.494")).await, Ok(VatCategory::Ae));
        stage.p.register.says("DE136695976", VatStatus::Unknown);
        assert_eq!(category(with("DE", "DE136695976")).await, Ok(VatCategory::S));
        stage.p.register.says("LU10000356", VatStatus::Invalid);
        assert_eq!(category(with("LU", "LU10000356")).await, Err(ApiError::field("vat_number", Problem::VatInvalid)));
        assert_eq!(
            category(with("BE", "DE136695976")).await,
            Err(ApiError::field("vat_number", Problem::VatOtherCountry))
        );
        let asked = stage.p.register.asked().len();
        assert_eq!(category(with("CH", "anything at all")).await, Ok(VatCategory::O));
        assert_eq!(category(with("NL", "")).await, Ok(VatCategory::S));
        assert_eq!(stage.p.register.asked().len(), asked);

        let placed = stage.place_as(&stage.client, with("CH", "CHE123")).await.unwrap();
        stage.p.provider.pay(&stage.p.provider.last_reference());
        gabarit_server::services::payments::returned(&stage.p, &stage.client, placed.id).await.unwrap();
        stage.accept(placed.id).await;
        let link = stage.client_view(placed.id).await.documents[0].id;
        let invoice = documents::get(&stage.p, &stage.client, link).await.unwrap();
        assert_eq!(invoice.buyer.vat_number, None);
        stage.sound().await;
    })
    .await;
}

/// S17–S19: nobody books themselves, by account or by VAT number.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_books_themselves() {
    for_each_db(|p| async move {
        let spec = ExpertSpec { vat_number: Some("BE0404616494"), ..ExpertSpec::default() };
        let stage = Stage::with(p, spec).await;
        let own = stage.place_as(&stage.expert.account, stage.form(DAYS, PaymentMethod::Ideal)).await;
        assert_eq!(own.unwrap_err(), ApiError::OwnProfile);
        let same_number = BookingForm {
            country: "BE".to_owned(),
            vat_number: "0404.616.494".to_owned(),
            ..stage.form(DAYS, PaymentMethod::Ideal)
        };
        assert_eq!(stage.place_as(&stage.client, same_number).await.unwrap_err(), ApiError::OwnProfile);
        assert_eq!(stage.count("SELECT COUNT(*) FROM booking").await, 0);
    })
    .await;
}

/// The same form sent twice is one booking; with something else in it, it pays for nothing that was booked before.
#[tokio::test(flavor = "multi_thread")]
async fn a_changed_form_is_another_booking() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let form = stage.form(DAYS, PaymentMethod::Ideal);
        let seen = crate::stage::shown(&stage.p, &stage.client, &form).await.unwrap().fingerprint();
        let form = BookingForm { seen, ..form };
        let place = |form: BookingForm| {
            let (p, client) = (stage.p.clone(), stage.client.clone());
            async move { bookings::place(&p, &client, &form, Locale::Fr).await }
        };
        let (one, two) = tokio::join!(place(form.clone()), place(form.clone()));
        let placed = one.unwrap();
        assert_eq!(two.unwrap(), placed);
        assert_eq!(place(form.clone()).await.unwrap(), placed);
        let other = stage.p.expert(ExpertSpec::default()).await;
        for changed in [
            BookingForm { days: "2026-12-01,2026-12-03".to_owned(), ..form.clone() },
            BookingForm { seen: "another".to_owned(), ..form.clone() },
            BookingForm { expert: other.id.to_string(), ..form.clone() },
        ] {
            assert_eq!(place(changed).await.unwrap_err(), ApiError::MovedOn);
        }
        assert_eq!(stage.count("SELECT COUNT(*) FROM booking").await, 1);
        stage.sound().await;
    })
    .await;
}
