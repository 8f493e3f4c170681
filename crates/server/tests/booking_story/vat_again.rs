//! The VAT register was silent at the booking and speaks later: corrected once, or left as it is, and nothing lost.

use crate::{
    cuts::{accepted, cut, days},
    stage::{DAYS, Stage},
};
use gabarit_domain::{
    booking::PaymentMethod,
    ids::BookingId,
    invoice::{Document, DocumentKind},
    money::{BasisPoints, Cents},
    settlement::Choice,
    vat::{VatCategory, VatStatus},
};
use gabarit_server::{
    services::{
        bookings::{settling::Cut, vat_again},
        documents,
    },
    testing::for_each_db,
};
use gabarit_view::{
    account::AccountView,
    booking::{BookingAction, BookingForm, Side, VatFound},
    error::ApiError,
};

const NUMBER: &str = "DE136695976";

/// A form whose number the register says nothing of.
fn silent(stage: &Stage, method: PaymentMethod) -> BookingForm {
    stage.p.register.says(NUMBER, VatStatus::Unknown);
    BookingForm { country: "DE".to_owned(), vat_number: NUMBER.to_owned(), ..stage.form(DAYS, method) }
}

/// The documents of a client, oldest first; of one instant, credit notes first.
async fn papers(stage: &Stage, manager: &AccountView, id: BookingId) -> Vec<Document> {
    let mut found = Vec::new();
    for link in documents::list(&stage.p, id, Side::Client).await.unwrap() {
        found.push(documents::get(&stage.p, manager, link.id).await.unwrap());
    }
    found
}

fn kinds(papers: &[Document]) -> Vec<(DocumentKind, VatCategory, Cents)> {
    papers.iter().map(|paper| (paper.number.kind, paper.vat.treatment.category, paper.total)).collect()
}

const CORRECTIONS: &str = "SELECT COUNT(*) FROM vat_correction";

/// S31: confirmed the next time: the invoice is credited whole and issued anew with reverse charge and both numbers, the
/// VAT goes back to the cent, the evidence is kept, and it happens once.
#[tokio::test(flavor = "multi_thread")]
async fn confirmed_later_is_corrected_once() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let manager = stage.p.manager().await;
        // Two days at €800: €1,600, with VAT €1,936.
        let (id, reference) = accepted(&stage, silent(&stage, PaymentMethod::Ideal)).await;
        stage.work().await;
        assert_eq!(
            kinds(&papers(&stage, &manager, id).await),
            [(DocumentKind::Invoice, VatCategory::S, Cents(193_600))]
        );
        // Still silent: asked again the next day.
        stage.at("2026-11-24T12:00:00Z").await;
        assert_eq!(stage.count(CORRECTIONS).await, 0);
        stage.p.register.says(NUMBER, VatStatus::Confirmed);
        stage.at("2026-11-26T12:00:00Z").await;
        stage.work().await;
        let found = papers(&stage, &manager, id).await;
        assert_eq!(
            kinds(&found),
            [
                (DocumentKind::Invoice, VatCategory::S, Cents(193_600)),
                (DocumentKind::CreditNote, VatCategory::S, Cents(193_600)),
                (DocumentKind::Invoice, VatCategory::Ae, Cents(160_000)),
            ]
        );
        assert_eq!(found[1].corrects.unwrap().number, found[0].number);
        assert_eq!((found[2].prepaid, found[2].due), (Cents(160_000), Cents::ZERO));
        assert_eq!(found[2].buyer.vat_number.as_ref().unwrap().as_str(), NUMBER);
        assert_eq!(found[2].lines, found[0].lines);
        let totals = stage.p.provider.totals(&reference);
        assert_eq!((totals.charged, totals.refunded), (Cents(193_600), Cents(33_600)));
        let view = stage.client_view(id).await;
        assert_eq!((view.quote.total, view.order.customer.vat_status), (Cents(160_000), VatStatus::Confirmed));
        assert_eq!(
            stage
                .count(
                    "SELECT COUNT(*) FROM vat_correction c JOIN vat_check k ON k.id = c.check_id \
                WHERE k.status = 'confirmed' AND c.outcome = 'corrected' AND c.vat = 33600"
                )
                .await,
            1
        );
        assert_eq!(vat_again::ask_now(&stage.p, &manager, id).await, Err(ApiError::MovedOn));
        assert_eq!(vat_again::ask_by_itself(&stage.p, id).await, Err(ApiError::MovedOn));
        stage.at("2026-12-05T12:00:00Z").await;
        assert_eq!(papers(&stage, &manager, id).await.len(), 3);
        stage.sound().await;
    })
    .await;
}

