//! Book, pay, accept, invoice, complete.

use crate::stage::{DAYS, Stage};
use gabarit_domain::{
    booking::PaymentMethod,
    compensation::EarningLine,
    expert::ExpertKind,
    invoice::{DocumentKind, DocumentLines},
    money::Cents,
};
use gabarit_i18n::Locale;
use gabarit_server::{
    services::{bookings, documents, ledger::Account, payments},
    testing::{ExpertSpec, for_each_db},
};
use gabarit_view::{
    booking::{BookingAction, BookingForm, Side},
    error::ApiError,
};

/// S5, S17, S30, S31, S35: the whole main job. The quote on the screen, the charge, the invoice and the books are the
/// same cents; the expert is self-billed by the ladder.
#[tokio::test(flavor = "multi_thread")]
async fn from_booking_to_self_billed_invoice() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let p = &stage.p;
        let form = BookingForm {
            mode: "on-site".to_owned(),
            place: "2745912".to_owned(), // Utrecht
            flexible: "on".to_owned(),
            workstation: "on".to_owned(),
            licences: "revit".to_owned(),
            order_number: "PO-7".to_owned(),
            work_address: "Voorbeeldkade 3".to_owned(),
            note: "Bonjour".to_owned(),
            ..stage.form(DAYS, PaymentMethod::Bancontact)
        };
        let quote = crate::stage::shown(p, &stage.client, &form).await.unwrap();
        let placed = stage.place_as(&stage.client, form).await.unwrap();
        let reference = p.provider.last_reference();
        assert_eq!(placed.checkout_url, format!("https://pay.example/checkout/{reference}"));
        let held = stage.client_view(placed.id).await;
        assert_eq!((held.state.as_str(), held.side), ("held", Side::Client));
        assert_eq!(held.quote, quote);
        assert_eq!(held.actions, [BookingAction::Pay, BookingAction::Withdraw]);
        assert_eq!(held.clock.unwrap().utc.to_rfc3339(), "2026-11-23T09:15:00+00:00");
        assert_eq!(held.contact, None);
        // Until it is an order the expert hears nothing of it.
        assert_eq!(bookings::view(p, &stage.expert.account, placed.id, Locale::Fr).await, Err(ApiError::NotFound));
        assert!(bookings::list_for_expert(p, &stage.expert.account, Locale::Fr).await.unwrap().is_empty());

        p.provider.pay(&reference);
        payments::returned(p, &stage.client, placed.id).await.unwrap();
        let requested = stage.expert_view(placed.id).await;
        assert_eq!((requested.state.as_str(), requested.side), ("requested", Side::Expert));
        assert_eq!(requested.clock.unwrap().utc.to_rfc3339(), "2026-11-24T09:00:00+00:00");
        assert_eq!(requested.actions, [BookingAction::Accept, BookingAction::Decline]);
        // S11: both see how to reach the other now.
        let contact = requested.contact.unwrap();
        assert_eq!(
            (contact.email.as_str(), contact.phone.as_deref()),
            (stage.client.email.as_str(), Some("+31 30 000 00 00"))
        );
        assert_eq!(stage.client_view(placed.id).await.contact.unwrap().email, stage.expert.account.email);
        assert_eq!(requested.work_address.as_deref(), Some("Voorbeeldkade 3"));
        assert_eq!((requested.order_number, requested.payment), (None, None));
        let projected = requested.earnings.unwrap();
        assert!(!projected.is_final);
        // S31: before acceptance the money stands as a deposit.
        assert_eq!(stage.balance(Account::Deposits).await, -quote.total);
        assert_eq!(stage.count("SELECT COUNT(*) FROM document").await, 0);

        stage.accept(placed.id).await;
        let accepted = stage.client_view(placed.id).await;
        assert_eq!(accepted.state, "accepted");
        let [link] = accepted.documents.as_slice() else { panic!("one document: {:?}", accepted.documents) };
        let invoice = documents::get(p, &stage.client, link.id).await.unwrap();
        assert_eq!(invoice.lines, DocumentLines::Quoted(quote.lines.clone()));
        assert_eq!(
            (invoice.vat, invoice.total, invoice.prepaid, invoice.due),
            (quote.vat, quote.total, quote.total, Cents::ZERO)
        );
        assert_eq!(invoice.order_number.as_deref(), Some("PO-7"));
        assert_eq!(invoice.buyer.email.as_deref(), Some("facturen@client.example"));
        assert_eq!(p.provider.totals_of(placed.id).charged, quote.total);
        assert_eq!(stage.balance(Account::Deposits).await, Cents::ZERO);
        assert_eq!(stage.balance(Account::Revenue).await, -quote.net);
        assert_eq!(stage.balance(Account::VatPayable).await, -quote.vat.tax);
        assert_eq!(stage.balance(Account::ClientReceivable).await, Cents::ZERO);
        assert!(stage.expert_view(placed.id).await.documents.is_empty(), "the client's invoice is not the expert's");

        // One second before the end of the last day nothing happens; then the assignment completes.
        stage.at("2026-12-02T22:59:59Z").await;
        assert_eq!(stage.state(placed.id).await, "accepted");
        stage.at("2026-12-02T23:00:00Z").await;
        let completed = stage.expert_view(placed.id).await;
        assert_eq!(completed.state, "completed");
        let [link] = completed.documents.as_slice() else { panic!("one document: {:?}", completed.documents) };
        assert_eq!(link.kind, DocumentKind::SelfBilledInvoice);
        let earned = completed.earnings.unwrap();
        assert!(earned.is_final);
        assert_eq!(earned.net, projected.net);
        let own = documents::get(p, &stage.expert.account, link.id).await.unwrap();
        assert_eq!(own.lines, DocumentLines::Earned(earned.lines.clone()));
        assert_eq!(own.seller.email.as_deref(), Some(stage.expert.account.email.as_str()));
        assert_eq!(stage.balance(Account::CostOfExperts).await, earned.net);
        assert_eq!(stage.balance(Account::ExpertPayable).await, -own.total);
        assert_eq!(
            stage.client_view(placed.id).await.actions,
            [BookingAction::Rebook, BookingAction::Report, BookingAction::Review, BookingAction::Dispute]
        );
        let by: Vec<_> = completed.timeline.iter().map(|entry| (entry.to_state.as_str(), entry.by)).collect();
        assert_eq!(
            by,
            [("held", Some(Side::Client)), ("requested", None), ("accepted", Some(Side::Expert)), ("completed", None)]
        );
        assert_eq!(
            stage.mail_to(&stage.client.email).await.len(),
            3,
            "ordered, accepted, completed: {:?}",
            stage.mail_to(&stage.client.email).await
        );
        assert_eq!(stage.mail_to(&stage.expert.account.email).await.len(), 3);
        stage.sound().await;
        // Everything again: nothing more.
        payments::sync(p, &reference).await.unwrap();
        bookings::complete(p, placed.id).await.unwrap();
        bookings::lapse(p, placed.id).await.unwrap();
        bookings::expire(p, placed.id).await.unwrap();
        assert_eq!(stage.count("SELECT COUNT(*) FROM document").await, 2);
        assert_eq!(stage.count("SELECT completed_days FROM expert").await, 2);
        stage.sound().await;
    })
    .await;
}

