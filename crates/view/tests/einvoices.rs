//! E-invoices: a corpus of documents of all cases, in both syntaxes, judged by the official rules of EN 16931.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[expect(unreachable_pub, reason = "the crate that owns the file exports it")]
#[path = "../../wasm-check/src/sample.rs"]
mod sample;

use chrono::Days;
use gabarit_domain::{
    booking::PaymentMethod,
    calendar::DaySet,
    compensation::earnings,
    dispute::without,
    einvoice::{
        EDelivery, EInvoice,
        check::recompute,
        endpoint::Endpoint,
        read::{self, ReadError},
        seal::{SealState, Signer},
    },
    ids::BookingId,
    invoice::{
        Corrected, DeliverTo, Document, DocumentKind, DocumentLines, DocumentNumber, Party, client_amounts,
        credit_amounts, self_billed_amounts,
    },
    money::{BasisPoints, Cents},
    pricing::{Quote, quote},
    rental::{self, RentalOrder, Term},
    settlement::{
        Choice, Kept, Settlement, SomeDays, client_cancels, client_withdraws, expert_stops, manager_decides, settle,
    },
    stock::Rentable,
    vat::{
        CountryCode, Customer, OperatorVat, Supplier, VatBreakdown, VatCategory, VatNumber, VatStatus, VatTreatment,
        supply_treatment,
    },
};
use gabarit_i18n::Locale;
use gabarit_view::document::{DocumentText, Names};
use sample::{Case, Dice};
use std::{collections::BTreeMap, path::PathBuf, process::Command};
use uuid::Uuid;

const NAMES: Names<'static> = Names { product: &|code| code.to_string(), country: &|code| code.to_string() };

fn country(code: &str) -> CountryCode {
    CountryCode::parse(code).unwrap()
}

fn vat_number(text: &str) -> VatNumber {
    VatNumber::try_from(text.to_owned()).unwrap()
}

fn operator(vat: OperatorVat) -> Party {
    let (number, registration) = if vat.country.as_str() == "NL" {
        ("NL999999990B00", "KVK 00000000")
    } else {
        ("BE0123456749", "BCE 0123.456.749")
    };
    Party {
        name: "Gabarit Demo B.V.".to_owned(),
        attention: None,
        street: "Voorbeeldkade 1".to_owned(),
        postal_code: "3511 ZZ".to_owned(),
        city: "Utrecht".to_owned(),
        country: vat.country,
        vat_number: Some(vat_number(number)),
        registration: Some(registration.to_owned()),
        email: Some("bonjour@gabarit.example".to_owned()),
    }
}

fn client(case: &Case, dice: &mut Dice) -> Party {
    let customer = &case.order.customer;
    let names = ["Bureau d’études fictif SA", "Ingenieurs & Zonen <fictief>", "Ærø \"Tegnestue\"\tA/S"];
    Party {
        name: if customer.is_private { "Dominique Exemple" } else { names[dice.pick(0, 2) as usize] }.to_owned(),
        attention: (!customer.is_private && dice.one_in(2)).then(|| "Camille Exemple".to_owned()),
        street: "Quai Imaginaire 3".to_owned(),
        postal_code: "1000".to_owned(),
        city: "Bruxelles".to_owned(),
        country: customer.country,
        vat_number: customer.vat_number.clone(),
        registration: (!customer.is_private && dice.one_in(2)).then(|| "Reg. 12-345".to_owned()),
        email: Some("factures@client.example".to_owned()),
    }
}

