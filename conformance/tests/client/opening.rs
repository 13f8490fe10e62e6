//! The opening handshake, as the client asks for it and judges the answer.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest as _, Sha1};

use crate::flaw::Flaw;
use crate::numbers::random;

/// How many bytes of an answer are read.
const ANSWER_MAX: usize = 64 * 1024;

/// What was agreed on.
#[derive(Clone, Copy, Default)]
pub(crate) struct Agreed {
    pub(crate) compressed: bool,
    pub(crate) fresh_out: bool,
    pub(crate) fresh_in: bool,
    /// The bits of the window that we may use.
    pub(crate) bits: Option<u8>,
}

/// Asks for a WebSocket. Returns what was agreed on, and the bytes behind the answer.
pub(crate) fn open(
    stream: &TcpStream,
    authority: &str,
    path: &str,
    flaw: Option<Flaw>,
) -> Option<(Agreed, Vec<u8>)> {
    let has = |other| flaw == Some(other);
    let key = key(flaw);
    let (mut out, mut input) = (stream, stream);
    out.write_all(request(authority, path, &key, flaw).as_bytes()).ok()?;
    if has(Flaw::SendsEarly) {
        let [a, b, c, d, ..] = random();
        out.write_all(&[0x89, 0x80, a, b, c, d]).ok()?;
    }
    let mut answer = Vec::new();
    let mut piece = vec![0; if has(Flaw::ReadsForEver) { 1 << 20 } else { 4096 }];
    let end = loop {
        if let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        if has(Flaw::OneReadForAnAnswer) && !answer.is_empty()
            || answer.len() > ANSWER_MAX && !has(Flaw::ReadsForEver)
        {
            return None;
        }
        let count = input.read(&mut piece).ok().filter(|count| *count > 0)?;
        answer.extend_from_slice(&piece[..count]);
        if has(Flaw::ReadsForEver) && answer.len() > ANSWER_MAX {
            answer.clear();
        }
    };
    let rest = if has(Flaw::LosesEarlyFrames) { Vec::new() } else { answer[end + 4..].to_vec() };
    let agreed = judge(std::str::from_utf8(&answer[..end]).ok()?, &key, flaw)?;
    Some((agreed, rest))
}

fn request(authority: &str, path: &str, key: &str, flaw: Option<Flaw>) -> String {
    let has = |other| flaw == Some(other);
    let method = if has(Flaw::SendsPost) { "POST" } else { "GET" };
    let version = if has(Flaw::SendsHttp10) { "HTTP/1.0" } else { "HTTP/1.1" };
    let path = match path {
        path if path.starts_with('/') => path.to_owned(),
        path => format!("/{path}"),
    };
    let path = match flaw {
        Some(Flaw::DropsQuery) => path.split('?').next().unwrap().to_owned(),
        Some(Flaw::DecodesPath) => path.replace("%26", "&"),
        _ => path,
    };
    let mut lines = Vec::new();
    if has(Flaw::HostWithoutPort) {
        lines.push("Host: 127.0.0.1".to_owned());
    } else if !has(Flaw::NoHost) {
        lines.push(format!("Host: {authority}"));
    }
    if has(Flaw::TwoHosts) {
        lines.push(format!("Host: {authority}"));
    }
    if !has(Flaw::NoUpgrade) {
        lines.push("Upgrade: websocket".to_owned());
    }
    let connection = if has(Flaw::NoConnection) { "keep-alive" } else { "keep-alive, Upgrade" };
    lines.push(format!("Connection: {connection}"));
    lines.push(format!("Sec-WebSocket-Key: {key}"));
    if has(Flaw::TwoKeys) {
        lines.push(format!("Sec-WebSocket-Key: {key}"));
    }
    lines.push(format!("Sec-WebSocket-Version: {}", if has(Flaw::Version8) { 8 } else { 13 }));
    let parameters = match flaw {
        Some(Flaw::WindowNotOffered) => "",
        Some(Flaw::RepeatsParameter) => "; client_max_window_bits; client_max_window_bits",
        _ => "; client_max_window_bits",
    };
    lines.push(format!("Sec-WebSocket-Extensions: permessage-deflate{parameters}"));
    let protocols = if has(Flaw::RepeatsSubprotocol) { "chat, chat" } else { "chat, other" };
    lines.push(format!("Sec-WebSocket-Protocol: {protocols}"));
    if has(Flaw::SpaceInName) {
        lines.push("X Client: 1".to_owned());
    }
    if has(Flaw::AnnouncesBody) {
        lines.push("Transfer-Encoding: chunked".to_owned());
    }
    format!("{method} {path} {version}\r\n{}\r\n\r\n", lines.join("\r\n"))
}

