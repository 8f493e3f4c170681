//! Documents as files, agreements to self-billing, answers to invoices, the report on sellers.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "support/world.rs"]
mod world;

use chrono::TimeDelta;
use gabarit_domain::{
    einvoice::{
        check::recompute,
        read,
        seal::{SealState, judge_file},
    },
    ids::DocumentId,
    money::Cents,
};
use gabarit_i18n::Locale;
use gabarit_server::{
    db::papers as rows,
    jobs, on,
    services::{
        documents,
        papers::{self, Format},
        self_billing, sellers,
    },
};
use gabarit_view::{
    error::{ApiError, Problem},
    papers::SellerForm,
};
use std::{io::Write as _, process::Command};
use world::{World, days, in_worlds};

/// A completed booking: its invoice and its self-billed invoice.
async fn completed(world: &World) -> (DocumentId, DocumentId) {
    let mut booking = world.hold(&world.order(days("2026-12-07", 3))).await;
    world.pay(&mut booking).await;
    let invoice = world.accept(&mut booking).await.id;
    let self_billed = world.complete(&mut booking).await.id;
    (invoice, self_billed)
}

/// S31: PDF, CII and UBL say the same figures as the stored document; each is sealed; the same document gives the same
/// bytes. UBL is for those with an electronic address on both sides.
#[tokio::test]
async fn files_say_what_the_document_says() {
    in_worlds(async |world| {
        let (invoice, self_billed) = completed(&world).await;
        let p = &world.p;
        let keys = &p.document_keys().unwrap().public;
        for (id, actor) in [(invoice, &world.client), (self_billed, &world.expert.account)] {
            let document = documents::get(p, actor, id).await.unwrap();
            let pdf = papers::file(p, actor, id, Format::Pdf).await.unwrap();
            assert_eq!(pdf, papers::file(p, actor, id, Format::Pdf).await.unwrap());
            assert_eq!(judge_file(keys, &pdf.bytes), SealState::Ours);
            let mut changed = pdf.bytes.clone();
            let last = changed.len() / 2;
            changed[last] ^= 1;
            assert_eq!(judge_file(keys, &changed), SealState::Changed);
            let cii = papers::file(p, actor, id, Format::Cii).await.unwrap();
            assert_eq!(read::xml_in_pdf(&pdf.bytes).unwrap(), cii.bytes);
            let model = read::file(&pdf.bytes).unwrap();
            assert_eq!(model.judge_seal(keys), SealState::Ours);
            assert_eq!(
                (model.total, model.due, model.number),
                (document.total, document.due, document.number.to_string())
            );
            assert!(recompute(&read::file(&cii.bytes).unwrap()).iter().all(|finding| finding.holds));
            assert_eq!(papers::file(p, actor, id, Format::Ubl).await, Err(ApiError::NotFound));
        }
    })
    .await;
}

/// Invariant 5: files, lists and archives show nobody what is not theirs; a client's archive has no self-billed invoice
/// in it, a stranger's nothing.
#[tokio::test]
async fn nobody_downloads_what_is_not_theirs() {
    in_worlds(async |world| {
        let (invoice, self_billed) = completed(&world).await;
        let p = &world.p;
        for format in [Format::Pdf, Format::Cii, Format::Ubl] {
            for (actor, id) in [
                (&world.stranger, invoice),
                (&world.stranger, self_billed),
                (&world.client, self_billed),
                (&world.expert.account, invoice),
            ] {
                assert_eq!(papers::file(p, actor, id, format).await, Err(ApiError::NotFound), "{}", actor.name);
            }
        }
        for (actor, all, numbers) in [
            (&world.client, false, &["INV-2026-000001"][..]),
            (&world.expert.account, false, &[]),
            (&world.stranger, false, &[]),
            (&world.manager, false, &[]),
            (&world.manager, true, &["INV-2026-000001"]),
        ] {
            let listed = papers::list(p, actor, Some("2026-11"), all, "").await.unwrap().documents;
            assert_eq!(listed.iter().map(|row| row.number.as_str()).collect::<Vec<_>>(), numbers, "{}", actor.name);
            let zip = papers::month_zip(p, actor, "2026-11", all).await.unwrap().bytes;
            assert_eq!(String::from_utf8_lossy(&zip).contains("INV-2026-000001.pdf"), !numbers.is_empty());
            assert!(!String::from_utf8_lossy(&zip).contains("SB-2026-000001"));
        }
        let december = papers::list(p, &world.expert.account, Some("2026-12"), false, "").await.unwrap().documents;
        assert_eq!(december.len(), 1);
        assert_eq!(papers::list(p, &world.manager, Some("2026-12"), true, "nobody").await.unwrap().documents, []);
        for actor in [&world.client, &world.expert.account] {
            assert_eq!(papers::list(p, actor, None, true, "").await, Err(ApiError::Forbidden));
            assert_eq!(papers::month_csv(p, actor, "2026-11", true).await, Err(ApiError::Forbidden));
            assert_eq!(sellers::report(p, actor, 2026).await, Err(ApiError::Forbidden));
        }
        for wrong in ["", "2026", "2026-13", "x-y", "99999-01"] {
            assert_eq!(papers::month_csv(p, &world.manager, wrong, true).await, Err(ApiError::NotFound), "{wrong}");
        }
    })
    .await;
}

