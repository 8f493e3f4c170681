//! The provider's own client for Node.js against the sandbox.

use gabarit_server::sandbox::start_for_tests;
use std::path::Path;

/// S17–S19: what the official client does works against the sandbox as against the provider.
#[tokio::test(flavor = "multi_thread")]
async fn s17_the_official_client_finds_the_api_it_knows() {
    let (base, _sandbox) = start_for_tests().await.unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let output = tokio::task::spawn_blocking(move || {
        std::process::Command::new("node")
            .arg("end2end/contract/mollie.mjs")
            .arg(base.as_str())
            .current_dir(root)
            .output()
    })
    .await
    .unwrap()
    .expect("Node.js, as scripts/setup.sh installs it");
    let words = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{words}");
}