/// S25: ordinals are given in completion order: days 13 and 14 fall in two bands, and of two assignments that are
/// overdue together the one that ended first is completed first, whichever job runs first.
#[tokio::test(flavor = "multi_thread")]
async fn ordinals_follow_the_order_of_the_ends() {
    for_each_db(|p| async move {
        let stage = Stage::with(p, ExpertSpec { completed_days: 12, ..ExpertSpec::default() }).await;
        let (later, _) = stage.paid("2026-12-09").await;
        let (earlier, _) = stage.paid("2026-12-07").await;
        stage.accept(later).await;
        stage.accept(earlier).await;
        stage.p.clock.set("2026-12-20T00:00:00Z".parse().unwrap());
        bookings::complete(&stage.p, later).await.unwrap();
        let share = |view: gabarit_view::booking::BookingView| match view.earnings.unwrap().lines.as_slice() {
            [EarningLine::Days { band, .. }] => (band.from_ordinal, band.to_ordinal, band.share.0),
            other => panic!("one band: {other:?}"),
        };
        assert_eq!(share(stage.expert_view(earlier).await), (13, 13, 8000));
        assert_eq!(share(stage.expert_view(later).await), (14, 14, 8250));
        stage.work().await;
        stage.sound().await;
    })
    .await;
}

/// S25: in-house consultants are employed: no ladder, no self-billed invoice; their clients pay alike.
#[tokio::test(flavor = "multi_thread")]
async fn in_house_consultants_are_not_self_billed() {
    for_each_db(|p| async move {
        let stage = Stage::with(p, ExpertSpec { kind: ExpertKind::InHouse, ..ExpertSpec::default() }).await;
        let (id, _) = stage.paid(DAYS).await;
        assert_eq!(stage.expert_view(id).await.earnings, None);
        stage.accept(id).await;
        stage.at("2026-12-03T00:00:00Z").await;
        let view = stage.expert_view(id).await;
        assert_eq!((view.state.as_str(), view.earnings, view.documents.len()), ("completed", None, 0));
        assert_eq!(stage.client_view(id).await.documents.len(), 1);
        assert_eq!(stage.balance(Account::ExpertPayable).await, Cents::ZERO);
        let list = bookings::list_for_expert(&stage.p, &stage.expert.account, Locale::Nl).await.unwrap();
        assert_eq!(list.iter().map(|row| row.amount).collect::<Vec<_>>(), [None]);
        stage.sound().await;
    })
    .await;
}
