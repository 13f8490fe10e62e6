//! The header `Sec-WebSocket-Extensions`: its grammar, and what may be agreed on (RFC 7692 §7.1)

use arbitrary::Result;
use echo::{Agreement, Compression};
use handshake::{Policy, upgrade};
use http::header::SEC_WEBSOCKET_EXTENSIONS;
use http::{HeaderValue, Request};
use testkit::KEY;

use crate::plain::http::{Parameter, elements, extension, trim};

/// The parameters of permessage-deflate (RFC 7692 §7.1).
const SERVER_NO_CONTEXT_TAKEOVER: &[u8] = b"server_no_context_takeover";
const CLIENT_NO_CONTEXT_TAKEOVER: &[u8] = b"client_no_context_takeover";
const SERVER_MAX_WINDOW_BITS: &[u8] = b"server_max_window_bits";
const CLIENT_MAX_WINDOW_BITS: &[u8] = b"client_max_window_bits";

/// The input: the lines of the header, without its name.
#[expect(clippy::unnecessary_wraps, reason = "all targets have this form")]
pub(crate) fn run(bytes: &[u8]) -> Result<()> {
    let lines: Vec<&[u8]> = bytes.split(|&byte| byte == b'\n').map(trim).collect();
    let mut request = Request::builder()
        .uri("/")
        .header("Host", "127.0.0.1")
        .header("Upgrade", "websocket")
        .header("Connection", "Upgrade")
        .header("Sec-WebSocket-Key", KEY)
        .header("Sec-WebSocket-Version", "13");
    for line in &lines {
        let Ok(value) = HeaderValue::from_bytes(line) else { return Ok(()) };
        request = request.header(SEC_WEBSOCKET_EXTENSIONS, value);
    }
    let request = request.body(()).expect("the request is valid without this header");

    let is_visible = |byte: &u8| matches!(byte, b'\t' | b' '..=b'~');
    let entries = elements(&lines);
    let parsed: Option<Vec<_>> = entries.iter().map(|entry| extension(entry)).collect();
    let is_right = lines.iter().copied().flatten().all(is_visible) && !entries.is_empty();
    let parsed = parsed.filter(|_| is_right);
    let accepted = upgrade(&request, &Policy::default()).is_ok();
    assert_eq!(accepted, parsed.is_some(), "RFC 6455 §9.1: {parsed:?}");

    let Some(entries) = parsed else { return Ok(()) };
    let offers: Vec<Offer> = entries.iter().filter_map(Offer::read).collect();
    assert_eq!(Compression::Off.accept(request.headers()), None);
    for compression in [Compression::On, Compression::NoContextTakeover] {
        let agreed = compression.accept(request.headers());
        // A server may decline every offer (§5.1). This one declines those with a value in quotes.
        let first = offers.iter().find(|offer| !offer.is_quoted);
        assert_eq!(agreed.is_some(), first.is_some(), "§5.1: {offers:?}");
        if let (Some(agreed), Some(offer)) = (agreed, first) {
            offer.check(agreed, compression == Compression::NoContextTakeover);
        }
    }
    Ok(())
}

/// An offer of permessage-deflate that a server may accept.
#[derive(Debug)]
struct Offer {
    server_no_context_takeover: bool,
    server_max_window_bits: Option<u8>,
    /// The window that the client may be limited to, if it supports a limit at all: 15 if it names none.
    client_max_window_bits: Option<u8>,
    is_quoted: bool,
}

impl Offer {
    /// Reads an offer. Returns `None` if a server must decline it (RFC 7692 §7.1).
    fn read((name, parameters): &(Vec<u8>, Vec<Parameter>)) -> Option<Self> {
        if !name.eq_ignore_ascii_case(b"permessage-deflate") {
            return None;
        }
        let mut offer = Self {
            server_no_context_takeover: false,
            server_max_window_bits: None,
            client_max_window_bits: None,
            is_quoted: parameters.iter().any(|parameter| parameter.is_quoted),
        };
        for (number, Parameter { name, value, .. }) in parameters.iter().enumerate() {
            let value = value.as_deref();
            if parameters[..number].iter().any(|before| before.name == *name) {
                return None;
            }
            match (&name[..], value) {
                (SERVER_NO_CONTEXT_TAKEOVER, None) => offer.server_no_context_takeover = true,
                (CLIENT_NO_CONTEXT_TAKEOVER, None) => {}
                (SERVER_MAX_WINDOW_BITS, Some(value)) => {
                    offer.server_max_window_bits = Some(window_bits(value)?);
                }
                (CLIENT_MAX_WINDOW_BITS, value) => {
                    offer.client_max_window_bits = Some(value.map_or(Some(15), window_bits)?);
                }
                _ => return None,
            }
        }
        Some(offer)
    }

    /// Checks an answer to this offer.
    fn check(&self, agreed: Agreement, is_fresh: bool) {
        // §7.1.1.1: what the client asks for must be in the answer. The server may add it (§7.1.1.2).
        assert_eq!(agreed.server_no_context_takeover, self.server_no_context_takeover || is_fresh);
        assert!(agreed.client_no_context_takeover || !is_fresh);
        // §7.1.2.1: the answer has the same or a smaller window.
        let most = self.server_max_window_bits;
        assert!(
            most.is_none_or(|most| agreed.server_max_window_bits.is_some_and(|bits| bits <= most))
        );
        // §7.1.2.2: the client is limited only if it has offered that.
        let bits = agreed.client_max_window_bits;
        assert!(
            bits.is_none_or(|bits| self.client_max_window_bits.is_some_and(|most| bits <= most))
        );
        let answer = agreed.to_string();
        let (_, parameters) = extension(answer.as_bytes()).expect("an answer follows the grammar");
        assert!(parameters.iter().all(|parameter| !parameter.is_quoted), "{answer}");
    }
}

/// Reads a number from 8 to 15 without a leading zero (§7.1.2).
fn window_bits(text: &[u8]) -> Option<u8> {
    match text {
        [digit @ b'8'..=b'9'] => Some(digit - b'0'),
        [b'1', digit @ b'0'..=b'5'] => Some(10 + digit - b'0'),
        _ => None,
    }
}
