//! Private clients: taken where the operator says so, taxed at its rate, free to withdraw for fourteen days.

use crate::{
    cuts::{accepted, cut},
    stage::{DAYS, Stage, shown},
};
use gabarit_domain::{booking::PaymentMethod, ids::ExpertId, money::Cents, pricing::Refusal, vat::VatCategory};
use gabarit_i18n::Locale;
use gabarit_server::{
    services::{bookings, bookings::settling::Cut, documents, quotes},
    testing::{TestPlatform, for_each_db},
};
use gabarit_view::{
    booking::BookingForm,
    document::DocumentText,
    error::{ApiError, Problem},
};

/// A node that takes private clients.
async fn open_to_all(p: TestPlatform) -> Stage {
    Stage::new(p.node(|config| config.operator.private_clients = true).await).await
}

fn private(stage: &Stage, country: &str, days: &str) -> BookingForm {
    BookingForm {
        buyer: "private".to_owned(),
        country: country.to_owned(),
        contact_name: "Dominique Essai".to_owned(),
        organisation: String::new(),
        // Typed before the choice; of no account.
        vat_number: "BE0404616494".to_owned(),
        early: "on".to_owned(),
        ..stage.form(days, PaymentMethod::Ideal)
    }
}

async fn refusals(stage: &Stage, form: BookingForm) -> Vec<Problem> {
    match shown(&stage.p, &stage.client, &form).await {
        Err(ApiError::Invalid { fields, .. }) => fields.into_iter().map(|field| field.problem).collect(),
        other => unreachable!("{other:?}"),
    }
}

/// Off by default: refused with its reason, in the quote, in print and at booking; nothing is held.
#[tokio::test(flavor = "multi_thread")]
async fn private_clients_are_a_setting() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let no = Problem::Refused(Refusal::NoPrivateClients);
        assert_eq!(refusals(&stage, private(&stage, "NL", DAYS)).await, std::slice::from_ref(&no));
        let form = private(&stage, "NL", DAYS);
        let printed = quotes::offer(&stage.p, None, stage.expert.id, &form, Locale::Fr).await;
        assert_eq!(printed, Err(ApiError::field("buyer", no.clone())));
        let form = BookingForm { seen: "0".repeat(16), ..form };
        let placed = bookings::place(&stage.p, &stage.client, &form, Locale::Fr).await.unwrap_err();
        assert_eq!(placed, ApiError::field("buyer", no));
        assert_eq!(stage.count("SELECT COUNT(*) FROM booking").await, 0);
    })
    .await;
}

/// VAT Directive Art. 45: the operator's rate wherever in the Union they live, and no number, whatever stands in the field.
/// What is taxed elsewhere is not sold: licences across a border (Art. 58), anything outside the Union (Art. 59).
#[tokio::test(flavor = "multi_thread")]
async fn where_private_clients_are_taxed() {
    for_each_db(|p| async move {
        let stage = open_to_all(p).await;
        for country in ["NL", "BE", "GR"] {
            let quote = shown(&stage.p, &stage.client, &private(&stage, country, DAYS)).await.unwrap();
            assert_eq!(quote.vat.treatment.category, VatCategory::S, "{country}");
            assert_eq!(quote.vat.treatment.rate, stage.p.config.operator.vat.rate, "{country}");
        }
        assert_eq!(stage.p.register.asked(), Vec::<String>::new());
        let outside = refusals(&stage, private(&stage, "CH", DAYS)).await;
        assert_eq!(outside, [Problem::Refused(Refusal::PrivateOutside)]);
        let licence = |country| BookingForm { licences: "revit".to_owned(), ..private(&stage, country, DAYS) };
        assert_eq!(refusals(&stage, licence("BE")).await, [Problem::Refused(Refusal::PrivateLicence)]);
        assert!(shown(&stage.p, &stage.client, &licence("NL")).await.is_ok());
    })
    .await;
}

/// In their own name, without an organisation; days within the time to withdraw are asked for expressly. The invoice has
/// no number of the buyer's, and nothing is remembered for the next booking.
#[tokio::test(flavor = "multi_thread")]
async fn a_private_client_books_in_their_own_name() {
    for_each_db(|p| async move {
        let stage = open_to_all(p).await;
        let silent = BookingForm { early: String::new(), ..private(&stage, "BE", DAYS) };
        assert_eq!(
            stage.place_as(&stage.client, silent).await.unwrap_err(),
            ApiError::field("early", Problem::Missing)
        );
        let (id, _) = accepted(&stage, private(&stage, "BE", DAYS)).await;
        let link = stage.client_view(id).await.documents[0].id;
        let invoice = documents::get(&stage.p, &stage.client, link).await.unwrap();
        assert_eq!((invoice.buyer.name.as_str(), invoice.buyer.attention.as_deref()), ("Dominique Essai", None));
        assert_eq!((&invoice.buyer.vat_number, &invoice.buyer.registration), (&None, &None));
        assert_eq!(invoice.vat.treatment.category, VatCategory::S);
        assert_eq!(bookings::remembered(&stage.p, &stage.client).await, Ok(None));
        stage.work().await;
        stage.sound().await;
    })
    .await;
}

