//! Payouts to experts: what is owed, batches, four eyes, the bank's file, what comes back, and what would be late.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[expect(dead_code, reason = "the stage has more than this story needs")]
#[path = "booking_story/stage.rs"]
mod stage;

use gabarit_domain::{
    booking::PaymentMethod,
    ids::{DocumentId, ExpertId, PayoutBatchId},
    money::Cents,
    payout::Urgency,
};
use gabarit_i18n::Locale;
use gabarit_server::{
    db::ibans::{self, NewIban},
    platform::Platform,
    services::{ledger::Account, payouts},
    testing::{ExpertSpec, TestPlatform, for_each_db},
};
use gabarit_view::{
    account::AccountView,
    desk::{NotApprover, Obstacle, PayableView, PayoutDesk, PrepareForm},
    error::{ApiError, Problem},
};
use stage::{DAYS, Stage};
use std::{io::Write as _, process::Command};

/// The registry's own examples: nobody's accounts.
const IBAN: &str = "BE68539007547034";
const OTHER_IBAN: &str = "FR1420041010050500013M02606";

/// The assignment of [`DAYS`] ends on 3 December 2026, 00:00 in Amsterdam; it is due on the 16th, a Wednesday.
const ENDED: &str = "2026-12-02T23:00:00Z";
const DUE: &str = "2026-12-16";
/// The days to contest are over.
const PAYABLE: &str = "2026-12-08T09:00:00Z";

/// Gives an expert an account, in force from an instant on.
async fn give_account(p: &TestPlatform, expert: ExpertId, by: &AccountView, iban: &str, from: &str) {
    let id = p.ids.uuid();
    let sealed = p.seal(&format!("expert_iban.sealed/{id}"), iban).unwrap();
    let masked = format!("{}•• •••• {}", &iban[..2], &iban[iban.len() - 4..]);
    let new = NewIban {
        id,
        expert,
        sealed: &sealed,
        masked: &masked,
        requested_by: by.id,
        requested_at: p.now(),
        effective_at: from.parse().unwrap(),
    };
    let mut tx = p.db.begin().await.unwrap();
    ibans::insert(&mut tx.exec(), &new).await.unwrap();
    tx.commit().await.unwrap();
}

/// A completed assignment whose invoice nobody can contest any more, with an account; and a manager.
async fn payable(p: TestPlatform) -> (Stage, AccountView) {
    let stage = Stage::new(p).await;
    let manager = stage.p.manager().await;
    give_account(&stage.p, stage.expert.id, &stage.expert.account, IBAN, "2026-11-01T00:00:00Z").await;
    let (id, _) = stage.paid(DAYS).await;
    stage.accept(id).await;
    stage.at(ENDED).await;
    stage.at(PAYABLE).await;
    (stage, manager)
}

async fn desk(p: &Platform, manager: &AccountView) -> PayoutDesk {
    payouts::desk(p, manager).await.unwrap()
}

async fn only_payable(p: &Platform, manager: &AccountView) -> PayableView {
    let desk = desk(p, manager).await;
    let [one] = desk.payables.as_slice() else { panic!("one invoice: {:?}", desk.payables) };
    one.clone()
}

fn form(p: &Platform, documents: &[DocumentId], execute_on: &str) -> PrepareForm {
    PrepareForm {
        key: p.ids.uuid().to_string(),
        documents: documents.iter().map(ToString::to_string).collect(),
        execute_on: execute_on.to_owned(),
    }
}

async fn prepared(p: &Platform, manager: &AccountView) -> PayoutBatchId {
    let document = only_payable(p, manager).await.document;
    payouts::prepare(p, manager, &form(p, &[document], "2026-12-09")).await.unwrap()
}

/// Whether the file is one that the standard's own schema accepts, as PyPI's `sepaxml` carries it.
fn valid(xml: &[u8]) -> Result<(), String> {
    const JUDGE: &str = "import os, sys, lxml.etree as e, sepaxml; \
        s = e.XMLSchema(e.parse(os.path.join(os.path.dirname(sepaxml.__file__), 'schemas', 'pain.001.001.09.xsd'))); \
        d = e.parse(sys.argv[1]); sys.exit(0 if s.validate(d) else str(s.error_log))";
    let python = std::env::var("GABARIT_PYTHON")
        .unwrap_or_else(|_| panic!("scripts/setup.sh python, then source scripts/env.sh"));
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(xml).unwrap();
    let output = Command::new(python).arg("-c").arg(JUDGE).arg(file.path()).output().unwrap();
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}

