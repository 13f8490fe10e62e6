//! Groups 12 and 13: compression, with different payloads and with different parameters.

use std::time::Duration;

use crate::autobahn::cases::script::{Case, Compressed, Offer, Script};
use crate::autobahn::payloads::prepared::Series;
use crate::autobahn::payloads::samples::Sample;

/// The length of a message, how many seconds a thousand of them may take, and the size of the
/// fragments, if they are sent in fragments.
const MESSAGES: [(usize, u64, Option<usize>); 18] = [
    (16, 60, None),
    (64, 60, None),
    (256, 120, None),
    (1024, 240, None),
    (4096, 480, None),
    (8192, 480, None),
    (16_384, 480, None),
    (32_768, 480, None),
    (65_536, 480, None),
    (131_072, 480, None),
    (8192, 480, Some(256)),
    (16_384, 480, Some(256)),
    (32_768, 480, Some(256)),
    (65_536, 480, Some(256)),
    (131_072, 480, Some(256)),
    (131_072, 480, Some(1024)),
    (131_072, 480, Some(4096)),
    (131_072, 480, Some(32_768)),
];

/// What the messages of 12.1 to 12.5 are cut from.
const SAMPLES: [Sample; 5] =
    [Sample::Json, Sample::Picture, Sample::Prose, Sample::Html, Sample::Document];

/// The offer of group 12.
const PLAIN: &[Offer] = &[offer(true, None)];
/// The offers of 13.1 to 13.7. They limit what the peer sends.
const OFFERS: [&[Offer]; 7] = [
    PLAIN,
    &[offer(false, None)],
    &[offer(true, Some(9))],
    &[offer(true, Some(15))],
    &[offer(false, Some(9))],
    &[offer(false, Some(15))],
    &[offer(false, Some(9)), offer(false, None), offer(true, None)],
];

const fn offer(takeover: bool, window: Option<u8>) -> Offer {
    Offer { takeover, window }
}

/// The cases of groups 12 and 13.
pub(super) fn cases() -> Vec<Case> {
    let samples = (1..).zip(SAMPLES).map(|(series, sample)| (12, series, sample, PLAIN));
    let offers = (1..).zip(OFFERS).map(|(series, offers)| (13, series, Sample::Json, offers));
    let mut cases = Vec::new();
    for (group, series, sample, offers) in samples.chain(offers) {
        for (number, (length, seconds, fragment)) in (1..).zip(MESSAGES) {
            let pieces =
                fragment.map_or(String::new(), |size| format!(" in fragments of {size} bytes"));
            let parameters: Vec<String> = offers.iter().copied().map(describe).collect();
            cases.push(Case {
                number: format!("{group}.{series}.{number}"),
                description: format!(
                    "The judge sends a thousand messages of {length} {} from {}, compressed{pieces}. \
                     It offers {}.",
                    if sample.is_text() { "characters" } else { "bytes" },
                    sample.title(),
                    parameters.join(" or ")
                ),
                expectation: format!("Each message comes back, all within {seconds} s."),
                script: Script::Compressed(Compressed {
                    series: Series { sample, length },
                    fragment,
                    limit: Duration::from_secs(seconds),
                    offers,
                }),
            });
        }
    }
    cases
}

/// Puts an offer into words.
fn describe(offer: Offer) -> String {
    let window = offer.window.map(|bits| format!("a window of {bits} bits"));
    let takeover = (!offer.takeover).then(|| "no context takeover".to_owned());
    let limits: Vec<String> = takeover.into_iter().chain(window).collect();
    if limits.is_empty() { "no limits".to_owned() } else { limits.join(" and ") }
}
