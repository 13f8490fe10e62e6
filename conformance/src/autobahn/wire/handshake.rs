//! The opening handshake, in both roles, as strict as the original is.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use testkit::accept_value;

use crate::autobahn::wire::deflate::{Deflate, NAME};
use crate::autobahn::wire::http::Head;
use crate::autobahn::wire::random::Random;
use crate::target::Target;

/// Returns a fresh key.
pub(crate) fn fresh_key() -> String {
    let mut random = Random::fresh();
    STANDARD.encode([random.next().to_ne_bytes(), random.next().to_ne_bytes()].concat())
}

/// Writes the request to a server. `offers` is the value of `Sec-WebSocket-Extensions`, or empty.
pub(crate) fn request(target: &Target, key: &str, offers: &str) -> String {
    let offers = match offers {
        "" => String::new(),
        offers => format!("Sec-WebSocket-Extensions: {offers}\r\n"),
    };
    let own = target.headers.iter().map(|own| format!("{}: {}\r\n", own.name, own.value));
    let own: String = own.collect();
    let subprotocols = match target.subprotocols.join(", ") {
        none if none.is_empty() => none,
        list => format!("Sec-WebSocket-Protocol: {list}\r\n"),
    };
    format!(
        "GET {} HTTP/1.1\r\nUser-Agent: ws-judge\r\nHost: {}\r\nUpgrade: WebSocket\r\n\
         Connection: Upgrade\r\nPragma: no-cache\r\nCache-Control: no-cache\r\n\
         Sec-WebSocket-Key: {key}\r\n{own}{subprotocols}{offers}\
         Sec-WebSocket-Version: 13\r\n\r\n",
        target.path, target.authority
    )
}

/// Reads the answer of a server. Returns the compression that it agreed on.
///
/// # Errors
/// What is wrong with the answer.
pub(crate) fn read_answer(
    target: &Target,
    head: &[u8],
    key: &str,
    may_compress: bool,
) -> Result<Option<Deflate>, String> {
    let head = Head::read(head)?;
    let status = head.words.get(1).and_then(|status| status.parse::<u16>().ok());
    if head.words.first().is_none_or(|version| version != "HTTP/1.1") || status != Some(101) {
        return Err(format!("the server answers `{}`", head.words.join(" ")));
    }
    if head.value("upgrade").is_none_or(|value| !value.eq_ignore_ascii_case("websocket")) {
        return Err("the answer has no `Upgrade: websocket`".to_owned());
    }
    if !head.has_word("connection", "upgrade") {
        return Err("the answer has no `Connection: Upgrade`".to_owned());
    }
    if head.single("sec-websocket-accept")? != Some(&accept_value(key)) {
        return Err("the answer has a wrong Sec-WebSocket-Accept".to_owned());
    }
    let subprotocol = head.single("sec-websocket-protocol")?.unwrap_or_default();
    if !subprotocol.is_empty() && !target.subprotocols.iter().any(|own| own == subprotocol) {
        return Err("the answer chooses a subprotocol that was not offered".to_owned());
    }
    let mut deflate = None;
    for (name, parameters) in head.extensions()? {
        if name != NAME || !may_compress || deflate.is_some() {
            return Err(format!("the answer has the extension `{name}`, which was not offered"));
        }
        deflate = Some(Deflate::read(&parameters, false)?);
    }
    Ok(deflate)
}

/// The request of a client.
#[derive(Debug)]
pub(crate) struct Request {
    /// The path, without the query.
    pub(crate) path: String,
    /// The query, without the question mark.
    pub(crate) query: String,
    /// The value of `Sec-WebSocket-Key`.
    pub(crate) key: String,
    /// The offers of permessage-deflate.
    pub(crate) offers: Vec<Deflate>,
}

impl Request {
    /// Reads the request of a client that was given an address with this port.
    ///
    /// # Errors
    /// What is asked for, as far as it can be read, and what is wrong with the request.
    pub(crate) fn read(head: &[u8], port: u16) -> Result<Self, (String, String)> {
        let head = Head::read(head).map_err(|why| (String::new(), why))?;
        let target = head.words.get(1).cloned().unwrap_or_default();
        Self::check(&head, &target, port).map_err(|why| (target, why))
    }

    fn check(head: &Head, target: &str, port: u16) -> Result<Self, String> {
        if head.words.len() != 3 || head.words[0] != "GET" || head.words[2] != "HTTP/1.1" {
            return Err(format!("the client asks `{}`", head.words.join(" ")));
        }
        if target.contains('#') {
            return Err("the target has a fragment".to_owned());
        }
        if !head.single("host")?.is_some_and(|host| host.ends_with(&format!(":{port}"))) {
            return Err(format!("the request has no Host with port {port}"));
        }
        for (name, word) in [("upgrade", "websocket"), ("connection", "upgrade")] {
            if !head.has_word(name, word) {
                return Err(format!("the request has no `{name}: {word}`"));
            }
        }
        let version = head.single("sec-websocket-version")?;
        if !version.is_some_and(|version| matches!(version.parse::<u8>(), Ok(8 | 13))) {
            return Err("the request has no `Sec-WebSocket-Version: 13`".to_owned());
        }
        let protocols = head.value("sec-websocket-protocol").unwrap_or_default();
        let protocols: Vec<&str> = protocols.split(',').map(str::trim).collect();
        if protocols.iter().enumerate().any(|(at, protocol)| protocols[..at].contains(protocol)) {
            return Err("the request offers a subprotocol twice".to_owned());
        }
        head.single("origin")?;
        let key = head.single("sec-websocket-key")?.unwrap_or_default();
        let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/';
        if key.len() != 24 || !key.strip_suffix("==").is_some_and(|key| key.bytes().all(is_base64))
        {
            return Err("the request has a wrong Sec-WebSocket-Key".to_owned());
        }
        let mut offers = Vec::new();
        for (_, parameters) in head.extensions()?.iter().filter(|(name, _)| name == NAME) {
            offers.push(Deflate::read(parameters, true)?);
        }
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        Ok(Self { path: path.to_owned(), query: query.to_owned(), key: key.to_owned(), offers })
    }
}

/// Writes the answer to a client. `extensions` is the value of `Sec-WebSocket-Extensions`, or
/// empty.
pub(crate) fn answer(key: &str, extensions: &str) -> String {
    let extensions = match extensions {
        "" => String::new(),
        extensions => format!("Sec-WebSocket-Extensions: {extensions}\r\n"),
    };
    format!(
        "HTTP/1.1 101 Switching Protocols\r\nServer: ws-judge\r\nUpgrade: WebSocket\r\n\
         Connection: Upgrade\r\nSec-WebSocket-Accept: {}\r\n{extensions}\r\n",
        accept_value(key)
    )
}