/// S30, S31: from the completed assignment to money on the expert's account, by day 14, on a banking day.
#[tokio::test(flavor = "multi_thread")]
async fn an_invoice_is_paid() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let p = &stage.p;
        let manager = p.manager().await;
        let (id, _) = stage.paid(DAYS).await;
        stage.accept(id).await;
        assert!(desk(p, &manager).await.payables.is_empty(), "nothing is owed before the end");
        stage.at(ENDED).await;
        // Two days at level 3, the first on the ladder.
        let owed = Cents(2 * 80_000 * 80 / 100);
        let view = only_payable(p, &manager).await;
        assert_eq!((view.open, view.withheld, view.due_on.to_string().as_str()), (owed, Cents::ZERO, DUE));
        assert_eq!((view.urgency, view.obstacle), (Urgency::InTime, Some(Obstacle::NoAccount)));
        give_account(p, stage.expert.id, &stage.expert.account, IBAN, "2026-12-04T10:00:00Z").await;
        assert!(matches!(only_payable(p, &manager).await.obstacle, Some(Obstacle::AccountWaits(_))));
        stage.at("2026-12-04T10:00:00Z").await;
        // It may be contested for five days.
        let view = only_payable(p, &manager).await;
        assert_eq!(view.obstacle, Some(Obstacle::Contestable("2026-12-08".parse().unwrap())));
        assert_eq!(view.account.as_deref(), Some("BE•• •••• 7034"));
        let early = form(p, &[view.document], "2026-12-04");
        assert_eq!(payouts::prepare(p, &manager, &early).await, Err(ApiError::MovedOn));

        stage.at(PAYABLE).await;
        let batch = prepared(p, &manager).await;
        assert_eq!(only_payable(p, &manager).await.obstacle, Some(Obstacle::UnderWay));
        assert_eq!(payouts::batch_file(p, &manager, batch).await.map(drop), Err(ApiError::MovedOn));
        assert_eq!(stage.balance(Account::ExpertPayable).await, -owed);
        payouts::approve(p, &manager, batch).await.unwrap();
        assert_eq!(stage.balance(Account::ExpertPayable).await, Cents::ZERO);
        assert_eq!(stage.balance(Account::PayoutsInTransit).await, -owed);
        stage.sound().await;

        let (name, file) = payouts::batch_file(p, &manager, batch).await.unwrap();
        let text = String::from_utf8(file.clone()).unwrap();
        assert!(name.starts_with("PB-20261208-") && name.ends_with(".xml"), "{name}");
        valid(&file).unwrap();
        for part in [
            "<CtrlSum>1280.00</CtrlSum>",
            "<NbOfTxs>1</NbOfTxs>",
            "<InstdAmt Ccy=\"EUR\">1280.00</InstdAmt>",
            "<IBAN>BE68539007547034</IBAN>",
            "<IBAN>NL91ABNA0417164300</IBAN>",
            "<Dt>2026-12-09</Dt>",
            "<Cd>SEPA</Cd>",
            "<Ustrd>SB-2026-000001 ",
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
        // The same file again, and a table that names no account in full.
        assert_eq!(payouts::batch_file(p, &manager, batch).await.unwrap().1, file);
        let (_, table) = payouts::batch_csv(p, &manager, batch, Locale::Nl).await.unwrap();
        let table = String::from_utf8(table).unwrap();
        assert!(table.contains("1280.00") && table.contains("7034") && !table.contains(IBAN), "{table}");

        assert_eq!(payouts::executed(p, &manager, batch).await, Err(ApiError::MovedOn), "not before its day");
        stage.at("2026-12-09T09:00:00Z").await;
        payouts::executed(p, &manager, batch).await.unwrap();
        assert_eq!(payouts::executed(p, &manager, batch).await, Err(ApiError::MovedOn), "once");
        assert_eq!(stage.balance(Account::PayoutsInTransit).await, Cents::ZERO);
        assert_eq!(stage.balance(Account::Bank).await, -owed);
        assert!(desk(p, &manager).await.payables.is_empty(), "settled");
        let mails = stage.mail_to(&stage.expert.account.email).await;
        assert_eq!(mails.iter().filter(|subject| subject.contains("versés")).count(), 1, "{mails:?}");
        stage.sound().await;
        // Nothing is late: no manager was ever warned.
        stage.at("2026-12-20T09:00:00Z").await;
        assert!(stage.mail_to(&manager.email).await.is_empty());
        assert_eq!(stage.count("SELECT COUNT(*) FROM desk_log").await, 5, "prepared, approved, two files, executed");
    })
    .await;
}