/// The accountant's table: a line a document, a formula is told to be text, amounts as stored.
#[tokio::test]
async fn the_table_sums_up() {
    let world = World::sqlite().await;
    let mut booking = world.hold(&world.order(days("2026-12-07", 3))).await;
    booking.order_number = Some("=1+1".to_owned());
    world.pay(&mut booking).await;
    let issued = world.accept(&mut booking).await.document;
    let file = papers::month_csv(&world.p, &world.client, "2026-11", false).await.unwrap();
    let table = String::from_utf8(file.bytes).unwrap();
    let line = table.lines().nth(1).unwrap();
    assert!(line.contains(",\"'=1+1\","), "{line}");
    assert!(line.contains(&format!(",{},", issued.total.to_plain())), "{line}");
    assert_eq!(table.lines().next().unwrap().split(',').count(), 22);
}

/// The agreed quote in print: for the client and for managers, the same bytes each time, with the quote's own total.
#[tokio::test]
async fn a_quote_can_be_printed() {
    let world = World::sqlite().await;
    let booking = world.hold(&world.order(days("2026-12-07", 3))).await;
    let p = &world.p;
    let file = papers::quote(p, &world.client, booking.id).await.unwrap();
    assert_eq!(file, papers::quote(p, &world.manager, booking.id).await.unwrap());
    assert!(file.bytes.starts_with(b"%PDF-1.7") && file.name == format!("{}.pdf", booking.reference));
    for actor in [&world.stranger, &world.expert.account] {
        assert_eq!(papers::quote(p, actor, booking.id).await, Err(ApiError::NotFound));
    }
}

/// UBL for Peppol, once both sides have an address; what is none is refused by its field.
#[tokio::test]
async fn ubl_needs_an_address_on_both_sides() {
    let world = World::sqlite().await;
    let (invoice, _) = completed(&world).await;
    let p = &world.p;
    let set = async |scheme, id| papers::set_endpoint(p, &world.client, "client", scheme, id).await;
    assert_eq!(set("0208", "0123456740").await, Err(ApiError::field("identifier", Problem::NotOfScheme)));
    assert_eq!(set("1234", "0123456749").await, Err(ApiError::field("scheme", Problem::Unknown)));
    assert_eq!(papers::set_endpoint(p, &world.client, "expert", "0208", "0123456749").await, Err(ApiError::Forbidden));
    set("0208", "0123.456.749").await.unwrap();
    assert_eq!(papers::own_endpoint(p, &world.client, "client").await.unwrap().unwrap().id, "0123456749");
    // The operator of the tests has none, so there is still no UBL.
    assert_eq!(p.config.operator_endpoint, None);
    assert!(!papers::has_ubl(p, &world.client, invoice).await.unwrap());
    set("0208", "").await.unwrap();
    assert_eq!(papers::own_endpoint(p, &world.client, "client").await, Ok(None));
}

