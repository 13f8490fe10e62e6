//! The frame explorer, beside step 4.

use framing::{FrameHeader, Masking};
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use serde_json::{Value, json};
use unmasking::mask_bytewise;
use weave::svg::draw_as_svg;

use crate::reader::{Reader, SEED};

/// What step 4 says of these bytes, in one text.
fn judged(bytes: &[u8], masking: Masking) -> String {
    match FrameHeader::decode(bytes, masking, false) {
        Err(error) => error.to_string(),
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
                 return `${{error.message}} (${{error.section}})`;
             }}"
        );
        let explored = reader.each(&values, &script).await;
        for (frame, explored) in frames.iter().zip(explored) {
            assert_eq!(explored, judged(frame, masking), "{frame:02x?} {masking:?}");
        }
    }
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
    browser.waits_for_text(".tool .details", "after it, the next frame: 81").await;
    browser.script(&pastes("81 8")).await;
    browser.waits_for_text(".tool .wrong", "8 is not a byte in two hexadecimal digits").await;
    browser.script(&pastes("81 85 37 fa")).await;
    browser.waits_for_text(".tool .verdict", "the header is not complete").await;
    browser.script(&pastes("81 85 37 fa 21 3d 5f")).await;
    browser.waits_for_text(".tool .details", "payload: 1 of 5 bytes are here").await;
    browser.script(&pastes("81 81 00 00 00 00 ff")).await;
    browser.waits_for_text(".tool .details", "not UTF-8").await;
    reader.closes().await;
}

/// A translated page has a table of the texts.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn a_text_is_shown_in_the_language_of_the_page() {
    let reader = Reader::start().await;
    reader.opens("04-framing.html").await;
    let script = "
        const english = websocket.text('{length} bytes', { length: 5 });
        globalThis.websocketTexts = { '{length} bytes': 'Byte: {length}' };
        return [english, websocket.text('{length} bytes', { length: 5 }), websocket.text('final')]";
    let texts = reader.browser.script(script).await;
    assert_eq!(texts, json!(["5 bytes", "Byte: 5", "final"]));
    reader.closes().await;
}