/// S6, S30: an expert who was paid already, and whose days a manager takes back afterwards, is not paid again by the
/// corrected invoice: what was paid is set off against it.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_paid_is_set_off() {
    use gabarit_domain::settlement::{Choice, SomeDays};
    use gabarit_server::services::bookings::settling::{self, Cut};
    for_each_db(|p| async move {
        let (stage, manager) = payable(p).await;
        let p = &stage.p;
        let batch = prepared(p, &manager).await;
        payouts::approve(p, &manager, batch).await.unwrap();
        stage.at("2026-12-09T09:00:00Z").await;
        payouts::executed(p, &manager, batch).await.unwrap();
        let id = gabarit_server::services::bookings::list_for_client(p, &stage.client, Locale::Fr).await.unwrap()[0].id;
        for days in ["2026-12-01", ""] {
            let days: SomeDays = days.split(',').filter_map(|day| day.parse().ok()).collect();
            let choice = Choice {
                days,
                back: gabarit_domain::money::BasisPoints(0),
                travel: true,
                lodging: true,
                rentals: true,
                supplement: false,
            };
            let cut = Cut::ByManager { choice, goes_on: false };
            let seen = settling::preview(p, &manager, id, &cut).await.unwrap().fingerprint;
            settling::cut_short(p, &manager, id, &cut, &seen, "Nobody came").await.unwrap();
            stage.work().await;
            let open: Cents = desk(p, &manager).await.payables.iter().map(|payable| payable.open).sum();
            assert_eq!(open, Cents::ZERO, "nothing more is paid");
            stage.sound().await;
        }
        // What was paid too much, the expert owes.
        assert_eq!(stage.balance(Account::ExpertPayable).await, Cents(128_000));
    })
    .await;
}

/// S31: a dispute withholds only the disputed amount; the rest is paid, and the disputed part when it ends.
#[tokio::test(flavor = "multi_thread")]
async fn only_the_disputed_amount_is_withheld() {
    for_each_db(|p| async move {
        let (stage, manager) = payable(p).await;
        let p = &stage.p;
        let dispute = async |document, amount| {
            let mut tx = p.db.begin().await.unwrap();
            payouts::set_disputed(&mut tx.exec(), p, document, amount).await.unwrap();
            tx.commit().await.unwrap();
        };
        let document = only_payable(p, &manager).await.document;
        dispute(document, Cents(28_000)).await;
        let view = only_payable(p, &manager).await;
        assert_eq!((view.open, view.withheld, view.obstacle), (Cents(100_000), Cents(28_000), None));
        let batch = prepared(p, &manager).await;
        // More is disputed before the approval than the batch left: it must be made anew.
        dispute(document, Cents(28_001)).await;
        assert_eq!(payouts::approve(p, &manager, batch).await, Err(ApiError::MovedOn));
        assert_eq!(stage.balance(Account::PayoutsInTransit).await, Cents::ZERO);
        dispute(document, Cents(28_000)).await;
        payouts::approve(p, &manager, batch).await.unwrap();
        stage.at("2026-12-09T09:00:00Z").await;
        payouts::executed(p, &manager, batch).await.unwrap();
        let view = only_payable(p, &manager).await;
        assert_eq!((view.open, view.withheld), (Cents::ZERO, Cents(28_000)));
        assert_eq!(view.obstacle, Some(Obstacle::Disputed));
        stage.sound().await;
        dispute(document, Cents::ZERO).await;
        let view = only_payable(p, &manager).await;
        assert_eq!((view.open, view.obstacle), (Cents(28_000), None));
        let batch = payouts::prepare(p, &manager, &form(p, &[document], "2026-12-10")).await.unwrap();
        payouts::approve(p, &manager, batch).await.unwrap();
        stage.at("2026-12-10T09:00:00Z").await;
        payouts::executed(p, &manager, batch).await.unwrap();
        assert!(desk(p, &manager).await.payables.is_empty());
        assert_eq!(stage.balance(Account::ExpertPayable).await, Cents::ZERO);
        stage.sound().await;
    })
    .await;
}