fn key(flaw: Option<Flaw>) -> String {
    match flaw {
        Some(Flaw::ShortKey) => STANDARD.encode(&random()[..15]),
        Some(Flaw::SameKey) => STANDARD.encode([7; 16]),
        Some(Flaw::CountedKey) => {
            let time = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos();
            STANDARD.encode(time.to_be_bytes())
        }
        _ => STANDARD.encode(random()),
    }
}

/// Judges the answer, and returns what was agreed on.
fn judge(block: &str, key: &str, flaw: Option<Flaw>) -> Option<Agreed> {
    let has = |other| flaw == Some(other);
    let (first, lines) = block.split_once("\r\n").unwrap_or((block, ""));
    let status = first.strip_prefix("HTTP/1.1 ");
    let is_101 = status.is_some_and(|rest| rest.starts_with("101"))
        || has(Flaw::AnyStatus) && status.is_some()
        || has(Flaw::AnyFirstLine) && first.contains("101");
    if !is_101 {
        return None;
    }
    let all = |name: &str| -> Vec<&str> {
        let pairs = lines.split("\r\n").filter_map(|line| line.split_once(':'));
        let is_it = |other: &str| {
            if has(Flaw::NamesWithCase) { other == name } else { other.eq_ignore_ascii_case(name) }
        };
        pairs.filter(|(other, _)| is_it(other)).map(|(_, value)| value.trim()).collect()
    };
    let same = |one: &str, other: &str| {
        if has(Flaw::TokensWithCase) { one == other } else { one.eq_ignore_ascii_case(other) }
    };
    let upgrade = all("Upgrade").join(",");
    let upgrades = same(&upgrade, "websocket")
        || has(Flaw::UpgradeMayBeMissing) && upgrade.is_empty()
        || has(Flaw::UpgradeByBeginning) && upgrade.starts_with("websocket");
    let connection = all("Connection").join(",");
    let connects = connection.split(',').any(|token| same(token.trim(), "Upgrade"))
        || has(Flaw::ConnectionMayBeMissing) && connection.is_empty()
        || has(Flaw::ConnectionBySubstring) && connection.to_lowercase().contains("upgrade");
    let due = STANDARD.encode(Sha1::digest(format!("{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
    let accepted = match all("Sec-WebSocket-Accept")[..] {
        [] => has(Flaw::AcceptMayBeMissing),
        [accept] if has(Flaw::AcceptWithoutCase) => accept.eq_ignore_ascii_case(&due),
        [accept] => accept == due || has(Flaw::AnyAccept),
        [first, ..] => first == due && has(Flaw::FirstAcceptOnly),
    };
    let chosen = match all("Sec-WebSocket-Protocol")[..] {
        [] => true,
        [name] if has(Flaw::FirstSubprotocolOnly) => {
            ["chat", "other"].contains(&name.split(',').next().unwrap())
        }
        [name] => ["chat", "other"].contains(&name) || has(Flaw::AnySubprotocol),
        [_, _, ..] => has(Flaw::FirstSubprotocolOnly) || has(Flaw::AnySubprotocol),
    };
    if !(upgrades && connects && accepted && chosen) {
        return None;
    }
    match all("Sec-WebSocket-Extensions")[..] {
        [] => Some(Agreed::default()),
        [answer] => agree(answer, flaw),
        _ => None,
    }
}

fn agree(answer: &str, flaw: Option<Flaw>) -> Option<Agreed> {
    let has = |other| flaw == Some(other);
    let mut parts = answer.split(';').map(str::trim);
    if parts.next() != Some("permessage-deflate") {
        let is_any = has(Flaw::AnyExtension) && answer.starts_with('x')
            || has(Flaw::AnyParameters) && answer.starts_with('p');
        return is_any.then(Agreed::default);
    }
    let mut agreed = Agreed { compressed: true, ..Agreed::default() };
    let mut seen = Vec::new();
    for part in parts {
        let (name, value) =
            part.split_once('=').map_or((part, None), |(name, value)| (name, Some(value)));
        let bits = value.and_then(|value| (8..=15).find(|bits: &u8| value == bits.to_string()));
        let is_new = !seen.contains(&name);
        seen.push(name);
        let is_good = match name {
            "server_no_context_takeover" => {
                agreed.fresh_in = true;
                value.is_none() && !has(Flaw::NeedsServerContext)
            }
            "client_no_context_takeover" => {
                agreed.fresh_out = true;
                value.is_none()
            }
            "server_max_window_bits" => bits.is_some(),
            "client_max_window_bits" => {
                agreed.bits = bits;
                bits.is_some()
            }
            _ => false,
        };
        if !(is_good && is_new || has(Flaw::AnyParameters)) {
            return None;
        }
    }
    Some(agreed)
}
