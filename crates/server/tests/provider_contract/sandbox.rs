//! The sandbox itself: restarts and pages.

use crate::support::*;
use gabarit_domain::booking::PaymentMethod;
use gabarit_i18n::Locale;
use gabarit_server::{
    config::Config,
    payments::{PaymentProvider, ProviderError, ProviderState, mollie::MollieClient},
    sandbox::{Handle, serve, start_for_tests},
};
use reqwest::Client;
use std::time::Duration;
use tokio::net::TcpListener;

/// S17: open payments, idempotency keys and webhooks not yet delivered survive a restart.
#[tokio::test]
async fn payments_survive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let start = || {
        Handle::start(|options| {
            options.folder = Some(folder.path().to_owned());
            options.retry = Duration::from_millis(5);
        })
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let webhook = url(&format!("http://{address}/webhook"));
    let open = new_payment(PaymentMethod::Ideal, 100, &webhook);
    let paid = new_payment(PaymentMethod::Bancontact, 100, &webhook);
    let first = start().await.unwrap();
    let client = first.client().unwrap();
    let open_reference = client.create(&open).await.unwrap().reference;
    let paid_reference = client.create(&paid).await.unwrap().reference;
    assert_eq!(first.pay_and_report(&paid_reference), Some(ProviderState::Paid));
    drop((first, client));
    // A crash tore the last line.
    let journal = folder.path().join("sandbox.jsonl");
    let mut bytes = std::fs::read(&journal).unwrap();
    bytes.extend_from_slice(b"{\"payment\":{\"id\":\"tr_");
    std::fs::write(&journal, bytes).unwrap();

    let second = start().await.unwrap();
    let client = second.client().unwrap();
    assert_eq!(client.create(&open).await.unwrap().reference, open_reference);
    assert_eq!(client.get(&open_reference).await.unwrap().state, ProviderState::Open);
    assert_eq!(client.get(&paid_reference).await.unwrap().state, ProviderState::Paid);
    let mut merchant = Merchant::on(TcpListener::bind(address).await.unwrap(), 0);
    assert_eq!(merchant.hears().await, format!("id={paid_reference}"));
}

/// S19: the pages name the sandbox as one, ask for nothing from outside, and carry nothing typed as markup; names of
/// other machines are refused.
#[tokio::test]
async fn s19_pages_are_safe_and_marked() {
    let (base, sandbox) = start_for_tests().await.unwrap();
    let client = sandbox.client().unwrap();
    for (locale, lang, banner) in [
        (Locale::Fr, "fr", "Aucun argent ne circule"),
        (Locale::Nl, "nl", "geen geld"),
        (Locale::En, "en", "No money moves"),
    ] {
        let mut wanted = new_payment(PaymentMethod::CreditCard, 100, &nowhere());
        wanted.locale = locale;
        wanted.description = "<script>alert('x')</script>\"".to_owned();
        let made = client.create(&wanted).await.unwrap();
        let page = made.checkout_url.unwrap();
        let index = base.join(&format!("?lang={lang}")).unwrap();
        let (_, open) = read_page(&page).await;
        assert_eq!(sandbox.fail(&made.reference), Some(ProviderState::Failed));
        let (_, settled) = read_page(&page).await;
        let (_, front) = read_page(&index).await;
        for html in [open, settled, front] {
            assert!(html.contains(&format!("<html lang=\"{lang}\">")) && html.contains(banner), "{html}");
            assert!(!html.contains("<script") && !html.contains("src="), "{html}");
        }
    }
    assert_eq!(read_page(&base.join("checkout/tr_unknown").unwrap()).await.0, 404);
    let http = Client::builder().no_proxy().build().unwrap();
    let page = http.get(base.clone()).header("Host", "sandbox.example").send().await.unwrap();
    assert_eq!(page.status().as_u16(), 421);
    assert!(page.headers()["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"));
}

/// A platform that others can reach never runs a sandbox, and a sandbox never listens to others.
#[tokio::test]
async fn the_sandbox_stays_on_this_machine() {
    for (variable, value) in [("GABARIT_PUBLIC_URL", "https://gabarit.example"), ("GABARIT_SANDBOX_ADDR", "0.0.0.0:0")]
    {
        let config = Config::read(|name| (name == variable).then(|| value.to_owned())).unwrap();
        let refused = serve(&config, std::future::pending()).await.unwrap_err();
        assert_eq!(refused.kind(), std::io::ErrorKind::PermissionDenied, "{refused}");
        assert!(refused.to_string().contains(variable), "{refused}");
    }
}