/// Many at once, managers and the job: one correction, one refund.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn corrected_once_by_many() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let manager = stage.p.manager().await;
        let (id, reference) = accepted(&stage, silent(&stage, PaymentMethod::Ideal)).await;
        stage.p.register.says(NUMBER, VatStatus::Confirmed);
        let mut tasks = tokio::task::JoinSet::new();
        for n in 0..8 {
            let (p, manager) = (stage.p.clone(), manager.clone());
            tasks.spawn(async move {
                if n % 2 == 0 {
                    vat_again::ask_now(&p, &manager, id).await.map(|found| assert_eq!(found, VatFound::Corrected))
                } else {
                    vat_again::ask_by_itself(&p, id).await
                }
            });
        }
        let done = tasks.join_all().await;
        assert!(done.iter().all(|result| matches!(result, Ok(()) | Err(ApiError::MovedOn))), "{done:?}");
        assert_eq!(done.iter().filter(|result| result.is_ok()).count(), 1);
        stage.work().await;
        assert_eq!(stage.count(CORRECTIONS).await, 1);
        assert_eq!(papers(&stage, &manager, id).await.len(), 3);
        assert_eq!(stage.p.provider.totals(&reference).refunded, Cents(33_600));
        stage.sound().await;
    })
    .await;
}

/// No such number: the VAT stays, the client is told once, the answer is kept, and nobody asks again.
#[tokio::test(flavor = "multi_thread")]
async fn invalid_leaves_the_vat() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let manager = stage.p.manager().await;
        let (id, reference) = accepted(&stage, silent(&stage, PaymentMethod::Ideal)).await;
        stage.p.register.says(NUMBER, VatStatus::Invalid);
        assert_eq!(vat_again::ask_now(&stage.p, &manager, id).await, Ok(VatFound::Invalid));
        assert_eq!(vat_again::ask_now(&stage.p, &manager, id).await, Err(ApiError::MovedOn));
        stage.at("2026-11-28T12:00:00Z").await;
        assert_eq!(papers(&stage, &manager, id).await.len(), 1);
        assert_eq!(stage.p.provider.totals(&reference).refunded, Cents::ZERO);
        let told = stage.mail_to(&stage.client.email).await;
        assert_eq!(told.iter().filter(|subject| subject.contains("inconnu du registre")).count(), 1, "{told:?}");
        assert_eq!(stage.count("SELECT COUNT(*) FROM vat_correction WHERE outcome = 'invalid' AND vat = 0").await, 1);
        stage.sound().await;
    })
    .await;
}

/// Only managers, and only where there is a question: not of a number that was confirmed, nor before an invoice.
#[tokio::test(flavor = "multi_thread")]
async fn only_where_there_is_a_question() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let manager = stage.p.manager().await;
        let asks = async |id| {
            let view = gabarit_server::services::bookings::view(&stage.p, &manager, id, gabarit_i18n::Locale::En);
            view.await.unwrap().actions.contains(&BookingAction::AskRegister)
        };
        let form = BookingForm { days: "2026-12-08".to_owned(), ..silent(&stage, PaymentMethod::Ideal) };
        let waiting = stage.place_as(&stage.client, form).await.unwrap().id;
        assert_eq!(vat_again::ask_now(&stage.p, &manager, waiting).await, Err(ApiError::MovedOn));
        let (id, _) = accepted(&stage, silent(&stage, PaymentMethod::Ideal)).await;
        assert!(asks(id).await);
        for actor in [&stage.client, &stage.expert.account] {
            assert_eq!(vat_again::ask_now(&stage.p, actor, id).await, Err(ApiError::Forbidden));
        }
        assert_eq!(vat_again::ask_now(&stage.p, &manager, id).await, Ok(VatFound::Unknown));
        let (plain, _) = accepted(&stage, stage.form("2026-12-10", PaymentMethod::Ideal)).await;
        assert!(!asks(plain).await);
        assert_eq!(vat_again::ask_now(&stage.p, &manager, plain).await, Err(ApiError::MovedOn));
        let nobody = BookingId(stage.p.ids.uuid());
        assert_eq!(vat_again::ask_now(&stage.p, &manager, nobody).await, Err(ApiError::NotFound));
    })
    .await;
}

