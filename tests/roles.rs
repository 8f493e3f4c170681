//! Who may do what: every page, server function and other address, against every role. What each answers is written in
//! one table; an address that is not in it fails, and so does one that is gone. The world is full of what could leak:
//! a paid, completed booking with its documents, bank accounts, sessions, invitations; no answer may hold a mark of
//! somebody whose it is not.
//!
//! A new page or server function is one line in [`TABLE`]. Which one, the test says: what is not listed is asked by
//! every role, and the failure prints the rows as they were answered. Read them before they are pasted.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode, header},
};
use chrono::TimeDelta;
use gabarit::server::http::{pages, router};
use gabarit_domain::ids::{AccountId, BookingId, NominationId};
use gabarit_i18n::Locale;
use gabarit_server::{
    jobs,
    services::{
        accounts, bookings, candidates, community, contact, disputes, experts, files::SentFile, membership, payments,
        referral, rentals, work,
    },
    testing::{ExpertSpec, PASSWORD, PDF, TestExpert, TestPlatform},
};
use gabarit_view::{
    account::AccountView,
    booking::BookingForm,
    candidate::ApplicationForm,
    community::ThreadForm,
    contact::{ContactForm, DeskForm, Side},
    dispute::DisputeForm,
    error::ApiError,
    nomination::{ContributionForm as NominationContributionForm, NominationForm},
    referral::{AskForm, LeadForm, ReferralForm},
    rental::RentalForm,
};
use leptos::config::LeptosOptions;
use std::{
    collections::BTreeSet,
    fmt::Write as _,
    io,
    sync::{Arc, Mutex},
};
use tower::ServiceExt as _;
use uuid::Uuid;

/// Columns of the table.
const ROLES: [&str; 6] = ["visitor", "client", "other client", "expert", "other expert", "manager"];

/// (method and address as the router has it, what is asked for, the status for each of [`ROLES`]).
///
/// `{l}` is a language; `{booking}`, `{invoice}`, `{self_billed}`, `{expert}`, `{client}` … are ids of the world's. After
/// a space: the form that is posted. The booking is the client's with the expert; documents are its.
type Row = (&'static str, &'static str, [u16; 6]);

include!("roles/table.rs");

/// Somebody, and whether they are signed in.
struct World {
    p: TestPlatform,
    app: Router,
    client: AccountView,
    other_client: AccountView,
    expert: TestExpert,
    other_expert: TestExpert,
    manager: AccountView,
    booking: BookingId,
    documents: [String; 2],
    /// Of the other client's application.
    candidate: String,
    /// What the client sent the expert with a message.
    attached: String,
    /// Of the client's conversation with the contact desk.
    request: String,
    /// What the client sent the desk.
    asked: String,
    /// What went with a manager's note about it.
    noted: String,
    /// The client's order for licences alone.
    rental: String,
    /// The other client's.
    nomination: String,
    /// In the community of members: the other expert is one.
    thread: String,
    /// The expert's as a referral partner: code, partnership, and a lead that it brought.
    referral: [String; 3],
}

/// What the other client wrote to become an expert.
const APPLICATION: &str = "Marqueur Candidature";
/// What the client wrote to the managers.
const REQUEST: &str = "Marqueur Demande au comptoir";
/// What managers keep to themselves about it.
const NOTED: &str = "Marqueur Note jointe";
/// What the client wrote to the expert.
const LETTER: &str = "Marqueur Lettre à l'expert";
/// The name of what went with it.
const ATTACHED: &str = "Marqueur Plan joint";
/// What the client wrote about the expert's work.
const DISPUTE: &str = "Marqueur Litige du client";
/// What the other client wrote to be recognised.
const NOMINATION: &str = "Marqueur Nomination";
/// What the other expert wrote to other members.
const COMMUNITY: &str = "Marqueur Communauté";
/// What the expert wrote to become a referral partner.
const MOTIVATION: &str = "Marqueur Motivation";
/// Who left a lead with the expert's link: for managers alone.
const LEAD: &str = "Marqueur Prospect";