/// S30: no assignment is accepted before the expert agreed to self-billing; the agreement keeps date, account and hash.
#[tokio::test]
async fn no_assignment_without_agreement() {
    in_worlds(async |world| {
        let p = &world.p;
        let expert = &world.expert;
        let check = async || {
            let mut conn = p.db.conn().await.unwrap();
            self_billing::required(&mut conn.exec(), p, expert.id).await
        };
        assert_eq!(check().await, Ok(()));
        world.plant("DELETE FROM self_billing_agreement").await;
        assert_eq!(check().await, Err(ApiError::AgreementRequired));
        assert_eq!(self_billing::agree(p, &world.client, Locale::Fr, 1).await, Err(ApiError::Forbidden));
        assert_eq!(self_billing::agree(p, &expert.account, Locale::Fr, 2).await, Err(ApiError::MovedOn));
        assert_eq!(self_billing::agreement(p, &expert.account, Locale::Nl).await.unwrap().accepted_at, None);
        self_billing::agree(p, &expert.account, Locale::Nl, 1).await.unwrap();
        assert_eq!(check().await, Ok(()));
        let mut conn = p.db.conn().await.unwrap();
        let first = rows::agreement(&mut conn.exec(), expert.id, 1).await.unwrap().unwrap();
        drop(conn);
        assert_eq!((first.locale.as_str(), first.accepted_at, first.sha256.len()), ("nl", p.now(), 64));
        // Again, later, in another language: the first stands.
        p.clock.advance(TimeDelta::days(1));
        self_billing::agree(p, &expert.account, Locale::En, 1).await.unwrap();
        let mut conn = p.db.conn().await.unwrap();
        assert_eq!(rows::agreement(&mut conn.exec(), expert.id, 1).await.unwrap().unwrap(), first);
    })
    .await;
}

/// S31: five days to contest; what is contested is withheld until a manager settles it; silence accepts.
#[tokio::test]
async fn invoices_are_contested_or_accepted() {
    in_worlds(async |world| {
        let (invoice, id) = completed(&world).await;
        let p = &world.p;
        let expert = &world.expert.account;
        let document = documents::get(p, expert, id).await.unwrap();
        let state = async || self_billing::answer(p, expert, id).await.unwrap().unwrap();
        let disputed = async || {
            let mut conn = p.db.conn().await.unwrap();
            self_billing::disputed(&mut conn.exec(), p, document.booking).await.unwrap()
        };
        assert_eq!((state().await.state.as_str(), state().await.can_answer), ("open", true));
        assert_eq!(self_billing::answer(p, &world.client, id).await, Err(ApiError::NotFound));
        assert_eq!(self_billing::answer(p, &world.manager, invoice).await, Ok(None));
        for actor in [&world.client, &world.stranger] {
            assert_eq!(self_billing::accept(p, actor, id).await, Err(ApiError::NotFound));
            assert_eq!(self_billing::contest(p, actor, id, "10", "x").await, Err(ApiError::NotFound));
        }
        let field = |name: &str, problem| Err(ApiError::field(name, problem));
        assert_eq!(self_billing::contest(p, expert, id, "10", " ").await, field("reason", Problem::Missing));
        for amount in ["", "0", "-5", "abc"] {
            let refused = self_billing::contest(p, expert, id, amount, "x").await;
            assert_eq!(refused, field("amount", Problem::NotAnAmount), "{amount}");
        }
        let refused = self_billing::contest(p, expert, id, "999999", "x").await;
        let total = document.total.to_plain();
        assert_eq!(refused, field("amount", Problem::Outside("0.01".to_owned(), total)));
        self_billing::contest(p, expert, id, "12,34", "Un jour manque.").await.unwrap();
        assert_eq!(disputed().await, Cents(1_234));
        assert_eq!(self_billing::accept(p, expert, id).await, Err(ApiError::MovedOn));
        // Time alone ends no dispute.
        p.clock.advance(TimeDelta::days(6));
        jobs::run_due(p).await.unwrap();
        assert_eq!((state().await.state.as_str(), disputed().await), ("contested", Cents(1_234)));
        assert_eq!(self_billing::settle(p, expert, id, "x").await, Err(ApiError::Forbidden));
        assert_eq!(self_billing::settle(p, &world.manager, id, "").await, field("outcome", Problem::Missing));
        self_billing::settle(p, &world.manager, id, "Paid as issued.").await.unwrap();
        assert_eq!((state().await.state.as_str(), disputed().await), ("settled", Cents::ZERO));
        assert_eq!(self_billing::settle(p, &world.manager, id, "again").await, Err(ApiError::MovedOn));
    })
    .await;
}

/// S31: nothing said for five days: accepted, and too late to contest.
#[tokio::test]
async fn silence_accepts() {
    in_worlds(async |world| {
        let (_, id) = completed(&world).await;
        let p = &world.p;
        let expert = &world.expert.account;
        let state = async || self_billing::answer(p, expert, id).await.unwrap().unwrap().state;
        self_billing::accept_silence(p, id).await.unwrap();
        assert_eq!(state().await, "open", "a job that comes too early waits");
        p.clock.advance(TimeDelta::days(5));
        assert_eq!(self_billing::contest(p, expert, id, "1", "late").await, Err(ApiError::MovedOn));
        jobs::run_due(p).await.unwrap();
        assert_eq!(state().await, "silent");
        assert_eq!(self_billing::accept(p, expert, id).await, Err(ApiError::MovedOn));
    })
    .await;
}

