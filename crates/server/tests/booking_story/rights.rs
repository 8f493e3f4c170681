//! Who may see and do what: decided per row.

use crate::stage::Stage;
use gabarit_domain::{booking::PaymentMethod, ids::BookingId};
use gabarit_i18n::Locale;
use gabarit_server::{
    services::{bookings, documents, payments},
    testing::{ExpertSpec, for_each_db},
};
use gabarit_view::{
    account::AccountView,
    booking::{BookingForm, Side},
    error::ApiError,
};

/// Invariant 5, S11: to a third account there is no such booking, in any state; and managers see without being able to
/// act for a side. There is data that could leak.
#[tokio::test(flavor = "multi_thread")]
async fn strangers_find_nothing() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let p = &stage.p;
        let stranger = p.client("Third Client").await;
        let colleague = p.expert(ExpertSpec::default()).await.account;
        let manager = p.manager().await;
        let held = stage.book("2026-12-01", PaymentMethod::Ideal).await;
        let (requested, _) = stage.paid("2026-12-02").await;
        let (accepted, _) = stage.paid("2026-12-03").await;
        stage.accept(accepted).await;
        let (declined, _) = stage.paid("2026-12-04").await;
        bookings::decline(p, &stage.expert.account, declined, "non").await.unwrap();
        for id in [held, requested, accepted, declined] {
            for account in [&stranger, &colleague] {
                finds_nothing(&stage, account, id).await;
            }
            let view = bookings::view(p, &manager, id, Locale::En).await.unwrap();
            assert_eq!(view.side, Side::Manager);
            let may = match id {
                id if id == requested => vec![gabarit_view::booking::BookingAction::Change],
                id if id == accepted => {
                    vec![gabarit_view::booking::BookingAction::Change, gabarit_view::booking::BookingAction::Settle]
                }
                _ => Vec::new(),
            };
            assert_eq!(view.actions, may);
            assert_eq!(view.contact.is_some(), id == requested || id == accepted);
            assert_eq!(bookings::accept(p, &manager, id).await, Err(ApiError::Forbidden));
            assert_eq!(bookings::withdraw(p, &manager, id).await, Err(ApiError::Forbidden));
            assert_eq!(bookings::accept(p, &stage.client, id).await, Err(ApiError::Forbidden));
            assert_eq!(bookings::withdraw(p, &stage.expert.account, id).await, Err(ApiError::Forbidden));
        }
        let invoice = stage.client_view(accepted).await.documents[0].id;
        for account in [&stranger, &colleague, &stage.expert.account] {
            assert_eq!(documents::get(p, account, invoice).await.err(), Some(ApiError::NotFound));
        }
        for account in [&stranger, &colleague] {
            assert!(bookings::list_for_client(p, account, Locale::Fr).await.unwrap().is_empty());
            assert!(bookings::list_for_expert(p, account, Locale::Fr).await.unwrap().is_empty());
        }
        assert_eq!(bookings::list_for_client(p, &stage.client, Locale::Fr).await.unwrap().len(), 4);
        assert_eq!(bookings::list_for_expert(p, &stage.expert.account, Locale::Fr).await.unwrap().len(), 3);
        assert_eq!(payments::sync(p, "tr_somebody_else").await, Err(ApiError::NotFound));
        stage.sound().await;
    })
    .await;
}

async fn finds_nothing(stage: &Stage, account: &AccountView, id: BookingId) {
    let p = &stage.p;
    let nothing = Some(ApiError::NotFound);
    assert_eq!(bookings::view(p, account, id, Locale::Fr).await.err(), nothing);
    assert_eq!(bookings::accept(p, account, id).await.err(), nothing);
    assert_eq!(bookings::decline(p, account, id, "").await.err(), nothing);
    assert_eq!(bookings::withdraw(p, account, id).await.err(), nothing);
    assert_eq!(payments::checkout(p, account, id).await.err(), nothing);
    assert_eq!(payments::returned(p, account, id).await.err(), nothing);
}

/// S11, S35, S36: contact details, the address and the client's note of where to be, while the order is alive and no longer.
/// The order number and the payment are never the expert's.
#[tokio::test(flavor = "multi_thread")]
async fn contact_details_end_with_the_order() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let form = BookingForm {
            mode: "on-site".to_owned(),
            place: "2745912".to_owned(),
            work_address: "Geheimstraat 9".to_owned(),
            order_number: "PO-8".to_owned(),
            ..stage.form("2026-12-01", PaymentMethod::Ideal)
        };
        let id = stage.place_as(&stage.client, form).await.unwrap().id;
        let reference = stage.p.provider.last_reference();
        stage.p.provider.pay(&reference);
        payments::sync(&stage.p, &reference).await.unwrap();
        let view = stage.expert_view(id).await;
        assert_eq!(view.work_address.as_deref(), Some("Geheimstraat 9"));
        assert!(view.contact.is_some());
        assert!(view.place_name.unwrap().starts_with("Utrecht"));
        bookings::withdraw(&stage.p, &stage.client, id).await.unwrap();
        let view = serde_json::to_string(&stage.expert_view(id).await).unwrap();
        for secret in ["Geheimstraat", "PO-8", &stage.client.email, "+31 30"] {
            assert!(!view.contains(secret), "{secret} in {view}");
        }
        stage.sound().await;
    })
    .await;
}

/// The client's details are offered again at the next booking, to the same account only.
#[tokio::test(flavor = "multi_thread")]
async fn details_are_remembered() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        assert_eq!(bookings::remembered(&stage.p, &stage.client).await.unwrap(), None);
        stage.book("2026-12-01", PaymentMethod::Ideal).await;
        let form = BookingForm { city: "Zeist".to_owned(), ..stage.form("2026-12-02", PaymentMethod::Ideal) };
        stage.place_as(&stage.client, form).await.unwrap();
        let remembered = bookings::remembered(&stage.p, &stage.client).await.unwrap().unwrap();
        assert_eq!((remembered.city.as_str(), remembered.country.as_str()), ("Zeist", "NL"));
        assert_eq!(bookings::remembered(&stage.p, &stage.expert.account).await.unwrap(), None);
    })
    .await;
}
