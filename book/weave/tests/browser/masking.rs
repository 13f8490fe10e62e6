//! The masking animation, beside step 3.

use rand::rngs::StdRng;
use rand::{Rng as _, RngExt as _, SeedableRng as _};
use serde_json::{Value, json};
use unmasking::mask_bytewise;

use crate::reader::{Reader, SEED};

/// RFC 6455 §5.3: the animation masks as step 3 does.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn the_animation_masks_as_step_3_does() {
    let reader = Reader::start().await;
    reader.opens("03-unmasking.html").await;
    let mut random = StdRng::seed_from_u64(SEED);
    let payloads: Vec<(Vec<u8>, [u8; 4])> = (0..300)
        .map(|length| {
            let mut payload = vec![0; length % 40];
            random.fill_bytes(&mut payload);
            (payload, random.random())
        })
        .collect();
    let values: Vec<Value> = payloads.iter().map(|payload| json!(payload)).collect();
    let masked = "return websocket.hex(websocket.mask(Uint8Array.from(value[0]), value[1]))";
    let masked = reader.each(&values, masked).await;
    for ((payload, key), masked) in payloads.iter().zip(masked) {
        let mut bytes = payload.clone();
        mask_bytewise(&mut bytes, *key, 0);
        let hex: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(masked, hex.join(" "), "{payload:02x?} {key:02x?}");
    }

    // The masked "hello", as a browser sends it.
    let browser = &reader.browser;
    browser.waits_for_text(".tool table", "5f\t9f\t4d\t51\t58").await;
    browser.waits_for_text(".tool .verdict", "byte 5 with byte 1 of the key: 6f ⊕ 37 = 58").await;
    browser.script("document.querySelectorAll('.tool button')[1].click()").await;
    browser.waits_for_text(".tool .verdict", "byte 1 with byte 1 of the key: 68 ⊕ 37 = 5f").await;
    browser.types(".tool label:nth-of-type(2) input", " 00").await;
    browser.waits_for_text(".tool .wrong", "a masking key has 4 bytes, and these are 5").await;
    reader.closes().await;
}
