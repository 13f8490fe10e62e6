//! The handshake calculator, beside step 2.

use ::handshake::{Policy, Refusal, accept_key, upgrade};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Request;
use rand::rngs::StdRng;
use rand::{Rng as _, RngExt as _, SeedableRng as _};
use serde_json::{Value, json};

use crate::reader::{Reader, SEED};

/// Keys right and wrong: sixteen random bytes each, then too many, too few, and none.
fn keys() -> Vec<String> {
    let mut random = StdRng::seed_from_u64(SEED);
    let mut keys = Vec::new();
    for _ in 0..300 {
        let mut nonce = [0; 16];
        random.fill_bytes(&mut nonce);
        keys.push(STANDARD.encode(nonce));
    }
    for length in [0, 1, 14, 15, 17, 18, 60, 200] {
        keys.push(STANDARD.encode(vec![7; length]));
    }
    // A digit more, a digit less, a wrong digit, no padding, and bits behind the last byte.
    let key = keys[0].clone();
    for place in 0..key.len() {
        keys.push(key[..place].to_owned());
        let other = char::from(random.random_range(b'!'..=b'~'));
        keys.push(format!("{}{other}{}", &key[..place], &key[place + 1..]));
        keys.push(format!("{}{other}{}", &key[..place], &key[place..]));
    }
    keys
}

fn is_taken(key: &str) -> bool {
    let request = Request::get("/")
        .header("Host", "127.0.0.1")
        .header("Upgrade", "websocket")
        .header("Connection", "Upgrade")
        .header("Sec-WebSocket-Version", "13")
        .header("Sec-WebSocket-Key", key);
    request.body(()).is_ok_and(|request| upgrade(&request, &Policy::default()).is_ok())
}

/// RFC 6455 §4.2.2: the handshake calculator computes and refuses as step 2 does.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn the_handshake_calculator_computes_and_refuses_as_step_2_does() {
    let reader = Reader::start().await;
    reader.opens("02-handshake.html").await;
    let keys = keys();
    let values: Vec<Value> = keys.iter().map(|key| json!(key)).collect();
    let script = "return `${websocket.acceptKey(value).accept} ${websocket.isKey(value)}`";
    let calculated = reader.each(&values, script).await;
    for (key, calculated) in keys.iter().zip(calculated) {
        assert_eq!(calculated, format!("{} {}", accept_key(key), is_taken(key)), "{key}");
    }
    assert!(keys.iter().any(|key| is_taken(key)) && !keys.iter().all(|key| is_taken(key)));

    let browser = &reader.browser;
    browser.waits_for_text(".tool dd", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=").await;
    browser.types(".tool input", "=").await;
    browser.waits_for_text(".tool .wrong", &Refusal::Key.to_string()).await;
    browser.click(".tool button").await;
    browser.waits_for_text(".tool .verdict", "a key: sixteen bytes").await;
    let key = browser.script("return document.querySelector('.tool input').value").await;
    let key = key.as_str().unwrap();
    assert!(is_taken(key), "{key}");
    browser.waits_for_text(".tool dd", &accept_key(key)).await;
    reader.closes().await;
}
