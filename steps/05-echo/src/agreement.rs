//! What the two sides agree on about compression: permessage-deflate, RFC 7692 §7.1.

use std::fmt;

use clap::ValueEnum;
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
const BITS_MAX: u8 = 15;

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
    /// The same of the client. In an offer, `Some(None)` says that the client could be told.
    pub client_bits: Option<Option<u8>>,
}

impl Compression {
    /// The first of the offers in a request that can be accepted, as it is answered.
    #[must_use]
    pub fn accept(self, headers: &HeaderMap) -> Option<Agreement> {
        if self == Self::Off {
            return None;
        }
        let lines = headers.get_all(SEC_WEBSOCKET_EXTENSIONS).iter();
        let mut offers =
            lines.filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(','));
        let mut accepted = offers.find_map(Agreement::parse)?;
        if self == Self::Fresh {
            (accepted.server_fresh, accepted.client_fresh) = (true, true);
        }
        // A hint is answered in kind; a window of 8 bits is more than zlib promises to its users,
        // so we do not insist on it.
        accepted.client_bits =
            accepted.client_bits.filter(|bits| bits.is_some_and(|bits| bits > 8));
        Some(accepted)
    }
}

impl Agreement {
    /// What our client offers: anything.
    #[must_use]
    pub fn offer() -> Self {
        Self { client_bits: Some(None), ..Self::default() }
    }

    /// Reads what a server has answered to [`offer`](Self::offer).
    ///
    /// # Errors
    /// A sentence, if that is no answer to it.
    pub fn answered(answer: &str) -> Result<Self, String> {
        let agreed = Self::parse(answer).filter(|agreed| agreed.client_bits != Some(None));
        agreed.ok_or_else(|| {
            format!("its Sec-WebSocket-Extensions is \"{answer}\", which we did not offer")
        })
    }

    /// Reads one offer or answer. `None` if it is for another extension, or not as it must be: then
    /// the client's next offer may be better (§7.1).
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(';').map(|part| part.trim_matches([' ', '\t']));
        parts.next().filter(|name| name.eq_ignore_ascii_case(NAME))?;
        let mut agreement = Self::default();
        for part in parts {
            let (name, value) = match part.split_once('=') {
                Some((name, value)) => (name.trim_end(), Some(value.trim_start())),
                None => (part, None),
            };
            let is_new = match (name, value) {
                (SERVER_FRESH, None) => !std::mem::replace(&mut agreement.server_fresh, true),
                (CLIENT_FRESH, None) => !std::mem::replace(&mut agreement.client_fresh, true),
                (SERVER_BITS, Some(bits)) => {
                    agreement.server_bits.replace(window_bits(bits)?).is_none()
                }
                (CLIENT_BITS, None) => agreement.client_bits.replace(None).is_none(),
                (CLIENT_BITS, Some(bits)) => {
                    agreement.client_bits.replace(Some(window_bits(bits)?)).is_none()
                }
                _ => false,
            };
            if !is_new {
                return None;
            }
        }
        Some(agreement)
    }
}

/// A number of bits from 8 to 15, written plainly (§7.1.2.1).
fn window_bits(text: &str) -> Option<u8> {
    let bits = text.parse().ok().filter(|bits| (8..=BITS_MAX).contains(bits))?;
    (bits.to_string() == text).then_some(bits)
}

/// As it stands in `Sec-WebSocket-Extensions`.
impl fmt::Display for Agreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(NAME)?;
        for (is_there, name) in
            [(self.server_fresh, SERVER_FRESH), (self.client_fresh, CLIENT_FRESH)]
        {
            if is_there {
                write!(f, "; {name}")?;
            }
        }
        if let Some(bits) = self.server_bits {
            write!(f, "; {SERVER_BITS}={bits}")?;
        }
        match self.client_bits {
            Some(Some(bits)) => write!(f, "; {CLIENT_BITS}={bits}"),
            Some(None) => write!(f, "; {CLIENT_BITS}"),
            None => Ok(()),
        }
    }
}