/// Documents are never changed nor removed: the database itself refuses.
#[tokio::test]
async fn the_database_guards_documents() {
    in_worlds(async |world| {
        completed(&world).await;
        for sql in ["UPDATE document SET total = 0", "DELETE FROM document"] {
            let mut tx = world.p.db.begin().await.unwrap();
            let mut exec = tx.exec();
            let exec = &mut exec;
            let error = on!(exec, |c| sqlx::raw_sql(sql).execute(c).await.map(drop)).unwrap_err();
            assert!(error.to_string().contains("an issued document is"), "{error}");
        }
    })
    .await;
}

/// The yearly report: what was paid, kept and taxed by quarter, with the seller's identity; who has not told it is named.
#[tokio::test]
async fn the_report_on_sellers() {
    in_worlds(async |world| {
        let (_, id) = completed(&world).await;
        let p = &world.p;
        let expert = &world.expert.account;
        let document = documents::get(p, expert, id).await.unwrap();
        let missing = sellers::gaps(p, &world.manager, 2026).await.unwrap();
        assert_eq!(missing.iter().map(|gap| gap.expert).collect::<Vec<_>>(), [world.expert.id]);
        assert_eq!(sellers::gaps(p, &world.manager, 2025).await, Ok(Vec::new()));
        let form = SellerForm {
            kind: "person".to_owned(),
            first_name: "Camille".to_owned(),
            last_name: "Exemple & Fils".to_owned(),
            birth_date: "1980-02-29".to_owned(),
            tin: "80022912345".to_owned(),
            tin_country: "BE".to_owned(),
            registration: String::new(),
        };
        assert_eq!(sellers::store(p, &world.client, &form).await, Err(ApiError::Forbidden));
        sellers::store(p, expert, &form).await.unwrap();
        assert_eq!(sellers::own(p, expert).await.unwrap(), form);
        assert_eq!(sellers::gaps(p, &world.manager, 2026).await, Ok(Vec::new()));
        let xml = String::from_utf8(sellers::report(p, &world.manager, 2026).await.unwrap().bytes).unwrap();
        let fourth = document.vat.taxable.as_decimal().round();
        for part in [
            format!("<dpi:ConsQ4 currCode=\"EUR\">{fourth}</dpi:ConsQ4>"),
            "<dpi:ConsQ1 currCode=\"EUR\">0</dpi:ConsQ1>".to_owned(),
            "<dpi:NumbQ4>1</dpi:NumbQ4>".to_owned(),
            "<dpi:LastName>Exemple &amp; Fils</dpi:LastName>".to_owned(),
            "<dpi:TIN issuedBy=\"BE\">80022912345</dpi:TIN>".to_owned(),
            "<dpi:BirthDate>1980-02-29</dpi:BirthDate>".to_owned(),
        ] {
            assert!(xml.contains(&part), "{part}: {xml}");
        }
    })
    .await;
}

/// S31: an independent reader (pypdf in factur-x, qpdf in pikepdf) finds the invoice in the PDF, its name, relation and
/// metadata, and a structure without faults; the invoice passes the official rules.
#[tokio::test]
async fn others_can_read_the_pdf() {
    let world = World::sqlite().await;
    let (invoice, self_billed) = completed(&world).await;
    let folder = tempfile::tempdir().unwrap();
    for (name, id) in [("invoice", invoice), ("self-billed", self_billed)] {
        let file = papers::file(&world.p, &world.manager, id, Format::Pdf).await.unwrap();
        let mut out = std::fs::File::create(folder.path().join(format!("{name}.pdf"))).unwrap();
        out.write_all(&file.bytes).unwrap();
        if let Ok(keep) = std::env::var("GABARIT_PRINT_TO") {
            std::fs::write(std::path::Path::new(&keep).join(format!("{name}.pdf")), &file.bytes).unwrap();
        }
    }
    let python = std::env::var("GABARIT_PYTHON").unwrap_or_else(|_| {
        panic!("the validator is not set up: run scripts/setup.sh python, then source scripts/env.sh")
    });
    for script in ["validate_einvoices.py", "validate_pdfs.py"] {
        let script = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts").join(script);
        let output = Command::new(&python).arg(script).arg(folder.path()).output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
        assert!(said.contains("2 pdf checked"), "{said}");
    }
}