const MARKS: [&str; 5] = [
    "Marqueur Organisation SA",
    "Marqueur Contact",
    "+32 499 77 88 99",
    "marqueur-facture@client.example",
    "MARQ-2026",
];

impl World {
    async fn new() -> Self {
        let p = TestPlatform::sqlite().await;
        let client = p.client("Marie Cliente").await;
        let other_client = p.client("Olivier Autre").await;
        let expert = p.expert(ExpertSpec::default()).await;
        let other_expert = p.expert(ExpertSpec::default()).await;
        let manager = p.manager().await;
        p.bank_account(&expert, "BE68 5390 0754 7034").await;
        p.bank_account(&other_expert, "NL91 ABNA 0417 1643 00").await;
        let form = BookingForm {
            expert: expert.id.to_string(),
            days: "2026-12-01,2026-12-02".into(),
            mode: "remote".into(),
            country: "BE".into(),
            organisation: MARKS[0].into(),
            contact_name: MARKS[1].into(),
            phone: MARKS[2].into(),
            street: "Rue du Marqueur 1".into(),
            postal_code: "4000".into(),
            city: "Liège".into(),
            invoice_email: MARKS[3].into(),
            order_number: MARKS[4].into(),
            method: "ideal".into(),
            terms: "on".into(),
            key: p.ids.uuid().to_string(),
            ..BookingForm::default()
        };
        let quote = shown(&p, &client, &form).await;
        let form = BookingForm { seen: quote, ..form };
        let placed = bookings::place(&p, &client, &form, Locale::Fr).await.unwrap();
        let reference = p.provider.last_reference();
        p.provider.pay(&reference);
        payments::sync(&p, &reference).await.unwrap();
        bookings::accept(&p, &expert.account, placed.id).await.unwrap();
        p.clock.set("2026-12-03T09:00:00Z".parse().unwrap());
        jobs::run_due(&p).await.unwrap();
        let view = |account: AccountView| {
            let p = p.clone();
            async move { bookings::view(&p, &account, placed.id, Locale::Fr).await.unwrap() }
        };
        let invoice = view(client.clone()).await.documents[0].id.to_string();
        let self_billed = view(expert.account.clone()).await.documents[0].id.to_string();
        let plan = SentFile { name: format!("{ATTACHED}.pdf"), bytes: PDF.to_vec() };
        let key = p.ids.uuid().to_string();
        work::write_with_files(&p, &client, placed.id, LETTER, &key, vec![plan]).await.unwrap();
        let written = work::thread(&p, &client, placed.id).await.unwrap().messages;
        let attached = written[0].files[0].id.to_string();
        let request = ContactForm {
            topic: "feedback".into(),
            message: REQUEST.into(),
            locale: "fr".into(),
            ..ContactForm::default()
        };
        let file = |name: &str| vec![SentFile { name: format!("{name}.pdf"), bytes: PDF.to_vec() }];
        let request = contact::open_with_files(&p, Some(&client), &request, "192.0.2.1", file(REQUEST)).await;
        let request = request.unwrap().reference;
        let note = DeskForm {
            reference: request.clone(),
            version: "1".into(),
            act: "note".into(),
            note: NOTED.into(),
            ..DeskForm::default()
        };
        contact::act_with_files(&p, &manager, &note, file(NOTED)).await.unwrap();
        let seen = contact::request(&p, &manager, &request, Locale::Fr).await.unwrap().thread;
        let of = |side: Side| {
            let message = seen.messages.iter().find(|message| message.side == side);
            message.unwrap().files[0].id.to_string()
        };
        let (asked, noted) = (of(Side::Sender), of(Side::Note));
        let candidate = candidates::submit(&p, &other_client, &application(), Locale::Fr).await.unwrap().to_string();
        let dispute = DisputeForm {
            id: placed.id.to_string(),
            act: "open".into(),
            days: vec!["2026-12-02".into()],
            message: format!("{DISPUTE}: personne n’est venu."),
            key: p.ids.uuid().to_string(),
            ..DisputeForm::default()
        };
        disputes::act(&p, &client, &dispute).await.unwrap();
        let rental = order(&p, &client).await.to_string();
        let nomination = nominate(&p, &other_client).await.to_string();
        let thread = converse(&p, &other_expert.account).await;
        let referral = refer(&p, &expert, &manager).await;
        let options = LeptosOptions::builder().output_name(Arc::<str>::from("gabarit")).build();
        Self {
            app: router((*p).clone(), options),
            p,
            client,
            other_client,
            expert,
            other_expert,
            manager,
            booking: placed.id,
            documents: [invoice, self_billed],
            candidate,
            attached,
            request,
            asked,
            noted,
            rental,
            nomination,
            thread,
            referral,
        }
    }