/// Experts' firms: at home with VAT, small with and without number, elsewhere in the Union with and without number,
/// outside.
fn firm(index: usize, home: CountryCode) -> (Party, bool) {
    let home_number = if home.as_str() == "NL" { "NL123456782B12" } else { "BE0404616494" };
    let (name, place, number, registration, exempt) = [
        ("Atelier Fictif", home, Some(home_number), Some("12345678"), false),
        ("Petite Entreprise Fictive", home, None, Some("87654321"), true),
        ("Petite Entreprise Fictive II", home, Some(home_number), None, true),
        ("Bureau Inventé SARL", country("FR"), Some("FR32123456789"), Some("RCS 123 456 789"), false),
        ("Micro Inventé", country("FR"), None, Some("123456789"), true),
        ("Werkstatt Erfunden GmbH", country("CH"), Some("CHE123456788"), Some("CHE-123.456.788"), false),
        ("No Register Ltd", country("GB"), None, None, false),
    ][index % 7];
    let party = Party {
        name: name.to_owned(),
        attention: None,
        street: "Rue Inventée 12".to_owned(),
        postal_code: "4000".to_owned(),
        city: "Liège".to_owned(),
        country: place,
        vat_number: number.map(vat_number),
        registration: registration.map(str::to_owned),
        email: Some("expert@gabarit.example".to_owned()),
    };
    (party, exempt)
}

struct Draft<'a> {
    kind: DocumentKind,
    case: &'a Case,
    parties: (Party, Party),
    amounts: (DocumentLines, VatBreakdown, Cents),
    sequence: u32,
    deliver_to: Option<DeliverTo>,
}

fn document(draft: Draft<'_>, dice: &mut Dice) -> Document {
    let Draft { kind, case, parties: (mut seller, mut buyer), amounts: (lines, vat, total), sequence, deliver_to } =
        draft;
    if vat.treatment.category == VatCategory::O {
        seller.vat_number = None;
        buyer.vat_number = None;
    }
    let days = &case.order.days;
    let methods = [PaymentMethod::Ideal, PaymentMethod::Bancontact, PaymentMethod::CreditCard];
    let paid_by = (kind == DocumentKind::Invoice).then(|| methods[dice.pick(0, 2) as usize]);
    let prepaid = match (kind, dice.pick(0, 3)) {
        (DocumentKind::Invoice, 0) => Cents::ZERO,
        (DocumentKind::Invoice, 1) => total.share(BasisPoints(3_333)),
        (DocumentKind::Invoice, _) => total,
        _ => Cents::ZERO,
    };
    let due = total - prepaid;
    let corrected = if kind.is_self_billed() { DocumentKind::SelfBilledInvoice } else { DocumentKind::Invoice };
    Document {
        number: DocumentNumber { kind, year: 2026, sequence },
        issued_on: days.last(),
        language: Locale::ALL[dice.pick(0, 2) as usize].code().to_owned(),
        seller,
        buyer,
        booking: BookingId(Uuid::from_u128(1)),
        booking_reference: "7QK2M9XA".to_owned(),
        expert_name: "Camille Exemple".to_owned(),
        order_number: dice.one_in(2).then(|| "PO/2026 & 17".to_owned()),
        service: (days.first(), days.last()),
        days: days.iter().collect(),
        lines,
        vat,
        total,
        prepaid,
        paid_by,
        due,
        due_date: (due > Cents::ZERO && dice.one_in(2)).then(|| days.last()),
        payment_account: (due > Cents::ZERO && paid_by.is_some_and(|method| !method.is_deferred()))
            .then(|| "NL91 ABNA 0417 1643 00".to_owned()),
        corrects: kind.is_credit_note().then(|| Corrected {
            number: DocumentNumber { kind: corrected, year: 2026, sequence },
            issued_on: days.first(),
        }),
        deliver_to,
    }
}

/// What is given back when the last line of an order is struck: the difference of two rounded taxes.
fn credited(quote: &Quote) -> (DocumentLines, VatBreakdown, Cents) {
    let mut kept = quote.lines.clone();
    let struck = kept.pop().unwrap();
    let after = VatBreakdown::of(quote.vat.treatment, kept.iter().map(|line| line.net).sum());
    let vat = VatBreakdown::credited(quote.vat, after);
    (DocumentLines::Quoted(vec![struck]), vat, vat.taxable + vat.tax)
}