/// What the bank could not execute, or gave back later, is payable again; the expert is told.
#[tokio::test(flavor = "multi_thread")]
async fn a_bounced_payout_is_payable_again() {
    for_each_db(|p| async move {
        let (stage, manager) = payable(p).await;
        let p = &stage.p;
        let owed = only_payable(p, &manager).await.open;
        let batch = prepared(p, &manager).await;
        payouts::approve(p, &manager, batch).await.unwrap();
        let payout = payouts::batch(p, &manager, batch).await.unwrap().payouts[0].id;
        assert_eq!(payouts::bounced(p, &manager, payout, "AC04 compte clos").await.unwrap(), batch);
        assert_eq!(payouts::bounced(p, &manager, payout, "").await, Err(ApiError::MovedOn), "once");
        let detail = payouts::batch(p, &manager, batch).await.unwrap();
        assert_eq!((detail.batch.state.as_str(), detail.payouts[0].state.as_str()), ("executed", "bounced"));
        assert_eq!(detail.payouts[0].bounce_reason.as_deref(), Some("AC04 compte clos"));
        assert_eq!(stage.balance(Account::ExpertPayable).await, -owed);
        assert_eq!(stage.balance(Account::PayoutsInTransit).await, Cents::ZERO);
        stage.sound().await;
        let view = only_payable(p, &manager).await;
        assert_eq!((view.open, view.obstacle), (owed, None));
        // A second try, which the bank executes, and which comes back all the same.
        let batch = prepared(p, &manager).await;
        payouts::approve(p, &manager, batch).await.unwrap();
        stage.at("2026-12-09T09:00:00Z").await;
        payouts::executed(p, &manager, batch).await.unwrap();
        let payout = payouts::batch(p, &manager, batch).await.unwrap().payouts[0].id;
        payouts::bounced(p, &manager, payout, "").await.unwrap();
        assert_eq!(stage.balance(Account::Bank).await, Cents::ZERO);
        assert_eq!(only_payable(p, &manager).await.open, owed);
        let mails = stage.mail_to(&stage.expert.account.email).await;
        assert_eq!(mails.iter().filter(|subject| subject.contains("revenu")).count(), 2, "{mails:?}");
        stage.sound().await;
    })
    .await;
}

/// Four eyes: where it is set, another manager approves than the one who prepared; whoever entered a bank account of the
/// batch, or is paid by it, never does.
#[tokio::test(flavor = "multi_thread")]
async fn who_may_approve() {
    for_each_db(|p| async move {
        let (stage, manager) = payable(p).await;
        let other = stage.p.manager().await;
        let batch = prepared(&stage.p, &manager).await;
        let strict = stage.p.node(|config| config.four_eyes = true).await;
        let detail = payouts::batch(&strict, &manager, batch).await.unwrap();
        assert_eq!(detail.not_approver, Some(NotApprover::PreparedIt));
        assert_eq!(payouts::approve(&strict, &manager, batch).await, Err(ApiError::Forbidden));
        assert_eq!(payouts::batch(&strict, &other, batch).await.unwrap().not_approver, None);
        // Not even where four eyes are not set: who entered the account, and who is paid.
        let p = &stage.p;
        payouts::cancel(p, &manager, batch).await.unwrap();
        give_account(p, stage.expert.id, &other, OTHER_IBAN, "2026-12-01T00:00:00Z").await;
        let batch = prepared(p, &manager).await;
        let paid = AccountView { is_manager: true, ..stage.expert.account.clone() };
        for (who, why) in [(&other, NotApprover::EnteredAccount), (&paid, NotApprover::IsPaid)] {
            assert_eq!(payouts::batch(p, who, batch).await.unwrap().not_approver, Some(why));
            assert_eq!(payouts::approve(p, who, batch).await, Err(ApiError::Forbidden));
        }
        assert_eq!(stage.balance(Account::PayoutsInTransit).await, Cents::ZERO);
        payouts::approve(&strict, &strict.manager().await, batch).await.unwrap();
        stage.sound().await;
    })
    .await;
}

