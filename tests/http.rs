//! The server as browsers and strangers meet it: statuses, headers, cookies, forms without script.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode, header},
};
use gabarit::server::http::router;
use gabarit_server::{
    services::accounts,
    testing::{PASSWORD, PDF, TestPlatform},
};
use leptos::config::LeptosOptions;
use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};
use tower::ServiceExt as _;

struct Site {
    app: Router,
    platform: TestPlatform,
    folder: tempfile::TempDir,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }
}

impl Site {
    async fn open() -> Self {
        let platform = TestPlatform::sqlite().await;
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("pkg")).unwrap();
        std::fs::write(folder.path().join("pkg/gabarit.abc.js"), "export {}").unwrap();
        std::fs::write(folder.path().join("robots.txt"), "User-agent: *").unwrap();
        let app = router((*platform).clone(), options(&folder));
        Self { app, platform, folder }
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.app.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 10_000_000).await.unwrap();
        Answer { status: parts.status, headers: parts.headers, body: String::from_utf8_lossy(&bytes).into_owned() }
    }

    async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    /// What a browser without script sends.
    async fn post_form(&self, path: &str, from: &str, cookie: &str, form: &str) -> Answer {
        let request = Request::post(path)
            .header(header::ACCEPT, "text/html,application/xhtml+xml")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::REFERER, format!("http://127.0.0.1:3000{from}"))
            .header(header::ORIGIN, "http://127.0.0.1:3000")
            .header("sec-fetch-site", "same-origin")
            .header(header::COOKIE, cookie)
            .body(Body::from(form.to_owned()))
            .unwrap();
        self.send(request).await
    }

    /// What a browser without script sends of a form with files.
    async fn post_files(&self, path: &str, cookie: &str, texts: &[(&str, &str)], files: &[(&str, &[u8])]) -> Answer {
        let mut body = Vec::new();
        for (name, value) in texts {
            let part = format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend_from_slice(part.as_bytes());
        }
        for (name, bytes) in files {
            let head = format!("--x\r\nContent-Disposition: form-data; name=\"files\"; filename=\"{name}\"\r\n\r\n");
            body.extend([head.as_bytes(), bytes, b"\r\n"].concat());
        }
        body.extend_from_slice(b"--x--\r\n");
        self.send(upload(path, cookie, Body::from(body))).await
    }

    async fn close(self) {
        self.platform.finish().await;
        drop(self.folder);
    }
}

fn options(folder: &tempfile::TempDir) -> LeptosOptions {
    LeptosOptions::builder()
        .output_name(Arc::<str>::from("gabarit"))
        .site_root(Arc::<str>::from(folder.path().to_str().unwrap()))
        .hash_files(true)
        .build()
}

fn upload(path: &str, cookie: &str, body: Body) -> Request<Body> {
    Request::post(path)
        .header(header::ACCEPT, "text/html,application/xhtml+xml")
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=x")
        .header("sec-fetch-site", "same-origin")
        .header(header::COOKIE, cookie)
        .body(body)
        .unwrap()
}

fn path_of(location: &str) -> &str {
    location.strip_prefix("http://127.0.0.1:3000").unwrap_or(location)
}

#[tokio::test]
async fn pages_and_files_answer_as_they_should() {
    let site = Site::open().await;
    let request = Request::get("/").header(header::ACCEPT_LANGUAGE, "nl-BE,fr;q=0.5").body(Body::empty()).unwrap();
    let start = site.send(request).await;
    assert_eq!((start.status, start.header("location")), (StatusCode::TEMPORARY_REDIRECT, "/nl"));
    assert_eq!(site.get("/").await.header("location"), "/fr");

    for (locale, word) in [("fr", "Créer un compte"), ("nl", "Account maken"), ("en", "Create an account")] {
        let page = site.get(&format!("/{locale}/sign-up")).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.body.contains(&format!("<html lang=\"{locale}\">")), "{locale}");
        assert!(page.body.contains(word), "{locale}");
        assert_eq!(page.header("cache-control"), "private, no-cache");
        assert!(page.body.contains("hreflang=\"en\""));
    }
    for missing in ["/xx", "/xx/experts", "/fr/no-such-page", "/fr/%ff", "/fr/a/b/c/d", "/nope.txt", "/pkg/nope.js"] {
        let page = site.get(missing).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{missing}");
        assert!(page.body.contains("<footer"), "{missing} is laid out");
    }
    let script = site.get("/pkg/gabarit.abc.js").await;
    assert_eq!(
        (script.status, script.header("cache-control")),
        (StatusCode::OK, "public, max-age=31536000, immutable")
    );
    let robots = site.get("/robots.txt").await;
    assert_eq!((robots.status, robots.header("cache-control")), (StatusCode::OK, "public, max-age=3600"));
    assert_eq!(site.get("/healthz").await.status, StatusCode::OK);
    assert_eq!(site.get("/readyz").await.status, StatusCode::OK);
    assert_eq!(site.get("/dev/mail").await.status, StatusCode::OK);
    site.close().await;
}