/// What happens to a booking after its invoice: a client who cancels, an expert who stops, and what a manager decides of a
/// dispute or pays back in part, one after the other, each within what was kept before.
fn settlements(case: &Case, quote: &Quote, dice: &mut Dice) -> Vec<Settlement> {
    let order = &case.order;
    let all = Kept::all(order);
    let some =
        |days: &SomeDays, dice: &mut Dice| -> SomeDays { days.iter().copied().filter(|_| !dice.one_in(3)).collect() };
    let mut before = all.clone();
    let mut settled = Vec::new();
    for step in 0..3 {
        let after = match (step, dice.pick(0, 5)) {
            (0, 0) => {
                let ahead = i64::from(dice.pick(0, 12)) - 3;
                let today = order.days.first() - chrono::TimeDelta::days(ahead);
                client_cancels(&case.context.rulebook, order, today)
            }
            (0, _) if order.customer.is_private => client_withdraws(order, order.days.first()),
            (0, 1) => expert_stops(order, &some(&all.days, dice)),
            // What a dispute over some days gives back, at most.
            (_, 2) => without(&before, &some(&before.days, dice)),
            _ => {
                let choice = Choice {
                    days: some(&before.days, dice),
                    back: BasisPoints(before.back.0.max(dice.pick(0, 6_667))),
                    travel: !dice.one_in(3),
                    lodging: !dice.one_in(3),
                    rentals: !dice.one_in(3),
                    supplement: before.supplement && !dice.one_in(3),
                };
                manager_decides(&before, &choice).unwrap()
            }
        }
        .meet(&before);
        let settlement = settle(quote, &before, after);
        before = settlement.kept.clone();
        if settlement.credit_total > Cents::ZERO {
            settled.push(settlement);
        }
    }
    settled
}

/// Documents of bookings, and of what is rented alone.
fn corpus() -> Vec<Document> {
    let mut documents = booked();
    documents.extend(rented());
    documents
}

/// Workstations rented alone and sent to somebody, at home and abroad: their invoices, and what gives them back.
fn rented() -> Vec<Document> {
    let mut dice = Dice::new(70_80);
    let mut documents = Vec::new();
    for seed in 0.. {
        if documents.len() >= 100 {
            break;
        }
        let mut case = sample::case(seed);
        case.order.customer.is_private = false;
        let first = case.context.today + Days::new(u64::from(dice.pick(1, 30)));
        let term = Term { first, last: first + Days::new(u64::from(dice.pick(0, 90))) };
        let seats = BTreeMap::from([(Rentable::Workstation, dice.pick(1, 3))]);
        let order = RentalOrder { term, seats, customer: case.order.customer.clone() };
        let Ok(quote) = rental::quote(&case.context, &order) else { continue };
        // BR-CO-17 takes a rate under half a percent for none; there is no such rate.
        if (1..50).contains(&quote.vat.treatment.rate.0) {
            continue;
        }
        case.order.days = DaySet::new(term.iter()).unwrap();
        let parties = (operator(case.context.operator), client(&case, &mut dice));
        let to = DeliverTo {
            name: "Sam <Ontvanger> & zoon".to_owned(),
            street: "Bouwplaats\t3, hal \"B\"".to_owned(),
            postal_code: if dice.one_in(3) { String::new() } else { "3512 ZZ".to_owned() },
            city: "Voorbeeldstad".to_owned(),
            country: [order.customer.country, country("NL"), country("CH")][dice.pick(0, 2) as usize],
        };
        for kind in [DocumentKind::Invoice, DocumentKind::CreditNote] {
            let (parties, amounts) = (parties.clone(), client_amounts(&quote));
            let sequence = u32::try_from(seed).unwrap() + 1;
            let deliver_to = Some(to.clone());
            documents.push(document(Draft { kind, case: &case, parties, amounts, sequence, deliver_to }, &mut dice));
        }
    }
    documents
}