    fn account(&self, role: usize) -> Option<&AccountView> {
        match role {
            0 => None,
            1 => Some(&self.client),
            2 => Some(&self.other_client),
            3 => Some(&self.expert.account),
            4 => Some(&self.other_expert.account),
            _ => Some(&self.manager),
        }
    }

    fn filled(&self, text: &str) -> String {
        let id = |id: AccountId| id.to_string();
        text.replace("{all}", ALL)
            .replace("{l}", "en")
            .replace("{booking}", &self.booking.to_string())
            .replace("{invoice}", &self.documents[0])
            .replace("{self_billed}", &self.documents[1])
            .replace("{expert}", &self.expert.id.to_string())
            .replace("{client}", &id(self.client.id))
            .replace("{manager}", &id(self.manager.id))
            .replace("{candidate}", &self.candidate)
            .replace("{attached}", &self.attached)
            .replace("{request}", &self.request)
            .replace("{asked}", &self.asked)
            .replace("{noted}", &self.noted)
            .replace("{rental}", &self.rental)
            .replace("{nomination}", &self.nomination)
            .replace("{thread}", &self.thread)
            .replace("{code}", &self.referral[0])
            .replace("{partner}", &self.referral[1])
            .replace("{lead}", &self.referral[2])
            .replace("{nobody}", "00000000-0000-0000-0000-000000000000")
    }

    /// Each cell has a session of its own: some of what is tried ends sessions.
    async fn ask(&self, address: &str, what: &str, role: usize) -> (StatusCode, String) {
        let (method, _) = address.split_once(' ').unwrap();
        let (path, form) = what.split_once(' ').unwrap_or((what, ""));
        let mut request = Request::builder().method(method).uri(with_hash(&self.filled(path)));
        if let Some(account) = self.account(role) {
            let token = accounts::sign_in(&self.p, &account.email, PASSWORD, "192.0.2.1").await.unwrap();
            request = request.header(header::COOKIE, format!("gabarit={}", token.expose()));
        }
        let request = request
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ACCEPT, if path.starts_with("/api/") { "application/json" } else { "text/html" })
            .header("sec-fetch-site", "same-origin")
            .body(Body::from(self.filled(form)))
            .unwrap();
        let response = self.app.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 20_000_000).await.unwrap();
        (parts.status, String::from_utf8_lossy(&bytes).into_owned())
    }

    /// What must not be in an answer to a role: whose mark it is, and the mark.
    fn marks(&self, role: usize) -> Vec<(&'static str, String)> {
        let parties = [1, 3, 5].contains(&role);
        let mut marks = Vec::new();
        let mut unless = |allowed: bool, whose: &'static str, text: &str| {
            if !allowed {
                marks.push((whose, text.to_owned()));
            }
        };
        for mark in MARKS {
            unless(parties, "the client's booking", mark);
        }
        unless([1, 5].contains(&role), "the client's conversation with the desk", REQUEST);
        unless(role == 5, "managers' note about it", NOTED);
        unless([1, 3].contains(&role), "what the client wrote to the expert", LETTER);
        unless([1, 3].contains(&role), "what the client sent the expert", ATTACHED);
        unless([2, 5].contains(&role), "the other client's application", APPLICATION);
        unless(parties, "what the client disputes", DISPUTE);
        unless([2, 5].contains(&role), "the other client's nomination", NOMINATION);
        unless([4, 5].contains(&role), "what members write to each other", COMMUNITY);
        unless([3, 5].contains(&role), "what the expert wrote to become a partner", MOTIVATION);
        unless(role == 5, "who left a lead", LEAD);
        unless(parties, "the client's address", &self.client.email);
        unless(parties, "the expert's address", &self.expert.account.email);
        unless([2, 5].contains(&role), "the other client's address", &self.other_client.email);
        unless([4, 5].contains(&role), "the other expert's address", &self.other_expert.account.email);
        unless(role == 5, "the manager's address", &self.manager.email);
        unless([3, 5].contains(&role), "the expert's bank account", "BE•• •••• 7034");
        unless([4, 5].contains(&role), "the other expert's bank account", "NL•• •••• 4300");
        // Nobody is shown these whole.
        unless(role == 5, "a whole bank account", "BE68539007547034");
        unless(false, "a password's hash", "$argon2");
        marks
    }
}

