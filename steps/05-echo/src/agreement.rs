//! What the two sides agree on about compression: permessage-deflate, RFC 7692 §7.1.

use std::fmt;

use clap::ValueEnum;
use handshake::{extension, list};
use http::HeaderMap;
use http::header::SEC_WEBSOCKET_EXTENSIONS;

/// The name of the extension.
const NAME: &str = "permessage-deflate";
/// Its four parameters.
const SERVER_FRESH: &str = "server_no_context_takeover";
const CLIENT_FRESH: &str = "client_no_context_takeover";
const SERVER_BITS: &str = "server_max_window_bits";
const CLIENT_BITS: &str = "client_max_window_bits";
/// The largest window, in bits: 32 KiB.
pub(crate) const BITS_MAX: u8 = 15;

/// Whether messages are compressed, if a client offers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Compression {
    /// Never
    Off,
    /// Each message by itself: more bytes on the wire, and next to no memory while idle
    Fresh,
    /// Each message with those before it in mind: up to 340 KB for each connection, idle or not
    On,
}

/// How messages are compressed on a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Agreement {
    /// The server compresses each message by itself.
    pub server_fresh: bool,
    /// The client compresses each message by itself.
    pub client_fresh: bool,
    /// The window that the server compresses with, in bits from 8 to 15; 15 if nothing is said.
    pub server_bits: Option<u8>,
    /// The same of the client.
    pub client_bits: Option<u8>,
}

impl Compression {
    /// The first of the offers in a request that can be accepted, as it is answered.
    #[must_use]
    pub fn accept(self, headers: &HeaderMap) -> Option<Agreement> {
        if self == Self::Off {
            return None;
        }
        let mut offers = list(headers, &SEC_WEBSOCKET_EXTENSIONS);
        let mut accepted = offers.find_map(|offer| Agreement::parse(offer, true))?;
        if self == Self::Fresh {
            (accepted.server_fresh, accepted.client_fresh) = (true, true);
        }
        // What the client says of its own window is answered in kind. But a window of 8 bits is more
        // than zlib promises to its users, so we do not insist on it.
        accepted.client_bits = accepted.client_bits.filter(|&bits| bits > 8);
        Some(accepted)
    }
}

impl Agreement {
    /// What our client offers: anything, and it could be told how large a window to use.
    pub const OFFER: &str = "permessage-deflate; client_max_window_bits";

    /// Reads what a server has answered to [`OFFER`](Self::OFFER).
    ///
    /// # Errors
    /// A sentence, if that is no answer to it.
    pub fn answered(answer: &str) -> Result<Self, String> {
        Self::parse(answer, false).ok_or_else(|| {
            format!("its Sec-WebSocket-Extensions is \"{answer}\", which we did not offer")
        })
    }

    /// Reads one offer or answer. `None` if it is for another extension, or not as it must be: then
    /// the client's next offer may be better (§7.1).
    fn parse(text: &str, is_offer: bool) -> Option<Self> {
        let (name, parameters) = extension(text);
        if !name.eq_ignore_ascii_case(NAME) {
            return None;
        }
        let mut agreement = Self::default();
        let mut names = Vec::new();
        for (name, value) in parameters {
            match (name, value) {
                // Each may come once.
                _ if names.contains(&name) => return None,
                (SERVER_FRESH, None) => agreement.server_fresh = true,
                (CLIENT_FRESH, None) => agreement.client_fresh = true,
                (SERVER_BITS, Some(bits)) => agreement.server_bits = Some(window_bits(bits)?),
                (CLIENT_BITS, Some(bits)) => agreement.client_bits = Some(window_bits(bits)?),
                // It could be told, and need not be.
                (CLIENT_BITS, None) if is_offer => {}
                _ => return None,
            }
            names.push(name);
        }
        Some(agreement)
    }
}

/// A number of bits from 8 to 15, written plainly (§7.1.2.1).
fn window_bits(text: &str) -> Option<u8> {
    (8..=BITS_MAX).find(|bits| bits.to_string() == text)
}

/// As it stands in `Sec-WebSocket-Extensions`.
impl fmt::Display for Agreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(NAME)?;
        if self.server_fresh {
            write!(f, "; {SERVER_FRESH}")?;
        }
        if self.client_fresh {
            write!(f, "; {CLIENT_FRESH}")?;
        }
        for (name, bits) in [(SERVER_BITS, self.server_bits), (CLIENT_BITS, self.client_bits)] {
            if let Some(bits) = bits {
                write!(f, "; {name}={bits}")?;
            }
        }
        Ok(())
    }
}