/// The four types for each of many bookings, and the credit notes of what becomes of them.
fn booked() -> Vec<Document> {
    let mut documents = Vec::new();
    let mut dice = Dice::new(16_931);
    let mut firms = 0;
    for seed in 0.. {
        if documents.len() >= 900 {
            documents.truncate(900);
            break;
        }
        let mut case = sample::case(seed);
        if seed % 5 == 0 {
            // A consumer: no VAT number, the operator's rate wherever in the Union, no licences across a border.
            let home = case.context.operator.country;
            case.context.private_clients = true;
            let country = [home, country("FR"), country("GR")][dice.pick(0, 2) as usize];
            case.order.customer = Customer { country, vat_number: None, vat_status: VatStatus::None, is_private: true };
            if country != home {
                case.order.licences.clear();
            }
        }
        let Ok(quote) = quote(&case.context, &case.offer, &case.order) else { continue };
        let us = operator(case.context.operator);
        let them = client(&case, &mut dice);
        let mut add = |kind, parties, amounts, dice: &mut Dice| {
            let sequence = u32::try_from(seed).unwrap() + 1;
            let draft = Draft { kind, case: &case, parties, amounts, sequence, deliver_to: None };
            documents.push(document(draft, dice));
        };
        add(DocumentKind::Invoice, (us.clone(), them.clone()), client_amounts(&quote), &mut dice);
        add(DocumentKind::CreditNote, (us.clone(), them.clone()), credited(&quote), &mut dice);
        let settled = settlements(&case, &quote, &mut dice);
        for settlement in &settled {
            add(DocumentKind::CreditNote, (us.clone(), them.clone()), credit_amounts(settlement), &mut dice);
        }
        // From the invoice on, invoices less credit notes are what is kept (invariant 1).
        let given_back: Cents = settled.iter().map(|settlement| settlement.credit_total).sum();
        if let Some(last) = settled.last() {
            assert_eq!(quote.total - given_back, last.total, "{seed}");
        }
        if case.order.customer.is_private {
            assert!(matches!(quote.vat.treatment.category, VatCategory::S | VatCategory::Z), "{seed}");
            assert_eq!(quote.vat.treatment.rate, case.context.operator.rate, "{seed}");
        }
        let (firm, vat_exempt) = firm(firms, us.country);
        firms += 1;
        let supplier = Supplier { country: firm.country, vat_number: firm.vat_number.clone(), vat_exempt };
        let supply = supply_treatment(case.context.operator, &supplier);
        let days_before = dice.pick(0, 50);
        let earned = earnings(&case.context.rulebook.ladder, &quote.lines, days_before);
        let amounts = self_billed_amounts(earned, supply);
        add(DocumentKind::SelfBilledInvoice, (firm.clone(), us.clone()), amounts.clone(), &mut dice);
        add(DocumentKind::SelfBilledCreditNote, (firm.clone(), us.clone()), amounts, &mut dice);
        // A settlement after the end: the expert is billed anew for what is left.
        if let Some(last) = settled.last().filter(|last| !last.lines.is_empty()) {
            let left = earnings(&case.context.rulebook.ladder, &last.lines, days_before);
            let amounts = self_billed_amounts(left, supply);
            if amounts.2 > Cents::ZERO {
                add(DocumentKind::SelfBilledInvoice, (firm, us), amounts, &mut dice);
            }
        }
    }
    documents
}

fn einvoice(document: &Document) -> EInvoice {
    let endpoint = |scheme, id| Some(Endpoint::parse(scheme, id).unwrap());
    DocumentText::of(document, NAMES).einvoice(document, endpoint("0106", "12345678"), endpoint("0208", "0123456749"))
}