/// An order for licences alone, unpaid.
async fn order(p: &TestPlatform, client: &AccountView) -> Uuid {
    let form = RentalForm {
        first: "2026-12-10".into(),
        last: "2026-12-12".into(),
        seats: "revit:1".into(),
        country: "BE".into(),
        organisation: MARKS[0].into(),
        contact_name: MARKS[1].into(),
        phone: MARKS[2].into(),
        street: "Rue du Marqueur 1".into(),
        postal_code: "4000".into(),
        city: "Liège".into(),
        invoice_email: MARKS[3].into(),
        order_number: MARKS[4].into(),
        method: "ideal".into(),
        terms: "on".into(),
        key: p.ids.uuid().to_string(),
        ..RentalForm::default()
    };
    let form = p.consented(client, form, Locale::Fr).await.unwrap();
    rentals::place(p, client, &form, Locale::Fr).await.unwrap().id
}

/// A nomination that was sent.
async fn nominate(p: &TestPlatform, nominee: &AccountView) -> NominationId {
    let shared = NominationContributionForm {
        channel: "forum".into(),
        occurred_on: "2026-11-30".into(),
        url: "https://forum.example/answers/1".into(),
        title: format!("{NOMINATION}, réponse"),
        language: "fr".into(),
        helped: format!("{NOMINATION}, ce qui a aidé"),
        paid: "no".into(),
        ..NominationContributionForm::default()
    };
    let form = NominationForm {
        statement: format!("{NOMINATION}: je réponds aux questions sur les familles et le travail partagé. ").repeat(4),
        language: "fr".into(),
        country: "BE".into(),
        truthful: "on".into(),
        ..NominationForm::default()
    };
    p.stand(nominee, &shared, &form).await.unwrap()
}

/// A thread of the members' community, by somebody who becomes one.
async fn converse(p: &TestPlatform, account: &AccountView) -> String {
    let mut tx = p.db.begin().await.unwrap();
    membership::grant(&mut tx.exec(), p, account.id, p.ids.uuid(), p.now()).await.unwrap();
    tx.commit().await.unwrap();
    let form = ThreadForm {
        language: "fr".into(),
        title: format!("{COMMUNITY}, titre"),
        body: format!("{COMMUNITY}, texte"),
        ..ThreadForm::default()
    };
    community::begin(p, account, &form).await.unwrap().to_string()
}