/// `gabarit sandbox` answers until it is told to stop.
#[tokio::test]
async fn the_sandbox_is_served_and_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    drop(listener);
    let data = folder.path().join("var").display().to_string();
    let config = Config::read(|name| match name {
        "GABARIT_SANDBOX_ADDR" => Some(address.clone()),
        "GABARIT_DATA_DIR" => Some(data.clone()),
        _ => None,
    })
    .unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let server = tokio::spawn(async move {
        serve(&config, async {
            let _ = stopped.await;
        })
        .await
    });
    let client = MollieClient::new(&url(&format!("http://{address}")), "test_sandbox").unwrap();
    let wanted = new_payment(PaymentMethod::Ideal, 100, &nowhere());
    // Until it listens, the client says so; asking again under the same id is what the platform does, too.
    let made = loop {
        match client.create(&wanted).await {
            Err(ProviderError::Unavailable(_)) => tokio::task::yield_now().await,
            answer => break answer.unwrap(),
        }
    };
    assert_eq!(made.state, ProviderState::Open);
    drop(client);
    stop.send(()).unwrap();
    tokio::time::timeout(PATIENCE, server).await.expect("it stops").unwrap().unwrap();
}

/// The control page: faults and what happens to a payment are ordered by hand, in three languages, and by nobody else's
/// page.
#[tokio::test]
async fn faults_are_ordered_by_hand() {
    let (base, sandbox) = start_for_tests().await.unwrap();
    let client = sandbox.client().unwrap();
    let mut merchant = Merchant::listening(0).await;
    let wanted = new_payment(PaymentMethod::Ideal, 100, &merchant.url);
    let reference = client.create(&wanted).await.unwrap().reference;
    let http = Client::builder().no_proxy().build().unwrap();
    let post = async |path: &str, form: &[(&str, &str)]| {
        let answer = http.post(base.join(path).unwrap()).form(form).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    let (_, front) = read_page(&base.join("?lang=en").unwrap()).await;
    assert!(front.contains("Nothing is ordered") && front.contains(&format!("/payments/{reference}")), "{front}");
    let token = front.split("name=\"token\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let order = [("fault", "refund-fails"), ("times", "2"), ("lang", "en")];
    assert_eq!(post("faults", &order).await.0, 403, "without the page's token nothing is ordered");
    let payment = format!("payments/{reference}");
    assert_eq!(post(&payment, &[("act", "charge-back"), ("token", "guessed")]).await.0, 403);
    let with = |pairs: &[(&'static str, &str)]| -> Vec<(&'static str, String)> {
        let mut form: Vec<_> = pairs.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        form.push(("token", token.clone()));
        form
    };
    let send = async |path: &str, pairs: &[(&'static str, &str)]| {
        let form = with(pairs);
        let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let (status, page) = post(path, &form).await;
        assert_eq!(status, 200, "{page}");
        page
    };
    let page = send("faults", &order).await;
    assert!(page.contains("2 times"), "{page}");
    let page = send("faults", &[("fault", "none"), ("lang", "nl")]).await;
    assert!(page.contains("<html lang=\"nl\">") && page.contains("Er is niets besteld"), "{page}");

    assert_eq!(sandbox.pay(&reference), Some(ProviderState::Paid));
    let id = gabarit_domain::ids::RefundId(uuid::Uuid::from_u128(1));
    let refund = client.refund(&reference, id, 1, gabarit_domain::money::Cents(100), "x").await.unwrap();
    assert_eq!(merchant.hears().await, format!("id={reference}"));
    for (lang, word) in [("fr", "en attente"), ("nl", "wacht"), ("en", "waiting")] {
        let (status, page) = read_page(&base.join(&format!("{payment}?lang={lang}")).unwrap()).await;
        assert!(status == 200 && page.contains(&format!("<html lang=\"{lang}\">")) && page.contains(word), "{page}");
        assert!(page.contains(&refund) && !page.contains("<script"), "{page}");
    }
    let page = send(&payment, &[("act", "fail-refund"), ("refund", &refund), ("lang", "en")]).await;
    assert!(page.contains("returned"), "{page}");
    assert_eq!(merchant.hears().await, format!("id={reference}"));
    send(&payment, &[("act", "webhook"), ("lang", "en")]).await;
    assert_eq!(merchant.hears().await, format!("id={reference}"));
    send(&payment, &[("act", "charge-back"), ("lang", "en")]).await;
    assert_eq!(client.chargebacks(&reference).await.unwrap().len(), 1);
    let page = send(&payment, &[("act", "reverse"), ("lang", "en")]).await;
    assert!(page.contains("given again"), "{page}");
    assert_eq!(read_page(&base.join("payments/tr_unknown").unwrap()).await.0, 404);
}