#[tokio::test]
async fn every_answer_has_its_guards() {
    let site = Site::open().await;
    for path in ["/fr", "/fr/nope", "/healthz", "/robots.txt", "/"] {
        let answer = site.get(path).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "same-origin", "{path}");
        assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"), "{path}");
        assert_eq!(answer.header("x-request-id").len(), 36, "{path}");
    }
    let page = site.get("/fr").await;
    let policy = page.header("content-security-policy").to_owned();
    let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap().to_owned();
    assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{policy}");
    let scripts = page.body.matches("<script").count();
    assert_eq!(page.body.matches(&format!("nonce=\"{nonce}\"")).count(), scripts, "each script carries the nonce");
    assert!(!page.body.contains(" style=\""), "the policy would refuse styles in attributes");
    assert_ne!(site.get("/fr").await.header("content-security-policy"), policy, "a nonce is used once");

    // Another site cannot make a browser act here.
    for (name, value) in [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example"), ("origin", "null")] {
        let request = Request::post("/api/sign_out").header(name, value).body(Body::from("locale=fr")).unwrap();
        assert_eq!(site.send(request).await.status, StatusCode::FORBIDDEN, "{name}: {value}");
    }
    site.close().await;
}

#[tokio::test]
async fn bad_input_is_never_a_fault() {
    let site = Site::open().await;
    for (path, body) in [
        ("/api/sign_in", &b"email=\xff\xfe&password=%ff&locale=%00"[..]),
        ("/api/sign_in", b""),
        ("/api/sign_up", b"email[]=1&email=2"),
        ("/api/sign_up", b"email=a%00b%40c.example&name=%3Cscript%3E&password=1234567890"),
        ("/api/update_account", b"name=x"),
        ("/api/no_such_function", b"x"),
        ("/webhooks/payments", b"id=tr_unknown"),
        ("/webhooks/payments", b"nothing"),
        ("/webhooks/payments", b"id=../../etc"),
    ] {
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body))
            .unwrap();
        let answer = site.send(request).await;
        assert!(answer.status.as_u16() < 500, "{path} {:?}: {}", String::from_utf8_lossy(body), answer.status);
        assert!(!answer.body.contains("serde") && !answer.body.contains("src/"), "{path} says what is behind it");
    }
    // Refused by what its head says, or else where the reading ends.
    for (length, status) in [(true, StatusCode::PAYLOAD_TOO_LARGE), (false, StatusCode::BAD_REQUEST)] {
        let mut huge = Request::post("/api/sign_in").body(Body::from(vec![b'a'; 400_000])).unwrap();
        if length {
            huge.headers_mut().insert(header::CONTENT_LENGTH, 400_000.into());
        }
        assert_eq!(site.send(huge).await.status, status);
    }
    for path in ["/documents/x/pdf", "/documents/00000000-0000-0000-0000-000000000000/pdf"] {
        assert_eq!(site.get(path).await.status, StatusCode::UNAUTHORIZED, "{path}");
    }
    assert_eq!(site.get("/fr/sign-in?__err=%ff&__path=%2Fapi%2Fsign_in").await.status, StatusCode::OK);
    assert_eq!(site.get("/fr/sign-in?__err=e30%3D&__path=%2Fapi%2Fsign_in").await.status, StatusCode::OK);
    site.close().await;
}