/// Makes the expert a referral partner, with a lead by a visitor.
async fn refer(p: &TestPlatform, expert: &TestExpert, manager: &AccountView) -> [String; 3] {
    let ask = AskForm { motivation: MOTIVATION.into(), locale: "fr".into() };
    referral::ask(p, &expert.account, &ask).await.unwrap();
    let asked = referral::queue(p, manager, "", 1).await.unwrap().partners[0].id.to_string();
    let grant = ReferralForm {
        id: asked.clone(),
        version: referral::partner_file(p, manager, &asked).await.unwrap().version.to_string(),
        act: "granted".into(),
        ..ReferralForm::default()
    };
    referral::decide(p, manager, &grant).await.unwrap();
    let desk = referral::desk(p, &expert.account, Locale::Fr).await.unwrap();
    let code = desk.current.unwrap().code.unwrap().to_string();
    let lead = LeadForm {
        code: code.clone(),
        form_key: p.ids.uuid().to_string(),
        organisation: "Bureau du prospect".into(),
        contact_name: LEAD.into(),
        email: "prospect@client.example".into(),
        products: vec!["revit".into()],
        seats: "2".into(),
        country: "BE".into(),
        message: format!("{LEAD}, son message"),
        consent: "on".into(),
        locale: "fr".into(),
        ..LeadForm::default()
    };
    referral::leave(p, None, &lead, "192.0.2.1").await.unwrap();
    let left = referral::queue(p, manager, "", 1).await.unwrap().leads[0].id.to_string();
    [code, asked, left]
}