/// A bank account that changes between preparation and approval stops the batch.
#[tokio::test(flavor = "multi_thread")]
async fn a_changed_account_stops_the_batch() {
    for_each_db(|p| async move {
        let (stage, manager) = payable(p).await;
        let p = &stage.p;
        let batch = prepared(p, &manager).await;
        give_account(p, stage.expert.id, &stage.expert.account, OTHER_IBAN, "2026-12-08T09:00:00Z").await;
        assert_eq!(payouts::approve(p, &manager, batch).await, Err(ApiError::MovedOn));
        payouts::cancel(p, &manager, batch).await.unwrap();
        assert_eq!(payouts::cancel(p, &manager, batch).await, Err(ApiError::MovedOn));
        let batch = prepared(p, &manager).await;
        payouts::approve(p, &manager, batch).await.unwrap();
        let (_, file) = payouts::batch_file(p, &manager, batch).await.unwrap();
        let text = String::from_utf8(file).unwrap();
        assert!(text.contains(OTHER_IBAN) && !text.contains(IBAN));
        stage.sound().await;
    })
    .await;
}

/// Double clicks make one batch, and two managers at once do not pay an invoice twice.
#[tokio::test(flavor = "multi_thread")]
async fn an_invoice_is_in_one_batch() {
    for_each_db(|p| async move {
        let (stage, manager) = payable(p).await;
        let p = &stage.p;
        let document = only_payable(p, &manager).await.document;
        let twice = form(p, &[document, document], "2026-12-09");
        let (a, b) = tokio::join!(payouts::prepare(p, &manager, &twice), payouts::prepare(p, &manager, &twice));
        assert_eq!(a.clone().unwrap(), b.unwrap());
        payouts::cancel(p, &manager, a.unwrap()).await.unwrap();
        let other = p.manager().await;
        let (one, two) = (form(p, &[document], "2026-12-09"), form(p, &[document], "2026-12-10"));
        let (a, b) = tokio::join!(payouts::prepare(p, &manager, &one), payouts::prepare(p, &other, &two));
        assert!(a.is_ok() != b.is_ok(), "{a:?} {b:?}");
        let batch = a.or(b).unwrap();
        let results = tokio::join!(
            payouts::approve(p, &manager, batch),
            payouts::approve(p, &other, batch),
            payouts::cancel(p, &manager, batch)
        );
        let done = [results.0.is_ok(), results.1.is_ok(), results.2.is_ok()];
        assert_eq!(done.iter().filter(|done| **done).count(), 1, "{results:?}");
        assert_eq!(stage.count("SELECT COUNT(*) FROM payout WHERE state = 'sent'").await, i64::from(!done[2]));
        stage.sound().await;
    })
    .await;
}

/// S31: a payout that would be late raises an alarm first: two banking days before, once; and again when it is late.
#[tokio::test(flavor = "multi_thread")]
async fn late_payouts_are_announced() {
    for_each_db(|p| async move {
        let (stage, manager) = payable(p).await;
        let p = &stage.p;
        let watch = async |at: &str| {
            p.clock.set(at.parse().unwrap());
            payouts::watch(p).await.unwrap();
            stage.work().await;
            stage.mail_to(&manager.email).await.len()
        };
        assert_eq!(watch("2026-12-13T22:59:59Z").await, 0);
        // Monday, two banking days before Wednesday.
        assert_eq!(watch("2026-12-13T23:00:00Z").await, 1);
        assert_eq!(watch("2026-12-16T12:00:00Z").await, 1);
        assert_eq!(only_payable(p, &manager).await.urgency, Urgency::Urgent);
        // A batch that nobody approved has not left.
        let document = only_payable(p, &manager).await.document;
        let batch = payouts::prepare(p, &manager, &form(p, &[document], "2026-12-16")).await.unwrap();
        assert_eq!(watch("2026-12-16T23:00:00Z").await, 2);
        assert_eq!(watch("2026-12-18T09:00:00Z").await, 2);
        assert_eq!(only_payable(p, &manager).await.urgency, Urgency::Late);
        // Its day has passed: it is given up for one that can be executed.
        assert_eq!(payouts::approve(p, &manager, batch).await, Err(ApiError::MovedOn));
        payouts::cancel(p, &manager, batch).await.unwrap();
        let batch = payouts::prepare(p, &manager, &form(p, &[document], "2026-12-21")).await.unwrap();
        assert!(payouts::batch(p, &manager, batch).await.unwrap().payouts[0].late);
        stage.sound().await;
    })
    .await;
}

