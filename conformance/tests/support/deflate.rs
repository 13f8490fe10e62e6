//! Compression as the server understands it (RFC 7692): it inflates what comes, and never deflates.

use flate2::{Decompress, FlushDecompress};

use super::flaw::Flaw;
use super::limits::MESSAGE_MAX;
use super::shared::Shared;

/// Whether one of the offers is accepted.
pub(crate) fn agrees(offers: &[&str], shared: &Shared) -> bool {
    let mut offers = offers.iter().flat_map(|line| line.split(','));
    if shared.has(Flaw::FirstOfferOnly) {
        return offers.next().is_some_and(|offer| is_good(offer, shared));
    }
    offers.any(|offer| is_good(offer, shared))
}

fn is_good(offer: &str, shared: &Shared) -> bool {
    let mut parts = offer.split(';').map(str::trim);
    if parts.next() != Some("permessage-deflate") {
        return false;
    }
    let mut seen = Vec::new();
    shared.has(Flaw::TakesAnyOffer)
        || parts.all(|part| {
            let (name, value) =
                part.split_once('=').map_or((part, None), |(name, value)| (name, Some(value)));
            let is_new = !seen.contains(&name);
            seen.push(name);
            let bits = |value: &str| (8..=15).any(|bits| value == bits.to_string());
            is_new
                && match name {
                    "server_no_context_takeover" | "client_no_context_takeover" => value.is_none(),
                    // It never deflates, so any window is small enough.
                    "server_max_window_bits" => value.is_some_and(bits),
                    "client_max_window_bits" => value.is_none_or(bits),
                    _ => false,
                }
        })
}

/// Inflates messages, each with those before it in mind.
pub(crate) struct Inflater(Decompress);

impl Inflater {
    pub(crate) fn new() -> Self {
        Self(Decompress::new(false))
    }

    /// A message that was not compressed.
    pub(crate) fn plain(&mut self, shared: &Shared) {
        if shared.has(Flaw::PlainResetsWindow) {
            self.0.reset(false);
        }
    }

    /// Inflates a message.
    ///
    /// # Errors
    /// The status code to close with.
    pub(crate) fn inflate(&mut self, message: &[u8], shared: &Shared) -> Result<Vec<u8>, u16> {
        let message = [message, &[0, 0, 0xff, 0xff]].concat();
        let mut out = Vec::new();
        let start = self.0.total_in();
        loop {
            out.reserve(65_536);
            let used = usize::try_from(self.0.total_in() - start).unwrap();
            match self.0.decompress_vec(&message[used..], &mut out, FlushDecompress::Sync) {
                Err(_) if shared.has(Flaw::OverlooksCorruption) => return Ok(b"corrupt".to_vec()),
                Err(_) => return Err(1007),
                Ok(_) if out.len() > MESSAGE_MAX && !shared.has(Flaw::InflatesForEver) => {
                    return Err(1009);
                }
                Ok(_) => {}
            }
            if out.len() < out.capacity() {
                return Ok(out);
            }
        }
    }
}
