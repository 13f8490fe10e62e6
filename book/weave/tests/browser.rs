//! The book in a real browser: what is to play with does what our Rust does, and every page fits.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use framing::{FrameHeader, Masking, draw_as_svg};
use handshake::{Policy, Refusal, accept_key, upgrade};
use http::Request;
use rand::rngs::StdRng;
use rand::{Rng as _, RngExt as _, SeedableRng as _};
use serde_json::{Value, json};
use testkit::Server;
use unmasking::mask_bytewise;
use weave::page::Page;
use weave::program;

mod support;

use support::Reader;

/// Every test sees the same frames and keys each time.
const SEED: u64 = 6455;

/// What step 4 says of these bytes, in one text.
fn judged(bytes: &[u8], masking: Masking) -> String {
    match FrameHeader::decode(bytes, masking) {
        Err(error) => format!("{error} {}", error.clause()),
        Ok(None) => "more".to_owned(),
        Ok(Some((header, end))) => {
            let length = usize::try_from(header.length).unwrap_or(usize::MAX);
            let mut payload = bytes[end..].iter().copied().take(length).collect::<Vec<u8>>();
            if let Some(key) = header.masking_key {
                mask_bytewise(&mut payload, key, 0);
            }
            format!("{end} {}", draw_as_svg(&header, &payload))
        }
    }
}

/// Frames right and wrong: every first byte, every second, lengths at each border and beside it,
/// each cut anywhere, and noise.
fn frames() -> Vec<Vec<u8>> {
    let mut random = StdRng::seed_from_u64(SEED);
    let mut noise = |count: usize| {
        let mut bytes = vec![0; count];
        random.fill_bytes(&mut bytes);
        bytes
    };
    let mut frames = Vec::new();
    for byte in 0..=255 {
        frames.push([vec![byte, 0x83], noise(7)].concat());
        frames.push([vec![byte, 0x03], noise(3)].concat());
        frames.push([vec![0x82, byte], noise(24)].concat());
        frames.push(noise(12));
    }
    for length in [0_u64, 1, 125, 126, 127, 0xffff, 0x1_0000, 1 << 32, u64::MAX >> 1, u64::MAX] {
        for mask in [0, 0x80] {
            let two = u16::try_from(length & 0xffff).unwrap_or_default().to_be_bytes();
            frames.push([&[0x81, mask | 0x7e], &two[..], &noise(20)].concat());
            frames.push([&[0x81, mask | 0x7f], &length.to_be_bytes()[..], &noise(20)].concat());
        }
    }
    let whole = [&[0x81, 0xff, 0, 0, 0, 0, 0, 1, 0, 0], &noise(4)[..]].concat();
    frames.extend((0..=whole.len()).map(|end| whole[..end].to_vec()));
    frames
}

/// RFC 6455 §5.2: the frame explorer reads and draws as step 4 does, and names the same faults.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn the_frame_explorer_judges_and_draws_as_step_4_does() {
    let reader = Reader::start().await;
    reader.opens("04-framing.html").await;
    let frames = frames();
    assert!(frames.len() > 1000);
    for (masking, from_client) in [(Masking::Required, true), (Masking::Forbidden, false)] {
        let values: Vec<Value> = frames.iter().map(|frame| json!(frame)).collect();
        let script = format!(
            "const bytes = Uint8Array.from(value);
             try {{
                 const header = websocket.decodeHeader(bytes, {from_client});
                 if (header === null) return 'more';
                 const wire = bytes.slice(header.end).slice(0, Number(header.length));
                 const key = header.maskingKey;
                 const payload = key ? websocket.mask(wire, key) : wire;
                 return `${{header.end}} ${{websocket.drawFrame(header, payload)}}`;
             }} catch (error) {{
                 return `${{error.message}} ${{error.section}}`;
             }}"
        );
        let explored = reader.each(&values, &script).await;
        for (frame, explored) in frames.iter().zip(explored) {
            assert_eq!(explored, judged(frame, masking), "{frame:02x?} {masking:?}");
        }
    }
    reader.closes().await;
}

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
    // A digit more, one less, one that is none, no padding, and bits behind the last byte.
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

/// RFC 6455 §5.2: what one does with the explorer.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn a_text_is_taken_apart_and_a_bit_turned() {
    let reader = Reader::start().await;
    reader.opens("04-framing.html").await;
    let browser = &reader.browser;
    browser.waits_for_text(".tool .verdict", "text, final, masked, 5 bytes").await;
    browser.waits_for_text(".tool .details", "payload: “hello”").await;
    browser.types(".tool input", "!").await;
    browser.waits_for_text(".tool .verdict", "text, final, masked, 6 bytes").await;

    // The first bit is FIN, the second RSV1, the ninth MASK.
    browser.click(".tool .bits span:nth-child(1) button:nth-child(1)").await;
    browser.waits_for_text(".tool .verdict", "text, more fragments follow, masked").await;
    browser.click(".tool .bits span:nth-child(1) button:nth-child(2)").await;
    browser
        .waits_for_text(".tool .wrong", "RSV1 is set without an extension (RFC 6455 §5.2)")
        .await;
    browser.click(".tool .bits span:nth-child(1) button:nth-child(2)").await;
    browser.click(".tool .bits span:nth-child(2) button:nth-child(1)").await;
    browser.waits_for_text(".tool .wrong", "a frame from a client that is not masked").await;

    let pastes = |hex: &str| {
        format!(
            "const area = document.querySelector('.tool textarea');
             area.value = '{hex}';
             area.dispatchEvent(new Event('input'));"
        )
    };
    browser.script(&pastes("88 85 37fa213d 3412434452 81")).await;
    browser.waits_for_text(".tool .details", "status code 1000, reason “bye”").await;
    browser.waits_for_text(".tool .details", "behind it, the next frame: 81").await;
    browser.script(&pastes("81 8")).await;
    browser.waits_for_text(".tool .wrong", "8 is no byte in two hexadecimal digits").await;
    browser.script(&pastes("81 85 37 fa")).await;
    browser.waits_for_text(".tool .verdict", "the header is not there whole").await;
    browser.script(&pastes("81 85 37 fa 21 3d 5f")).await;
    browser.waits_for_text(".tool .details", "payload: 1 of 5 bytes are there").await;
    browser.script(&pastes("81 81 00 00 00 00 ff")).await;
    browser.waits_for_text(".tool .details", "no UTF-8").await;
    reader.closes().await;
}