/// S31: every document of the corpus reads back from both syntaxes as it was written, adds up when it is recomputed
/// from its own figures, and bears a seal that breaks when anything is changed.
#[test]
fn what_is_written_reads_back_and_adds_up() {
    let signer = Signer::new([7; 32]);
    let keys = [signer.public_key()];
    let strangers = [Signer::new([8; 32]).public_key()];
    let mut cases = BTreeMap::<(u16, String), u32>::new();
    let (mut private, mut private_back) = (0, 0);
    let mut sent = BTreeMap::<String, u32>::new();
    for document in corpus() {
        assert_eq!(document.faults(), [""; 0]);
        if document.buyer.name == "Dominique Exemple" {
            private += 1;
            private_back += u32::from(document.number.kind.is_credit_note());
        }
        let model = einvoice(&document).sealed(&signer);
        *cases.entry((model.type_code, model.vat[0].category.clone())).or_default() += 1;
        assert_eq!(model.delivery.is_some(), document.deliver_to.is_some());
        assert_eq!(model.canonical().contains("BG-13"), document.deliver_to.is_some());
        if let Some(to) = &model.delivery {
            *sent.entry(model.vat[0].category.clone()).or_default() += 1;
            assert_eq!(
                (to.name.as_deref(), to.street.as_str()),
                (Some("Sam <Ontvanger> & zoon"), "Bouwplaats 3, hal \"B\"")
            );
        }
        let stored = serde_json::to_string(&document).unwrap();
        // What was issued before there was a delivery address reads, and is written, as it was.
        assert_eq!(stored.contains("deliver_to"), document.deliver_to.is_some());
        assert_eq!(serde_json::from_str::<Document>(&stored).unwrap(), document);
        assert_eq!(model.total, document.total);
        assert_eq!(model.lines_total, document.lines.net());
        let (cii, ubl) = (model.cii(), model.ubl().unwrap());
        let from_cii = read::xml(&cii).unwrap();
        let from_ubl = read::xml(&ubl).unwrap();
        assert_eq!(from_cii, model, "{cii}");
        assert_eq!(from_ubl, model, "{ubl}");
        let findings = recompute(&from_cii);
        assert_eq!(findings.iter().filter(|finding| !finding.holds).collect::<Vec<_>>(), Vec::<&_>::new(), "{cii}");
        for read in [from_cii, from_ubl] {
            assert_eq!(read.judge_seal(&keys), SealState::Ours);
            assert_eq!(read.judge_seal(&strangers), SealState::Stranger);
            assert_eq!(EInvoice { due: read.due + Cents(1), ..read.clone() }.judge_seal(&keys), SealState::Changed);
            let elsewhere = Some(EDelivery { city: "Elders".to_owned(), ..read.delivery.clone().unwrap_or_default() });
            assert_eq!(EInvoice { delivery: elsewhere, ..read.clone() }.judge_seal(&keys), SealState::Changed);
            assert_eq!(EInvoice { seal: None, ..read }.judge_seal(&keys), SealState::Missing);
        }
    }
    assert!(private > 50 && private_back > 25, "{private} {private_back}");
    // A delivery address with every category that a client's invoice can have.
    assert!(["S", "AE", "O"].iter().all(|category| sent.contains_key(*category)), "{sent:?}");
    // All four types; standard, reverse charge, outside the Union, and small businesses.
    for code in [380, 381, 389, 261] {
        for category in ["S", "AE", "O", "E"] {
            // A client is never exempt: only a seller is.
            let possible = category != "E" || code == 389 || code == 261;
            assert_eq!(cases.contains_key(&(code, category.to_owned())), possible, "{code} {category}: {cases:?}");
        }
    }
}

/// Changed figures are found where they stand.
#[test]
fn a_changed_figure_is_found() {
    let document = corpus().swap_remove(0);
    let model = einvoice(&document);
    let wrong = |change: &dyn Fn(&mut EInvoice)| {
        let mut changed = model.clone();
        change(&mut changed);
        recompute(&changed).iter().filter(|finding| !finding.holds).count()
    };
    assert_eq!(wrong(&|_| {}), 0);
    assert!(wrong(&|m| m.lines[0].net += Cents(1)) >= 2);
    assert!(wrong(&|m| m.vat[0].tax += Cents(1)) >= 2);
    assert!(wrong(&|m| m.total += Cents(100)) >= 2);
    assert_eq!(wrong(&|m| m.due += Cents(1)), 1);
    assert!(wrong(&|m| m.vat.clear()) >= 1);
    assert!(wrong(&|m| m.lines[0].category = "Z".to_owned()) >= 1);
    assert!(wrong(&|m| m.lines.clear()) >= 1);
}

