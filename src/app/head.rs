//! The document's head: style, script, and the policy that lets nothing else in.

use crate::{i18n::Locale, texts};
use gabarit_server::config::Config;
use leptos::{WasmSplitManifest, config::LeptosOptions, nonce::use_nonce, prelude::*};
use leptos_axum::ResponseOptions;
use std::{collections::HashMap, sync::Arc};

/// Addresses of the site's own files, with their hashes, and what pages may load; read once.
#[derive(Clone, Debug)]
pub struct HeadFiles {
    options: LeptosOptions,
    script: String,
    wasm: String,
    style: String,
    /// Which files hold the code of which area.
    areas: Option<WasmSplitManifest>,
    form_targets: String,
    connect_targets: &'static str,
}

impl HeadFiles {
    /// Reads the names that the build gave to its files.
    #[must_use]
    pub fn read(options: &LeptosOptions, config: &Config) -> Self {
        let hashes: HashMap<String, String> = std::env::current_exe()
            .ok()
            .filter(|_| options.hash_files)
            .and_then(|program| std::fs::read_to_string(program.parent()?.join(&*options.hash_file)).ok())
            .unwrap_or_default()
            .lines()
            .filter_map(|line| line.split_once(':'))
            .map(|(file, hash)| (file.trim().to_owned(), hash.trim().to_owned()))
            .collect();
        let address = |kind: &str| {
            let hash = hashes.get(kind).map(|hash| format!(".{hash}")).unwrap_or_default();
            format!("/{}/{}{hash}.{kind}", options.site_pkg_dir, options.output_name)
        };
        let areas = hashes.get("manifest").and_then(|hash| {
            let folder = options.site_pkg_dir.to_string();
            let file = std::path::Path::new(&*options.site_root).join(&folder);
            let manifest = std::fs::read_to_string(file.join(format!("__wasm_split_manifest.{hash}.json"))).ok()?;
            let loader = format!("__wasm_split.{}.js", hashes.get("split")?);
            let files = serde_json::from_str(&manifest).ok()?;
            Some(WasmSplitManifest(ArcStoredValue::new((format!("/{folder}"), files, loader))))
        });
        // A booking is a post that the provider's page follows: browsers hold that redirect against the form's targets.
        let provider = &config.payment_url;
        let mut form_targets = format!("'self' {}", provider.origin().ascii_serialization());
        if let Some(domain) = provider.host_str().and_then(|host| host.strip_prefix("api.")) {
            form_targets.push_str(&format!(" https://{domain} https://*.{domain}"));
        }
        Self {
            script: address("js"),
            wasm: address("wasm"),
            style: address("css"),
            areas,
            form_targets,
            // While the developer's tool watches, the page listens to it.
            connect_targets: if std::env::var_os("LEPTOS_WATCH").is_some() { "'self' ws:" } else { "'self'" },
            options: options.clone(),
        }
    }

    /// The policy of a page: its own files, and the scripts that carry its nonce.
    fn policy(&self, nonce: &str) -> String {
        format!(
            "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
             font-src 'self'; connect-src {}; manifest-src 'self'; base-uri 'none'; form-action {}; frame-ancestors 'none'",
            self.connect_targets, self.form_targets,
        )
    }
}

/// Style, and the script that wakes the page.
#[component]
pub fn HeadLinks() -> impl IntoView {
    let files: Arc<HeadFiles> = use_context()?;
    let nonce = use_nonce().map(|nonce| nonce.to_string()).unwrap_or_default();
    if let Some(response) = use_context::<ResponseOptions>()
        && let Ok(policy) = http::HeaderValue::from_str(&files.policy(&nonce))
    {
        response.insert_header(http::header::CONTENT_SECURITY_POLICY, policy);
    }
    // The files of the area that is rendered are named in the head too, so that nothing waits for a file to name the next.
    if let Some(areas) = &files.areas {
        provide_context(areas.clone());
    }
    let wake = format!(
        "import init,{{hydrate}} from {:?};await init({{module_or_path:{:?}}});await hydrate();",
        files.script, files.wasm
    );
    let language = use_context::<http::request::Parts>()
        .and_then(|parts| Locale::parse(parts.uri.path().split('/').nth(1)?))
        .unwrap_or_default();
    let words = texts::address(language);
    Some(view! {
        <link rel="stylesheet" href=files.style.clone()/>
        <link rel="modulepreload" href=files.script.clone()/>
        <link rel="preload" href=files.wasm.clone() r#as="fetch" r#type="application/wasm" crossorigin="anonymous"/>
        <link rel="preload" href=words r#as="fetch" r#type="text/plain" crossorigin="anonymous"/>
        <script type="module" nonce=nonce>{wake}</script>
        <AutoReload options=files.options.clone()/>
    })
}