/// A reader who once booked for a business is not named on the quote of a private person.
#[tokio::test(flavor = "multi_thread")]
async fn a_private_quote_names_no_business() {
    for_each_db(|p| async move {
        let stage = open_to_all(p).await;
        let business = BookingForm {
            country: "NL".to_owned(),
            vat_number: String::new(),
            ..stage.form(DAYS, PaymentMethod::Ideal)
        };
        accepted(&stage, business).await;
        let expert: ExpertId = stage.expert.id;
        let later = "2026-12-15";
        let print = async |form: BookingForm| -> DocumentText {
            quotes::offer(&stage.p, Some(&stage.client), expert, &form, Locale::En).await.unwrap().text
        };
        let form = BookingForm {
            days: later.to_owned(),
            mode: "remote".to_owned(),
            country: "NL".to_owned(),
            ..BookingForm::default()
        };
        let known = bookings::remembered(&stage.p, &stage.client).await.unwrap().unwrap();
        assert_eq!(print(form.clone()).await.buyer.name, known.organisation);
        let private = print(BookingForm { buyer: "private".to_owned(), country: "BE".to_owned(), ..form }).await;
        assert!(!serde_json::to_string(&private).unwrap().contains(&known.organisation));
        let why = gabarit_i18n::quote::vat_why_private(Locale::En);
        assert!(private.mentions.iter().any(|mention| mention.contains(why)), "{:?}", private.mentions);
    })
    .await;
}

/// Directive 2011/83/EU, Art. 9: within fourteen days of the acceptance everything goes back, the supplement too, as it was
/// shown; a business in the same place keeps paying its days.
#[tokio::test(flavor = "multi_thread")]
async fn a_private_client_withdraws() {
    for_each_db(|p| async move {
        let stage = open_to_all(p).await;
        let form = BookingForm { flexible: "on".to_owned(), ..private(&stage, "NL", DAYS) };
        let (id, reference) = accepted(&stage, form).await;
        // The day before the start: too late for the flexible option, within the fourteen days.
        stage.at("2026-11-30T10:00:00Z").await;
        let shown = cut(&stage, &stage.client, id, &Cut::ByClient).await;
        assert!(shown.withdraws);
        assert_eq!((shown.kept_total, shown.kept.len()), (Cents::ZERO, 0));
        let totals = stage.p.provider.totals(&reference);
        assert_eq!((totals.charged, totals.refunded), (Cents(222_640), Cents(222_640)));
        assert_eq!(stage.state(id).await, "cancelled");
        stage.sound().await;
    })
    .await;
}

/// Art. 14(3): days that have begun, as they asked, are paid; the rest goes back.
#[tokio::test(flavor = "multi_thread")]
async fn days_that_have_begun_are_paid() {
    for_each_db(|p| async move {
        let stage = open_to_all(p).await;
        let (id, reference) = accepted(&stage, private(&stage, "NL", DAYS)).await;
        stage.at("2026-12-01T10:00:00Z").await;
        let shown = cut(&stage, &stage.client, id, &Cut::ByClient).await;
        assert!(shown.withdraws);
        // One of two days at €800, with 21 %.
        assert_eq!((shown.kept_total, shown.refund), (Cents(96_800), Cents(96_800)));
        assert_eq!(stage.p.provider.totals(&reference).refunded, Cents(96_800));
        stage.sound().await;
    })
    .await;
}

/// After the fourteen days the booking's own rules hold.
#[tokio::test(flavor = "multi_thread")]
async fn the_time_to_withdraw_ends() {
    for_each_db(|p| async move {
        let stage = open_to_all(p).await;
        let (id, _) = accepted(&stage, private(&stage, "NL", "2026-12-29")).await;
        let until = gabarit_domain::settlement::withdrawal_until(stage.p.today());
        let noon = |day: chrono::NaiveDate| format!("{day}T12:00:00Z");
        stage.at(&noon(until)).await;
        let preview = async || bookings::settling::preview(&stage.p, &stage.client, id, &Cut::ByClient).await.unwrap();
        assert!(preview().await.withdraws);
        stage.at(&noon(until.succ_opt().unwrap())).await;
        let late = preview().await;
        assert!(!late.withdraws);
        assert_eq!(late.refund, Cents::ZERO);
    })
    .await;
}