/// An application that could be sent.
fn application() -> ApplicationForm {
    let fields = [
        ("display_name", APPLICATION),
        ("phone", "+32 4 111 11 11"),
        ("place", "Liège, Belgique"),
        ("headline", "Revit for hospitals"),
        ("summary", "Families, coordination and quantity take-off for large hospitals."),
        ("summary_language", "fr"),
        ("remote", "on"),
        ("product_revit", "on"),
        ("sector_construction", "on"),
        ("language_fr", "on"),
        ("certificate1_title", "Revit for Architectural Design Professional"),
        ("certificate1_number", "ACP-0001"),
        ("certificate1_issued", "2025-05-01"),
        ("diploma1_title", "Architecte"),
        ("diploma1_school", "Exemple Institut"),
        ("diploma1_year", "2010"),
        ("experience1_title", "BIM manager"),
        ("experience1_organisation", "Exemple Bureau"),
        ("experience1_from", "2012"),
        ("truthful", "on"),
    ];
    ApplicationForm(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
}

/// Every parameter that a server function which reads has.
const ALL: &str = "locale=en&reference={request}&expert={expert}&booking=&query=&key=&country=&product=&language=&page=1\
                   &which=&queue=&topic=&mine=false&span=&code=x&shown=&month=2026-12&search=&all=false&closed=false\
                   &state=open&from=&to=&first=&last=&kind=&actor=&year=2026&text=";

/// What to ask of an address that is not in the table: ids of the world's where its words say whose.
fn probe(address: &str) -> String {
    let (method, path) = address.split_once(' ').unwrap();
    let says = |words: &[&str]| words.iter().any(|word| path.contains(word));
    let id = if says(&["candidate"]) {
        "{candidate}"
    } else if says(&["self_billed", "document"]) {
        "{self_billed}"
    } else if says(&["community"]) {
        "{thread}"
    } else if says(&["nomination", "programme/review", "review_seat"]) {
        "{nomination}"
    } else if says(&["lead"]) {
        "{lead}"
    } else if says(&["referral"]) {
        "{partner}"
    } else if says(&["rental"]) {
        "{rental}"
    } else if says(&["manage/desk", "contact", "request", "reply"]) {
        "{request}"
    } else if says(&["expert"]) {
        "{expert}"
    } else if says(&["booking", "order", "message", "thread", "dispute", "rating", "others"]) {
        "{booking}"
    } else {
        "{nobody}"
    };
    let mut asked = String::new();
    for (at, part) in path.split('/').enumerate() {
        let part = match part {
            "{locale}" if at == 1 => "{l}",
            "{locale}" => "en",
            "{expert}" => "{expert}",
            "{format}" => "pdf",
            "{month}" => "2026-12",
            "{whose}" => "client",
            "{account}" => "bank",
            "{thread}" => "{thread}",
            "{name}" => "bookings",
            "{reference}" => "{request}",
            "{code}" => "{code}",
            part if part.starts_with('{') || part.starts_with(':') => id,
            part => part,
        };
        asked.push_str(if at == 0 { "" } else { "/" });
        asked.push_str(part);
    }
    match (method, path.starts_with("/api/") && !path.starts_with("/api/v1")) {
        ("GET", true) => format!("{asked}?id={id}&{{all}}"),
        ("GET", false) => asked,
        _ => format!("{asked} id={id}&reference={{request}}&locale=en"),
    }
}

/// The fingerprint of the price that a client is shown.
async fn shown(p: &TestPlatform, client: &AccountView, form: &BookingForm) -> String {
    let refused = bookings::place(p, client, form, Locale::Fr).await.unwrap_err();
    match refused {
        ApiError::PriceChanged { quote, .. } => quote.read().unwrap().fingerprint(),
        other => {
            let _ = experts::products(p).await;
            panic!("{other:?}")
        }
    }
}

/// Server functions without an address of their own have one with a hash in it.
fn plain(path: &str) -> &str {
    path.trim_end_matches(|c: char| c.is_ascii_digit())
}

/// The address as it is, with the hash if there is one.
fn with_hash(path: &str) -> String {
    let (address, query) = path.split_once('?').unwrap_or((path, ""));
    let known = server_fn::axum::server_fn_paths().find(|(known, _)| plain(known) == address);
    let address = known.map_or(address, |(known, _)| known);
    if query.is_empty() { address.to_owned() } else { format!("{address}?{query}") }
}

/// Every address there is: pages, server functions, and what the sources of the HTTP server add.
fn addresses() -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for route in pages() {
        for method in route.methods() {
            all.insert(format!("{} {}", method_name(method), route.path()));
        }
    }
    for (path, method) in server_fn::axum::server_fn_paths() {
        all.insert(format!("{method} {}", plain(path)));
    }
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/server");
    for file in sources(&folder) {
        let text = std::fs::read_to_string(&file).unwrap();
        let prefix = if file.ends_with("rest.rs") { "/api/v1" } else { "" };
        // A route that has a name is written as its address is.
        let text = text
            .split("const ")
            .skip(1)
            .filter_map(|line| {
                let (name, rest) = line.split_once(": &str = \"")?;
                Some((name.to_owned(), rest.split('"').next()?.to_owned()))
            })
            .fold(text.clone(), |text, (name, address)| {
                text.replace(&format!(".route({name},"), &format!(".route(\"{address}\","))
            });
        for route in text.split(".route(\"").skip(1) {
            let (path, rest) = route.split_once('"').unwrap();
            let handler: String = rest.chars().take_while(|c| *c != '\n').collect();
            for method in ["get", "post", "put", "delete"] {
                if handler.contains(&format!("{method}(")) {
                    all.insert(format!("{} {prefix}{path}", method.to_uppercase()));
                }
            }
        }
    }
    all
}

fn method_name(method: leptos_router::Method) -> &'static str {
    match method {
        leptos_router::Method::Get => "GET",
        leptos_router::Method::Post => "POST",
        leptos_router::Method::Put => "PUT",
        leptos_router::Method::Delete => "DELETE",
        leptos_router::Method::Patch => "PATCH",
    }
}

fn sources(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else {
            found.push(path);
        }
    }
    found
}

/// What is amiss with an answer to a role: a mark of somebody else's, or a look behind.
fn amiss(world: &World, what: &str, role: usize, status: StatusCode, body: &str, leaks: &mut String) {
    for (whose, mark) in world.marks(role) {
        if body.contains(&mark) && !what.starts_with("/dev/") {
            let _ = writeln!(leaks, "{what} gives the {} {whose}: {mark}", ROLES[role]);
        }
    }
    let inside = ["panicked at", "SELECT ", "sqlx", "src/"];
    let tells = !status.is_success() && body.len() < 2_000 && inside.iter().any(|inside| body.contains(inside));
    if status.is_server_error() || tells {
        let _ = writeln!(leaks, "{what} tells the {} what is behind it: {status}", ROLES[role]);
    }
}