/// Files of strangers: refused with a reason, never a panic.
#[test]
fn strange_files_are_refused() {
    let bomb = "<!DOCTYPE x [<!ENTITY a \"aaaa\">]><Invoice>&a;</Invoice>";
    for (bytes, error) in [
        (&b"hello"[..], ReadError::NeitherPdfNorXml),
        (b"", ReadError::NeitherPdfNorXml),
        (b"\xff\xfe", ReadError::NeitherPdfNorXml),
        (b"%PDF-1.7 nothing", ReadError::NoInvoiceInPdf),
        (b"%PDF-1.7 <</Type/EmbeddedFile/Filter/FlateDecode>>stream\n..endstream", ReadError::Compressed),
        (b"<a></b>", ReadError::Malformed),
        (b"<html/>", ReadError::NoInvoice),
        (bomb.as_bytes(), ReadError::Malformed),
        (b"<Invoice/>", ReadError::Term("BG-22")),
    ] {
        assert_eq!(read::file(bytes), Err(error), "{}", String::from_utf8_lossy(bytes));
    }
    let good = einvoice(&corpus().swap_remove(0)).cii();
    let deep = format!("{}{}", "<a>".repeat(50_000), "</a>".repeat(50_000));
    assert!(read::xml(&deep).is_err());
    // Cut anywhere, or with a figure that is none: an error, not a guess.
    for cut in (0..good.len() - 2).step_by(97).filter(|cut| good.is_char_boundary(*cut)) {
        assert!(read::xml(good.get(..cut).unwrap()).is_err());
    }
    assert_eq!(read::xml(&good.replace(">EUR<", ">USD<")), Err(ReadError::Currency));
    let huge = good.replace("<ram:GrandTotalAmount>", "<ram:GrandTotalAmount>99999999999999999999");
    assert_eq!(read::xml(&huge), Err(ReadError::Term("BT-112")));
}

/// A price is negative nowhere (BR-27): what is taken off is a negative quantity.
#[test]
fn prices_are_never_negative() {
    let mut document = corpus().into_iter().find(|d| d.number.kind == DocumentKind::CreditNote).unwrap();
    if let DocumentLines::Quoted(lines) = &mut document.lines {
        let mut up = lines[0].clone();
        up.unit_price = Cents(-7);
        up.quantity = 2;
        up.net = Cents(-14);
        lines.push(up);
    }
    let model = einvoice(&document);
    let line = model.lines.last().unwrap();
    assert_eq!((line.quantity.to_string(), line.price.to_string()), ("-2".to_owned(), "0.07".to_owned()));
    assert_eq!(line.net, Cents(-14));
}

/// Rules of Peppol alone, by hand: its Schematron is in no registry. R001 and R007 (process), R002 (one note), R003
/// (buyer or order reference), R004 (specification), R008 (nothing empty), R010 and R020 (electronic addresses), R120
/// (line amounts), NL-R-001 (a Dutch credit note names the invoice), NL-R-003 (a Dutch seller's KVK number).
#[test]
fn peppol_rules_that_apply() {
    for document in corpus() {
        let model = einvoice(&document);
        let xml = model.ubl().unwrap();
        let count = |needle: &str| xml.matches(needle).count();
        let kind = document.number.kind;
        let (specification, process) = if kind.is_self_billed() {
            (
                "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:selfbilling:3.0",
                "urn:fdc:peppol.eu:2017:poacc:selfbilling:01:1.0",
            )
        } else {
            (
                "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0",
                "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0",
            )
        };
        assert_eq!(count(&format!("<cbc:CustomizationID>{specification}</cbc:CustomizationID>")), 1);
        assert_eq!(count(&format!("<cbc:ProfileID>{process}</cbc:ProfileID>")), 1);
        assert!(count("<cbc:Note>") - count("<cac:PaymentTerms>") <= 1);
        assert!(count("<cbc:BuyerReference>") == 1 || count("<cac:OrderReference>") == 1);
        assert_eq!(count("<cbc:EndpointID schemeID="), 2);
        for line in &model.lines {
            let exact = line.quantity * line.price;
            assert!((exact - line.net.as_decimal()).abs() < "0.02".parse().unwrap());
        }
        if kind.is_credit_note() {
            assert_eq!(count("<cac:BillingReference>"), 1);
        }
        if model.seller.country == "NL" && !kind.is_self_billed() {
            assert_eq!(count("<cbc:CompanyID schemeID=\"0106\">00000000</cbc:CompanyID>"), 1);
        }
        assert!(!xml.contains("></cbc:"), "{xml}");
        assert!(DocumentText::of(&document, NAMES).einvoice(&document, None, None).ubl().is_none());
    }
}