/// What a form can get wrong, and whose desk it is.
#[tokio::test(flavor = "multi_thread")]
async fn forms_and_rights() {
    for_each_db(|p| async move {
        let (stage, manager) = payable(p).await;
        let p = &stage.p;
        let document = only_payable(p, &manager).await.document;
        let last = p.today() + chrono::Days::new(14);
        for (day, problem) in [
            ("", Problem::Missing),
            ("soon", Problem::NotADay),
            ("2026-12-07", Problem::NotBankingDay(last)),
            ("2026-12-12", Problem::NotBankingDay(last)),
            ("2026-12-25", Problem::NotBankingDay(last)),
        ] {
            let refused = payouts::prepare(p, &manager, &form(p, &[document], day)).await;
            assert_eq!(refused, Err(ApiError::field("execute_on", problem)), "{day}");
        }
        let none = payouts::prepare(p, &manager, &form(p, &[], "2026-12-09")).await;
        assert_eq!(none, Err(ApiError::field("documents", Problem::Missing)));
        let batch = prepared(p, &manager).await;
        payouts::approve(p, &manager, batch).await.unwrap();
        let payout = payouts::batch(p, &manager, batch).await.unwrap().payouts[0].id;
        for stranger in [&stage.client, &stage.expert.account] {
            let forbidden = Err(ApiError::Forbidden);
            assert_eq!(payouts::desk(p, stranger).await.map(drop), forbidden);
            assert_eq!(payouts::batch(p, stranger, batch).await.map(drop), forbidden);
            assert_eq!(payouts::batch_file(p, stranger, batch).await.map(drop), forbidden);
            assert_eq!(payouts::batch_csv(p, stranger, batch, Locale::Fr).await.map(drop), forbidden);
            assert_eq!(payouts::prepare(p, stranger, &form(p, &[document], "2026-12-09")).await.map(drop), forbidden);
            assert_eq!(payouts::approve(p, stranger, batch).await, forbidden);
            assert_eq!(payouts::cancel(p, stranger, batch).await, forbidden);
            assert_eq!(payouts::executed(p, stranger, batch).await, forbidden);
            assert_eq!(payouts::bounced(p, stranger, payout, "").await.map(drop), forbidden);
        }
    })
    .await;
}

/// S25: in-house consultants are employed: nothing is payable to them.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_owed_to_employees() {
    for_each_db(|p| async move {
        let kind = gabarit_domain::expert::ExpertKind::InHouse;
        let stage = Stage::with(p, ExpertSpec { kind, ..ExpertSpec::default() }).await;
        let manager = stage.p.manager().await;
        let id = stage.book(DAYS, PaymentMethod::Ideal).await;
        let reference = stage.p.provider.last_reference();
        stage.p.provider.pay(&reference);
        gabarit_server::services::payments::sync(&stage.p, &reference).await.unwrap();
        stage.accept(id).await;
        stage.at(ENDED).await;
        assert!(desk(&stage.p, &manager).await.payables.is_empty());
        stage.sound().await;
    })
    .await;
}

/// A file of many transfers, names in any script, is what the schema wants.
#[test]
fn the_file_is_valid_for_any_name() {
    use gabarit_server::sepa::{CreditTransfer, CreditTransfers, pain_001};
    let names = ["Bureau d’études Œuvre & Fils", "Ελλάδα", "ŁÓDŹ <script>", "a", &"long name ".repeat(20)];
    let file = |bic: Option<&str>, name: &str| CreditTransfers {
        reference: "PB-20261208-0000ABCD".to_owned(),
        created_at: "2026-12-08T09:00:00Z".parse().unwrap(),
        execute_on: "2026-12-09".parse().unwrap(),
        debtor: name.to_owned(),
        debtor_iban: "NL91ABNA0417164300".to_owned(),
        debtor_bic: bic.map(ToOwned::to_owned),
        transfers: (1..=500)
            .map(|n| CreditTransfer {
                id: format!("{n:032x}"),
                amount: Cents(n * 7 + 1),
                creditor: names[usize::try_from(n).unwrap() % names.len()].to_owned(),
                creditor_iban: IBAN.to_owned(),
                remittance: format!("SB-2026-{n:06} ABCD1234"),
            })
            .collect(),
    };
    for (bic, name) in [(None, "Gabarit Demo B.V."), (Some("ABNANL2A"), "Café & Co"), (Some("ABNANL2AXXX"), "x")] {
        valid(&pain_001(&file(bic, name)).unwrap()).unwrap();
    }
    // The judge judges.
    let broken = String::from_utf8(pain_001(&file(None, "x")).unwrap()).unwrap().replace("SLEV", "");
    assert!(valid(broken.as_bytes()).is_err());
}