/// Without script a refused form comes back with what was typed, the password excepted, and says what is wrong; then
/// it succeeds, and leads on to where its reader was going.
#[tokio::test]
async fn forms_lose_nothing_without_script() {
    let site = Site::open().await;
    let next = "%2Ffr%2Flevels%3Fx%3D1";
    let form = |email: &str, password: &str| {
        format!("name=Zo%C3%A9+%3Cb%3E&email={email}&phone=&password={password}&locale=fr&next={next}")
    };
    let page = format!("/fr/sign-up?next={next}");
    let refused = site.post_form("/api/sign_up", &page, "", &form("nobody", "short")).await;
    assert_eq!(refused.status, StatusCode::FOUND);
    let back = path_of(refused.header("location")).to_owned();
    assert!(back.starts_with("/fr/sign-up?"), "{back}");
    let again = site.get(&back).await;
    assert!(again.body.contains("value=\"Zoé &lt;b&gt;\""), "the name is kept, as text");
    assert!(again.body.contains("value=\"nobody\""));
    assert!(!again.body.contains("value=\"short\""), "passwords are not kept");
    assert!(again.body.contains("id=\"sign-up-email-error\"") && again.body.contains("aria-invalid=\"true\""));
    assert!(again.body.contains("value=\"/fr/levels?x=1\""), "it still leads on");
    // What was kept is given back once.
    assert!(!site.get(&back).await.body.contains("value=\"nobody\""));

    // Refused from the page that shows the first refusal: one error in the address, not two.
    let twice = site.post_form("/api/sign_up", &back, "", &form("nobody", "short")).await;
    assert_eq!(twice.header("location").matches("__err").count(), 1);

    let done = site.post_form("/api/sign_up", &page, "", &form("zoe%40example.com", "a+rather+long+phrase")).await;
    assert_eq!(done.status, StatusCode::FOUND);
    assert_eq!(done.header("location"), "/fr/levels?x=1&notice=welcome");
    let cookie = done.header("set-cookie");
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    let cookie = cookie.split(';').next().unwrap().to_owned();

    let request = Request::get("/fr/account").header(header::COOKIE, &cookie).body(Body::empty()).unwrap();
    let account = site.send(request).await;
    assert_eq!(account.status, StatusCode::OK);
    assert!(account.body.contains("zoe@example.com"));
    assert_eq!(site.get("/fr/account").await.status, StatusCode::UNAUTHORIZED);

    let out = site.post_form("/api/sign_out", "/fr/account", &cookie, "locale=fr").await;
    assert_eq!(out.header("location"), "/fr?notice=signed-out");
    let request = Request::get("/fr/account").header(header::COOKIE, &cookie).body(Body::empty()).unwrap();
    assert_eq!(site.send(request).await.status, StatusCode::UNAUTHORIZED, "the session is over, not only the cookie");

    // Signing in never leads to another site.
    let sneaky = "email=zoe%40example.com&password=a+rather+long+phrase&locale=nl&next=%2F%2Fevil.example";
    let signed_in = site.post_form("/api/sign_in", "/nl/sign-in", "", sneaky).await;
    assert_eq!(signed_in.header("location"), "/nl");
    site.close().await;
}

/// S11: who may not write is told before what they send is read: of a flood no more than a little is heard out, nothing is
/// kept, and the answer is the same as for what never was.
#[tokio::test]
async fn the_right_comes_before_the_files() {
    let site = Site::open().await;
    let stranger = site.platform.client("Eve").await;
    let token = accounts::sign_in(&site.platform, &stranger.email, PASSWORD, "192.0.2.1").await.unwrap();
    let cookie = format!("gabarit={}", token.expose());
    let nobody = "00000000-0000-0000-0000-000000000000";
    for (path, cookie, status) in [
        (format!("/messages/{nobody}/write"), cookie.as_str(), StatusCode::NOT_FOUND),
        (format!("/disputes/{nobody}/files"), cookie.as_str(), StatusCode::NOT_FOUND),
        ("/contact/write/ABCDEFGH".to_owned(), cookie.as_str(), StatusCode::NOT_FOUND),
        ("/contact/write/ABCDEFGH?key=guessed".to_owned(), "", StatusCode::NOT_FOUND),
        ("/contact/answer/ABCDEFGH".to_owned(), cookie.as_str(), StatusCode::FORBIDDEN),
        (format!("/messages/{nobody}/write"), "", StatusCode::UNAUTHORIZED),
        ("/contact/write/ABCDEFGH".to_owned(), "", StatusCode::UNAUTHORIZED),
        ("/candidates/documents".to_owned(), "", StatusCode::UNAUTHORIZED),
    ] {
        let read = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&read);
        let flood = futures::stream::repeat_with(move || {
            counter.fetch_add(1, Ordering::Relaxed);
            Ok::<_, Infallible>(vec![0_u8; 1024 * 1024])
        });
        let answer = site.send(upload(&path, cookie, Body::from_stream(flood))).await;
        assert_eq!(answer.status, status, "{path}");
        assert!(read.load(Ordering::Relaxed) <= 18, "{path}: {read:?} MB were read");
    }
    // Whoever may send is not heard out for ever, either.
    let read = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&read);
    let head = b"--x\r\nContent-Disposition: form-data; name=\"files\"; filename=\"a.pdf\"\r\n\r\n".to_vec();
    let rest = futures::stream::repeat_with(move || {
        counter.fetch_add(1, Ordering::Relaxed);
        vec![0_u8; 1024 * 1024]
    });
    let flood = futures::StreamExt::chain(futures::stream::iter([head]), rest);
    let flood = futures::StreamExt::map(flood, Ok::<_, Infallible>);
    let answer = site.send(upload("/contact/send", "", Body::from_stream(flood))).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert!(answer.header("location").contains("__err="), "{}", answer.header("location"));
    assert!(read.load(Ordering::Relaxed) <= 70, "{read:?} MB were read");
    assert_eq!(site.platform.stored_files(), 0);
    site.close().await;
}