/// An assignment that a manager cut short before: invoices less credit notes are what is kept, now without VAT.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_cut_short_is_corrected_too() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let manager = stage.p.manager().await;
        let (id, reference) = accepted(&stage, silent(&stage, PaymentMethod::Ideal)).await;
        let choice = Choice {
            days: days("2026-12-01"),
            back: BasisPoints(1_234),
            travel: true,
            lodging: true,
            rentals: true,
            supplement: false,
        };
        let shown = cut(&stage, &manager, id, &Cut::ByManager { choice, goes_on: true }).await;
        // 87.66 % of €800 is €701.28.
        assert_eq!(shown.kept_total, Cents(84_855));
        stage.p.register.says(NUMBER, VatStatus::Confirmed);
        assert_eq!(vat_again::ask_now(&stage.p, &manager, id).await, Ok(VatFound::Corrected));
        stage.work().await;
        let found = papers(&stage, &manager, id).await;
        assert_eq!(
            kinds(&found),
            [
                (DocumentKind::CreditNote, VatCategory::S, Cents(193_600 - 84_855)),
                (DocumentKind::CreditNote, VatCategory::S, Cents(84_855)),
                (DocumentKind::CreditNote, VatCategory::Ae, Cents(160_000 - 70_128)),
                (DocumentKind::Invoice, VatCategory::S, Cents(193_600)),
                (DocumentKind::Invoice, VatCategory::Ae, Cents(160_000)),
            ]
        );
        assert_eq!(found[4].due, Cents::ZERO);
        assert_eq!(stage.p.provider.totals(&reference).refunded, Cents(193_600 - 70_128));
        stage.sound().await;
        // And it can be cut again afterwards.
        cut(&stage, &stage.client, id, &Cut::ByClient).await;
        stage.sound().await;
    })
    .await;
}

/// A card that is still to be captured comes first: corrected once it is.
#[tokio::test(flavor = "multi_thread")]
async fn a_card_is_captured_first() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let manager = stage.p.manager().await;
        let id = stage.place_as(&stage.client, silent(&stage, PaymentMethod::CreditCard)).await.unwrap().id;
        let reference = stage.p.provider.last_reference();
        stage.p.provider.authorize(&reference);
        gabarit_server::services::payments::sync(&stage.p, &reference).await.unwrap();
        stage.accept(id).await;
        stage.p.register.says(NUMBER, VatStatus::Confirmed);
        assert_eq!(vat_again::ask_now(&stage.p, &manager, id).await, Ok(VatFound::Later));
        assert_eq!(stage.count(CORRECTIONS).await, 0);
        stage.work().await;
        stage.at("2026-11-24T12:00:00Z").await;
        stage.work().await;
        assert_eq!(stage.count(CORRECTIONS).await, 1);
        assert_eq!(stage.p.provider.totals(&reference).refunded, Cents(33_600));
        stage.sound().await;
    })
    .await;
}

/// Nothing kept, nothing to correct: noted, and the documents stay as they are.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_kept_is_nothing_to_correct() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let manager = stage.p.manager().await;
        let (id, _) = accepted(&stage, silent(&stage, PaymentMethod::Ideal)).await;
        cut(&stage, &stage.expert.account, id, &Cut::ByExpert { worked: days("") }).await;
        stage.p.register.says(NUMBER, VatStatus::Confirmed);
        assert_eq!(vat_again::ask_now(&stage.p, &manager, id).await, Ok(VatFound::Nothing));
        assert_eq!(papers(&stage, &manager, id).await.len(), 2);
        assert_eq!(stage.count("SELECT COUNT(*) FROM vat_correction WHERE outcome = 'nothing'").await, 1);
        stage.sound().await;
    })
    .await;
}
