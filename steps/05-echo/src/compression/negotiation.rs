//! The negotiation of permessage-deflate in the opening handshake (RFC 7692 §7.1).

use std::fmt;

use clap::ValueEnum;
use handshake::{extension, list};
use http::HeaderMap;
use http::header::SEC_WEBSOCKET_EXTENSIONS;

/// The name of the extension.
const NAME: &str = "permessage-deflate";
/// Its four parameters.
const SERVER_NO_CONTEXT_TAKEOVER: &str = "server_no_context_takeover";
const CLIENT_NO_CONTEXT_TAKEOVER: &str = "client_no_context_takeover";
const SERVER_MAX_WINDOW_BITS: &str = "server_max_window_bits";
const CLIENT_MAX_WINDOW_BITS: &str = "client_max_window_bits";
/// The smallest and the largest window, in bits: 256 bytes and 32 KiB.
const WINDOW_BITS: std::ops::RangeInclusive<u8> = 8..=15;

// ANCHOR: compression
/// Whether messages are compressed if a client offers it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Compression {
    /// Never
    #[default]
    Off,
    /// Each message by itself: less compression, and almost no memory while idle
    #[value(alias = "fresh")]
    NoContextTakeover,
    /// Each message with the previous ones as context: up to 340 KB for each connection, also idle
    On,
}

// ANCHOR_END: compression

// ANCHOR: agreement
/// How the messages of a connection are compressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Agreement {
    /// The server compresses each message by itself.
    pub server_no_context_takeover: bool,
    /// The client compresses each message by itself.
    pub client_no_context_takeover: bool,
    /// The window that the server compresses with, in bits from 8 to 15. `None` is 15.
    pub server_max_window_bits: Option<u8>,
    /// The window that the client compresses with, in bits from 8 to 15. `None` is 15.
    pub client_max_window_bits: Option<u8>,
}
// ANCHOR_END: agreement

// ANCHOR: accept
impl Compression {
    /// Returns the answer to the first acceptable offer in a request, or `None` for a connection
    /// without compression.
    pub fn accept(self, headers: &HeaderMap) -> Option<Agreement> {
        if self == Self::Off {
            return None;
        }
        let mut offers = list(headers, &SEC_WEBSOCKET_EXTENSIONS);
        let mut accepted = offers.find_map(|offer| Agreement::parse(offer, true))?;
        accepted.server_no_context_takeover |= self == Self::NoContextTakeover;
        accepted.client_no_context_takeover |= self == Self::NoContextTakeover;
        // The client's limit is confirmed, except 8 bits: many clients use zlib, which cannot compress
        // with that window.
        accepted.client_max_window_bits = accepted.client_max_window_bits.filter(|&bits| bits > 8);
        Some(accepted)
    }
}
// ANCHOR_END: accept

impl Agreement {
    /// The offer of our client: compression of any kind, and the server may limit the client's
    /// window.
    pub(crate) const OFFER: &str = "permessage-deflate; client_max_window_bits";

    /// Reads a server's answer to [`OFFER`](Self::OFFER).
    ///
    /// # Errors
    /// A sentence that says that the answer does not fit our offer.
    pub(crate) fn answered(answer: &str) -> Result<Self, String> {
        Self::parse(answer, false).ok_or_else(|| {
            format!("its Sec-WebSocket-Extensions is \"{answer}\", which we did not offer")
        })
    }

    // ANCHOR: parse
    /// Parses one offer or answer. Returns `None` for another extension and for an invalid
    /// parameter. The client's next offer may still be acceptable (§7.1).
    fn parse(text: &str, is_offer: bool) -> Option<Self> {
        let (name, parameters) = extension(text);
        if !name.eq_ignore_ascii_case(NAME) {
            return None;
        }
        let mut agreed = Self::default();
        let mut names = Vec::new();
        for (name, value) in parameters {
            let bits = value.and_then(window_bits);
            match (name, value) {
                // A parameter must not be repeated.
                _ if names.contains(&name) => return None,
                (SERVER_NO_CONTEXT_TAKEOVER, None) => agreed.server_no_context_takeover = true,
                (CLIENT_NO_CONTEXT_TAKEOVER, None) => agreed.client_no_context_takeover = true,
                (SERVER_MAX_WINDOW_BITS, Some(_)) => agreed.server_max_window_bits = Some(bits?),
                (CLIENT_MAX_WINDOW_BITS, Some(_)) => agreed.client_max_window_bits = Some(bits?),
                // The client would accept a limit. The server does not have to set one.
                (CLIENT_MAX_WINDOW_BITS, None) if is_offer => {}
                _ => return None,
            }
            names.push(name);
        }
        Some(agreed)
    }
    // ANCHOR_END: parse
}

/// Parses a number of bits from 8 to 15, without a leading zero (§7.1.2.1).
fn window_bits(text: &str) -> Option<u8> {
    WINDOW_BITS.into_iter().find(|bits| bits.to_string() == text)
}

/// Writes the value of `Sec-WebSocket-Extensions`.
impl fmt::Display for Agreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = |bits: u8| format!("={bits}");
        let parameters = [
            (SERVER_NO_CONTEXT_TAKEOVER, self.server_no_context_takeover.then(String::new)),
            (CLIENT_NO_CONTEXT_TAKEOVER, self.client_no_context_takeover.then(String::new)),
            (SERVER_MAX_WINDOW_BITS, self.server_max_window_bits.map(bits)),
            (CLIENT_MAX_WINDOW_BITS, self.client_max_window_bits.map(bits)),
        ];
        f.write_str(NAME)?;
        for (name, value) in parameters {
            if let Some(value) = value {
                write!(f, "; {name}{value}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn agreement() -> impl Strategy<Value = Agreement> {
        let bits = || prop::option::of(WINDOW_BITS);
        (any::<bool>(), any::<bool>(), bits(), bits()).prop_map(
            |(server_none, client_none, server_bits, client_bits)| Agreement {
                server_no_context_takeover: server_none,
                client_no_context_takeover: client_none,
                server_max_window_bits: server_bits,
                client_max_window_bits: client_bits,
            },
        )
    }

    /// §7.1.2.2: in an offer, `client_max_window_bits` needs no value. In an answer it needs one.
    #[test]
    fn a_server_that_limits_our_window_says_to_what() {
        let limit =
            |answer| Agreement::answered(answer).map(|agreed| agreed.client_max_window_bits);
        assert_eq!(limit("permessage-deflate; client_max_window_bits=9"), Ok(Some(9)));
        assert!(limit("permessage-deflate; client_max_window_bits").is_err());
    }

    proptest! {
        #[test]
        fn an_answer_is_read_as_it_was_meant(agreed in agreement()) {
            prop_assert_eq!(Agreement::answered(&agreed.to_string()), Ok(agreed));
        }
    }
}