/// What a page loads is loaded, too, while a further router of the same process is being made.
#[tokio::test]
async fn pages_are_answered_while_a_router_is_made() {
    let site = Site::open().await;
    let (platform, options) = ((*site.platform).clone(), options(&site.folder));
    let making = tokio::task::spawn_blocking(move || {
        for _ in 0..30 {
            drop(router(platform.clone(), options.clone()));
        }
    });
    let mut pages = 0;
    while pages < 5 || !making.is_finished() {
        assert_eq!(site.get("/en/contact").await.status, StatusCode::OK);
        pages += 1;
    }
    making.await.unwrap();
    site.close().await;
}

/// S10, S11: a visitor without script attaches to the first message and to a further one: refused, everything typed is
/// there again and the field says why; sent, the file is fetched by the link's secret and by nobody without it.
#[tokio::test]
async fn the_desk_takes_files_without_script() {
    let site = Site::open().await;
    let texts = [
        ("locale", "en"),
        ("topic", "question"),
        ("name", "Vera <Voorbeeld>"),
        ("email", "vera@client.example"),
        ("message", "Please see the plan."),
        ("website", ""),
    ];
    let page = site.get("/en/contact").await;
    assert!(page.body.contains("action=\"/contact/send\"") && page.body.contains("type=\"file\""));
    let refused = site.post_files("/contact/send", "", &texts, &[("plan.pdf", b"<!doctype html>")]).await;
    assert_eq!(refused.status, StatusCode::SEE_OTHER);
    let back = refused.header("location").to_owned();
    assert!(back.starts_with("/en/contact?") && back.ends_with("#write"), "{back}");
    let again = site.get(back.split('#').next().unwrap()).await;
    assert!(again.body.contains("Please see the plan.") && again.body.contains("value=\"Vera &lt;Voorbeeld&gt;\""));
    assert!(again.body.contains("id=\"contact-files-error\"") && again.body.contains("plan.pdf is not a complete PDF"));
    assert_eq!(site.platform.stored_files(), 0);

    let sent = site.post_files("/contact/send", "", &texts, &[("plan.pdf", PDF)]).await;
    // The screen has the reference; what opens the conversation went to the address.
    let reference = sent.header("location").strip_prefix("/en/contact?sent=").unwrap().to_owned();
    let done = site.get(sent.header("location")).await;
    assert!(done.body.contains(&reference) && !done.body.contains("?key="), "{}", done.body);
    assert_eq!(site.get(&format!("/en/contact/{reference}")).await.status, StatusCode::UNAUTHORIZED);
    let to = format!("/en/contact/{reference}?key={}", site.platform.desk_key(&reference).await.unwrap());
    let thread = site.get(&to).await;
    let link = thread.body.split("href=\"/contact/files/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let file = site.get(&format!("/contact/files/{link}")).await;
    assert_eq!((file.status, file.header("content-type")), (StatusCode::OK, "application/pdf"));
    assert!(file.header("content-disposition").starts_with("attachment") && file.body.starts_with("%PDF-1.4"));
    let bare = link.split('?').next().unwrap();
    assert_eq!(site.get(&format!("/contact/files/{bare}")).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(site.get(&format!("/contact/files/{bare}?key=guessed")).await.status, StatusCode::NOT_FOUND);

    let write = thread.body.split("action=\"/contact/write/").nth(1).unwrap().split('"').next().unwrap();
    let write = format!("/contact/write/{}", write.replace("&amp;", "&"));
    let texts = [("locale", "en"), ("message", "And the section.")];
    let refused = site.post_files(&write, "", &texts, &[("cut.png", PDF), ("empty.pdf", b"")]).await;
    let back = refused.header("location").to_owned();
    let again = site.get(back.split('#').next().unwrap()).await;
    assert!(again.body.contains("And the section.") && again.body.contains("empty.pdf is empty"), "{back}");
    let done = site.post_files(&write, "", &texts, &[("cut.png", PDF)]).await;
    assert!(done.header("location").contains("notice=message-sent"));
    let thread = site.get(&to).await;
    assert!(thread.body.contains("And the section.") && thread.body.contains("cut.pdf"));
    assert_eq!(site.platform.stored_files(), 2);
    site.close().await;
}