/// Invariant 5: every address is in the table, and the table names no other. What is not listed is tried all the same:
/// the failure has the rows to add, as they are answered now.
#[tokio::test(flavor = "multi_thread")]
async fn every_address_is_listed() {
    let listed: BTreeSet<String> = TABLE.iter().map(|row| row.0.to_owned()).collect();
    let there = addresses();
    assert!(there.len() > 60, "{} addresses", there.len());
    let gone: Vec<_> = listed.difference(&there).collect();
    let unlisted: Vec<_> = there.difference(&listed).collect();
    if unlisted.is_empty() {
        assert!(gone.is_empty(), "in the table only: {gone:#?}");
        return;
    }
    let world = World::new().await;
    let (mut rows, mut leaks) = (String::new(), String::new());
    for address in unlisted {
        let what = probe(address);
        let mut got = [0_u16; 6];
        for (role, got) in got.iter_mut().enumerate() {
            let (status, body) = world.ask(address, &what, role).await;
            *got = status.as_u16();
            amiss(&world, &what, role, status, &body, &mut leaks);
        }
        let _ = writeln!(rows, "    (\"{address}\", \"{what}\", {got:?}),");
    }
    world.p.finish().await;
    panic!(
        "not in the table, to be read and pasted:\n{rows}\nleaks among them:\n{leaks}\nin the table only: {gone:#?}"
    );
}

/// Invariant 5: each role gets what the table says of each address, and nothing of anybody else's.
#[tokio::test(flavor = "multi_thread")]
async fn each_role_gets_its_own() {
    let world = World::new().await;
    let (mut wrong, mut leaks) = (String::new(), String::new());
    for row in TABLE {
        let mut got = [0_u16; 6];
        for (role, got) in got.iter_mut().enumerate() {
            let (status, body) = world.ask(row.0, row.1, role).await;
            *got = status.as_u16();
            amiss(&world, row.1, role, status, &body, &mut leaks);
        }
        if got != row.2 {
            let _ = writeln!(wrong, "    (\"{}\", \"{}\", {got:?}), // not {:?}", row.0, row.1, row.2);
        }
        // Throttles of what was tried in vain are no matter of roles.
        world.p.clock.advance(TimeDelta::seconds(1));
    }
    assert!(leaks.is_empty(), "{leaks}");
    assert!(wrong.is_empty(), "other answers than the table's:\n{wrong}");
    world.p.finish().await;
}

/// Everything that is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// S43: no log keeps who looked at a profile, at the most talkative: neither whose it was nor who looked. The line that
/// each request has is there, with the route's template.
#[tokio::test]
async fn logs_keep_no_visits() {
    let world = World::new().await;
    let log = Log::default();
    let writer = log.clone();
    let subscriber =
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(move || writer.clone()).finish();
    // A single one would be asked by whichever thread passes a place first, which may be another test's; of two, both are.
    let _second = tracing::Dispatch::new(tracing::subscriber::NoSubscriber::default());
    let guard = tracing::subscriber::set_default(subscriber);
    let api = with_hash("/api/profile?locale=en&id={expert}");
    for role in 0..ROLES.len() {
        for what in ["/{l}/experts/{expert}", "/api/v1/experts/{expert}", api.as_str()] {
            assert_eq!(world.ask("GET it", what, role).await.0, StatusCode::OK, "{what}");
        }
    }
    drop(guard);
    let text = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    assert!(text.contains("/{locale}/experts/{id}"), "the requests were not logged: {text}");
    let ours = text.lines().filter(|line| line.contains("gabarit"));
    for line in ours {
        for mark in [world.expert.id.to_string(), world.client.id.to_string(), world.client.email.clone()] {
            assert!(!line.contains(&mark), "{line}");
        }
    }
    world.p.finish().await;
}