/// The folder of a test's files, emptied.
fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// S31, S9: the official rules (XSD and Schematron of EN 16931) find nothing wrong in 1,000 documents of all cases,
/// settlements, refunds in part and rentals sent somewhere among them, in both syntaxes; and they do find what is planted.
#[test]
fn the_official_rules_find_nothing_wrong() {
    let folder = folder("einvoices");
    let corpus = corpus();
    let write = |name: String, text: &str| std::fs::write(folder.join(name), text).unwrap();
    let signer = Signer::new([7; 32]);
    for (index, document) in corpus.iter().enumerate() {
        let model = einvoice(document).sealed(&signer);
        let name = format!("{index:04}-{}-{}", model.type_code, model.vat[0].category);
        write(format!("{name}.cii.xml"), &model.cii());
        write(format!("{name}.ubl.xml"), &model.ubl().unwrap());
    }
    let sample = |category: VatCategory| {
        corpus.iter().find(|d| d.number.kind == DocumentKind::Invoice && d.vat.treatment.category == category).unwrap()
    };
    let good = einvoice(sample(VatCategory::S));
    let plant = |name: &str, broken: &EInvoice| {
        write(format!("broken-{name}.cii.xml"), &broken.cii());
        write(format!("broken-{name}.ubl.xml"), &broken.ubl().unwrap());
    };
    plant("total", &EInvoice { total: good.total + Cents(500), ..good.clone() });
    plant("lines", &EInvoice { lines_total: good.lines_total + Cents(1), ..good.clone() });
    plant("no-lines", &EInvoice { lines: Vec::new(), ..good.clone() });
    let mut tax = good.clone();
    tax.vat[0].tax += Cents(250);
    plant("tax", &tax);
    let mut reverse = einvoice(sample(VatCategory::Ae));
    reverse.seller.vat_number = None;
    plant("reverse-without-number", &reverse);
    let mut reason = einvoice(sample(VatCategory::Ae));
    reason.vat[0].reason = None;
    reason.vat[0].reason_code = None;
    plant("no-reason", &reason);
    let mut outside = einvoice(sample(VatCategory::O));
    outside.seller.vat_number = Some("NL999999990B00".to_owned());
    plant("outside-with-number", &outside);
    let mut nowhere = einvoice(corpus.last().unwrap());
    nowhere.delivery.as_mut().unwrap().country = "XX".to_owned();
    plant("delivered-nowhere", &nowhere);
    plant("type", &EInvoice { type_code: 999, ..good });

    let python = std::env::var("GABARIT_PYTHON").unwrap_or_else(|_| {
        panic!("the validator is not set up: run scripts/setup.sh python, then source scripts/env.sh")
    });
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../scripts/validate_einvoices.py");
    let output = Command::new(python).arg(script).arg(&folder).output().unwrap();
    let report = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{report}{}", String::from_utf8_lossy(&output.stderr));
    for line in ["1000 cii checked", "1000 ubl checked", "9 cii broken", "9 ubl broken"] {
        assert!(report.lines().any(|said| said == line), "{report}");
    }
}

/// A country without VAT: zero-rated, not standard at nought (BR-S-05, BR-Z-05).
#[test]
fn a_country_without_vat_is_zero_rated() {
    let treatment = gabarit_domain::vat::treatment(
        OperatorVat { country: country("NL"), rate: BasisPoints(0) },
        &gabarit_domain::vat::Customer {
            country: country("NL"),
            vat_number: None,
            vat_status: gabarit_domain::vat::VatStatus::None,
            is_private: false,
        },
    );
    assert_eq!(treatment, VatTreatment { category: VatCategory::Z, rate: BasisPoints(0) });
}