/// Beside a running step 4, the bytes that really pass are shown: with the key that the browser drew,
/// and with none on the way back (RFC 6455 §5.1).
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn the_bytes_of_a_running_step_4_are_shown() {
    let weave = Path::new(env!("CARGO_BIN_EXE_weave"));
    let building = tokio::task::spawn_blocking(|| program::build(4, weave).unwrap());
    let server = Server::start(building.await.unwrap(), &[]);
    let reader = Reader::start_beside(server.address()).await;
    reader.opens("04-framing.html").await;
    let browser = &reader.browser;
    browser.types(".tool input", "!").await;
    browser.click(".tool .live button").await;
    browser.waits_for_text(".tool .live li:nth-child(2)", "← 81 06 68 65 6c 6c 6f 21").await;
    let sent = browser.waits_for_text(".tool .live li:nth-child(1)", "→ 81 86").await;
    assert_eq!(sent.split_whitespace().count(), 1 + 2 + 4 + 6, "{sent}");

    browser.click(".tool .live li:nth-child(1) button").await;
    browser.waits_for_text(".tool .verdict", "text, final, masked, 6 bytes").await;
    browser.waits_for_text(".tool .details", "payload: “hello!”").await;
    browser.click(".tool .live li:nth-child(2) button").await;
    browser.waits_for_text(".tool .verdict", "text, final, not masked, 6 bytes").await;
    reader.closes().await;
}

/// Without a step 4, the page says how to start one.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn a_step_4_that_does_not_run_is_told() {
    let reader = Reader::start().await;
    reader.opens("04-framing.html").await;
    reader.browser.click(".tool .live button").await;
    reader.browser.waits_for_text(".tool .live .wrong", "is not running here: just step 4").await;
    // Chromium tells of the failed handshake, and of nothing else.
    let errors = reader.browser.console_errors();
    assert!(errors.iter().all(|error| error.contains("/live' failed")), "{errors:?}");
    reader.closes().await;
}

/// A reader who looks for a word finds the chapter.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn a_word_is_found() {
    let reader = Reader::start().await;
    reader.opens("index.html").await;
    reader.browser.click("#mdbook-search-toggle").await;
    reader.browser.types("#mdbook-searchbar", "masking key").await;
    reader.browser.waits_for_text("#mdbook-searchresults a", "Unmasking").await;
    reader.closes().await;
}

/// What sticks out of a page that is shown in a frame of some width. Listings, drawings and tables
/// scroll inside themselves; mdBook would let the whole text scroll inside its column.
const STICKS_OUT: &str = "
    const page = document.querySelector('iframe').contentDocument;
    const columns = [page.scrollingElement, ...page.querySelectorAll('.page, .content, main')];
    if (columns.every((column) => column.scrollWidth <= column.clientWidth)) return '';
    const width = page.querySelector('main').getBoundingClientRect().right;
    return [...page.querySelectorAll('main *')]
        .filter((element) => element.getBoundingClientRect().right > width)
        .filter((element) => element.closest('pre, figure, .table-wrapper, .scroll') === null)
        .map((element) => `${element.localName} ${element.textContent.slice(0, 40)}`)
        .slice(0, 5).join('; ') || 'something';";

/// At the width of a phone and of a desk, on light and on dark ground, no page is wider than its
/// window, every widget is alive, and nothing fails.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn every_page_fits_a_phone_and_a_desk_in_light_and_dark() {
    let reader = Reader::start().await;
    let browser = &reader.browser;
    reader.opens("index.html").await;
    for theme in ["light", "navy"] {
        browser.script(&format!("localStorage.setItem('mdbook-theme', '{theme}')")).await;
        for width in [360, 1280] {
            for page in Page::listed().unwrap() {
                let page = page.replace(".md", ".html");
                let shows = format!(
                    "document.body.innerHTML = '<iframe style=\"width: {width}px; height: 800px\"></iframe>';
                     const frame = document.querySelector('iframe');
                     frame.src = '{page}';
                     return new Promise((done) => (frame.onload = () => done(
                         frame.contentDocument.documentElement.classList.contains('{theme}'),
                     )));"
                );
                assert_eq!(browser.script(&shows).await, true, "{page} is not in {theme}");
                let out = browser.script(STICKS_OUT).await;
                assert_eq!(out, "", "{page} at {width} pixels in {theme}");
                let dead = "return document.querySelector('iframe').contentDocument
                    .querySelectorAll('.widget:not(:has(.tool))').length";
                assert_eq!(browser.script(dead).await, 0, "{page} has a widget that is none");
            }
        }
    }
    reader.closes().await;
}
