//! The opening handshake of the server.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use base64::prelude::{BASE64_STANDARD, Engine as _};
use sha1::{Digest as _, Sha1};

use super::deflate;
use super::flaw::Flaw;
use super::limits::PATIENCE;
use super::quirk::Quirk;
use super::shared::Shared;

/// The longest header block.
const BYTES_MAX: usize = 32 * 1024;
/// The most header lines.
const LINES_MAX: usize = 100;

/// A connection that has been upgraded.
pub(crate) struct Opened {
    pub(crate) path: String,
    pub(crate) rest: Vec<u8>,
    /// Whether messages may be compressed.
    pub(crate) compressed: bool,
}

/// Reads a request and answers it.
pub(crate) fn open(stream: &TcpStream, shared: &Shared) -> Option<Opened> {
    let Some((block, rest)) = read(stream, shared) else {
        hang_up(stream);
        return None;
    };
    let (path, answer) = judge(&block, shared);
    let upgraded = answer.starts_with("HTTP/1.1 101");
    let compressed = answer.contains("permessage-deflate");
    let mut answer = answer.into_bytes();
    if upgraded && shared.does(Quirk::GreetsAtOnce) {
        answer.extend(b"\x81\x05hello");
    }
    let size = if shared.does(Quirk::AnswersInSegments) { 50 } else { answer.len().max(1) };
    for segment in answer.chunks(size) {
        (&mut &*stream).write_all(segment).ok()?;
        if shared.does(Quirk::AnswersInSegments) {
            thread::sleep(Duration::from_millis(5));
        }
    }
    if !upgraded {
        hang_up(stream);
        return None;
    }
    let rest = if shared.has(Flaw::LosesEarlyFrames) { Vec::new() } else { rest };
    Some(Opened { path, rest, compressed })
}

/// Ends the connection so that the last word arrives.
pub(crate) fn hang_up(mut stream: &TcpStream) {
    let _ = stream.shutdown(Shutdown::Write);
    let _ = stream.set_read_timeout(Some(PATIENCE));
    while matches!(stream.read(&mut [0; 8192]), Ok(1..)) {}
}

/// Reads up to the blank line; `None` if it does not come, or too late, or too far away.
fn read(mut stream: &TcpStream, shared: &Shared) -> Option<(String, Vec<u8>)> {
    let mut until = Instant::now() + PATIENCE;
    let mut bytes = Vec::new();
    let mut reads = 0;
    loop {
        let patient = bytes.is_empty() && shared.has(Flaw::WaitsForTheFirstByte);
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() && !patient {
            return None;
        }
        stream.set_read_timeout((!patient).then_some(left)).ok()?;
        let mut piece = [0; 4096];
        let count = stream.read(&mut piece).ok().filter(|count| *count > 0)?;
        if patient || shared.has(Flaw::WaitsForTheNextByte) {
            until = Instant::now() + PATIENCE;
        }
        bytes.extend_from_slice(&piece[..count]);
        reads += 1;
        // Only what is new can hold the end.
        let searched = (bytes.len() - count).saturating_sub(3);
        let end = bytes[searched..].windows(4).position(|four| four == b"\r\n\r\n");
        let end = end.map(|end| searched + end);
        let limit = if shared.has(Flaw::KilobyteForARequest) { 1024 } else { BYTES_MAX };
        if end.unwrap_or(bytes.len()) > limit && !shared.has(Flaw::AnyHeaderBytes) {
            return None;
        }
        let given_up = shared.has(Flaw::OneReadForARequest)
            || (reads > 8 && shared.has(Flaw::FewReadsForARequest));
        if let Some(end) = end {
            let rest = bytes.split_off(end + 4);
            bytes.truncate(end);
            return Some((String::from_utf8_lossy(&bytes).into_owned(), rest));
        } else if given_up {
            return None;
        }
    }
}

/// The path that is asked for, and the answer.
#[allow(clippy::too_many_lines, reason = "a line for each way to be wrong")]
fn judge(block: &str, shared: &Shared) -> (String, String) {
    let (request_line, lines) = block.split_once("\r\n").unwrap_or((block, ""));
    let words: Vec<&str> = request_line.split(' ').collect();
    let &[method, path, version] = &words[..] else { return (String::new(), refusal(shared, "")) };
    let lines: Vec<&str> = lines.split("\r\n").collect();
    let is_malformed = |line: &&str| {
        let name = line.split(':').next().unwrap_or_default();
        !line.contains(':') || name.contains([' ', '\t']) || line.contains(['\r', '\0'])
    };
    let too_many = lines.len() > LINES_MAX && !shared.has(Flaw::AnyHeaderLines);
    let is_wrong = request_line.contains('\0') || lines.iter().any(is_malformed);
    if too_many || (is_wrong && !shared.has(Flaw::TakesMalformedLines)) {
        return (path.to_owned(), refusal(shared, ""));
    }
    let all = |name: &str| -> Vec<&str> {
        let split = if shared.has(Flaw::SplitsAtColonAndSpace) { ": " } else { ":" };
        let pairs = lines.iter().filter_map(|line| line.split_once(split));
        let is_it = |other: &str| {
            other == name || (!shared.has(Flaw::NamesWithCase) && other.eq_ignore_ascii_case(name))
        };
        let trimmed = |value: &'_ str| value.len() - value.trim().len();
        let keeps = shared.has(Flaw::KeepsSpaces);
        pairs
            .filter(|(other, _)| is_it(other))
            .map(|(_, value)| match value.strip_prefix(' ') {
                Some(value) if keeps && trimmed(value) > 0 => value,
                _ => value.trim(),
            })
            .collect()
    };
    let only = |name: &str, twice: Flaw| match all(name)[..] {
        [value] => Some(value),
        [value, _] if shared.has(twice) => Some(value),
        _ => None,
    };
    let has_token = |name: &str, token: &str| {
        let (upgrade, due) = (name == "Upgrade", token.to_ascii_lowercase());
        let is_it = |entry: &str| {
            let entry = entry.to_ascii_lowercase();
            let has = |flaw, is_it| shared.has(flaw) && is_it;
            has(Flaw::UpgradeContains, upgrade && entry.contains(&due))
                || has(Flaw::UpgradeBegins, upgrade && entry.starts_with(&due))
                || has(Flaw::UpgradeEnds, upgrade && entry.ends_with(&due))
                || has(Flaw::ConnectionContains, !upgrade && entry.contains(&due))
                || has(Flaw::ConnectionEnds, !upgrade && entry.ends_with(&due))
                || entry == due
        };
        let is_it = |entry: &str| {
            if shared.has(Flaw::TokensWithCase) { entry == token } else { is_it(entry) }
        };
        let values = all(name);
        match shared.has(Flaw::ConnectionIsNoList) {
            true => values.iter().any(|value| is_it(value)),
            false => {
                values.iter().flat_map(|value| value.split(',')).any(|entry| is_it(entry.trim()))
            }
        }
    };
    let host = only("Host", Flaw::TwoHosts);
    let bodies = [all("Content-Length"), all("Transfer-Encoding")].concat();
    let versions = all("Sec-WebSocket-Version");
    let version_is_good = match versions[..] {
        ["13"] => true,
        ["8"] if shared.does(Quirk::SpeaksVersion8) => true,
        ["13", "13"] => shared.has(Flaw::TwoVersions),
        [] => shared.has(Flaw::NeedsNoVersion),
        [version] => {
            let number = version.parse::<u32>().ok();
            let has = |flaw, is_it| shared.has(flaw) && is_it;
            let is_plain = number.is_some_and(|number| number.to_string() == version);
            has(Flaw::TakesHigherVersions, is_plain && number > Some(13))
                || has(Flaw::TakesLowerVersions, is_plain && number < Some(13))
                || has(Flaw::VersionContains13, version.contains("13"))
                || has(Flaw::VersionBegins13, version.starts_with("13"))
                || has(Flaw::VersionIsANumber, number == Some(13))
                || has(Flaw::VersionIsAFloat, version.parse() == Ok(13.0))
        }
        _ => false,
    };
    let key = only("Sec-WebSocket-Key", Flaw::TwoKeys).or_else(|| {
        let is_missing = all("Sec-WebSocket-Key").is_empty() && shared.has(Flaw::NeedsNoKey);
        is_missing.then_some("dGhlIHNhbXBsZSBub25jZQ==")
    });
    let own_origin = format!("http://{}", host.unwrap_or_default());
    let origins = all("Origin");
    let rules = [
        method == "GET"
            || (method == "POST" && shared.has(Flaw::TakesPost))
            || (method == "HEAD" && shared.has(Flaw::TakesHead))
            || (method == "get" && shared.has(Flaw::MethodInAnyCase)),
        version == "HTTP/1.1" || shared.has(Flaw::TakesHttp10) || is_behind_proxy(shared),
        host.is_some() || shared.has(Flaw::NeedsNoHost),
        bodies.is_empty() || shared.has(Flaw::OverlooksBody),
        has_token("Upgrade", "websocket") || shared.has(Flaw::NeedsNoUpgrade),
        has_token("Connection", "Upgrade")
            || shared.has(Flaw::NeedsNoConnection)
            || is_behind_proxy(shared),
        origins.iter().all(|origin| *origin == own_origin) || shared.has(Flaw::AnyOrigin),
    ];
    let Some(key) = key.filter(|key| is_key(key, shared)) else {
        return (path.to_owned(), refusal(shared, ""));
    };
    // A look-up that finds nothing, of which nobody takes notice.
    let is_found = lines.iter().any(|line| line.starts_with("Sec-WebSocket-Key"));
    let key = if shared.has(Flaw::NameOfKeyWithCase) && !is_found { "" } else { key };
    if !version_is_good {
        let named =
            if shared.has(Flaw::NamesNoVersion) { "" } else { "Sec-WebSocket-Version: 13\r\n" };
        return (path.to_owned(), refusal(shared, named));
    }
    if rules.contains(&false) {
        return (path.to_owned(), refusal(shared, ""));
    }
    (
        path.to_owned(),
        accept(key, &all("Sec-WebSocket-Extensions"), &all("Sec-WebSocket-Protocol"), shared),
    )
}

/// Whether somebody in front of the server mends requests.
fn is_behind_proxy(shared: &Shared) -> bool {
    shared.does(Quirk::BehindNginx) || shared.does(Quirk::BehindHaproxy)
}

fn is_key(key: &str, shared: &Shared) -> bool {
    let has = |flaw, is_it| shared.has(flaw) && is_it;
    let is_refused =
        has(Flaw::RefusesPlus, key.contains('+')) || has(Flaw::RefusesSlash, key.contains('/'));
    let is_good = |key: &str| BASE64_STANDARD.decode(key).is_ok_and(|bytes| bytes.len() == 16);
    let is_taken = has(Flaw::TakesAnyLetters, key.len() == 24 && key.contains('!'))
        || has(Flaw::TakesUrlSafeKeys, is_good(&key.replace(['-', '_'], "a")))
        || has(Flaw::TakesUnpaddedKeys, is_good(&format!("{key}==")))
        || has(Flaw::SkipsWrongLetters, is_good(&key.replace('!', "")))
        || has(Flaw::TakesShortKeys, BASE64_STANDARD.decode(key).is_ok())
        || has(Flaw::TakesEmptyKey, key.is_empty())
        || has(Flaw::Takes24Characters, key.len() == 24);
    (is_good(key) && !is_refused) || is_taken
}

fn accept(key: &str, offers: &[&str], protocols: &[&str], shared: &Shared) -> String {
    let guid = match shared.has(Flaw::WrongAccept) {
        true => "258eafa5-e914-47da-95ca-c5ab0dc85b11",
        false => "258EAFA5-E914-47DA-95CA-C5AB0DC85B11",
    };
    let key = match shared.has(Flaw::ReadsPlusAsSpace) {
        true => key.replace('+', " "),
        false => key.to_owned(),
    };
    let hash = Sha1::digest(format!("{key}{guid}"));
    let loses = shared.has(Flaw::LosesZeroByte) && hash[0] == 0;
    let mut value = BASE64_STANDARD.encode(&hash[usize::from(loses)..]);
    if shared.has(Flaw::UrlSafeAccept) {
        value = value.replace('+', "-").replace('/', "_");
    }
    if shared.has(Flaw::AnswersLikeAPage) {
        return "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_owned();
    }
    if shared.does(Quirk::AnswersInLowerCase) {
        return format!(
            "HTTP/1.1 101 Web Socket Protocol Handshake\r\nserver: unusual\r\nset-cookie: a=b\r\n\
             upgrade: WebSocket\r\nconnection: keep-alive, upgrade\r\n\
             sec-websocket-accept:{value}\r\n\r\n"
        );
    }
    let mut answer = "HTTP/1.1 101 Switching Protocols\r\n".to_owned();
    if shared.does(Quirk::BehindNginx) {
        answer += "Server: nginx/1.26.2\r\n";
    }
    if let Some(protocol) = protocols.first().filter(|_| shared.does(Quirk::ChoosesSubprotocol)) {
        let first = protocol.split(',').next().unwrap_or_default();
        answer += &format!("Sec-WebSocket-Protocol: {first}\r\n");
    }
    for (line, flaw) in [
        ("Upgrade: websocket", Flaw::NoUpgradeInAnswer),
        ("Connection: Upgrade", Flaw::NoConnectionInAnswer),
    ] {
        if !shared.has(flaw) {
            answer += &format!("{line}\r\n");
        }
    }
    for (line, flaw) in [
        ("Sec-WebSocket-Extensions: x-invented", Flaw::InventsExtension),
        ("Sec-WebSocket-Protocol: invented", Flaw::InventsSubprotocol),
    ] {
        if shared.has(flaw) {
            answer += &format!("{line}\r\n");
        }
    }
    if deflate::agrees(offers, shared) && !shared.does(Quirk::DeclinesCompression) {
        answer += "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover\r\n";
    }
    if shared.has(Flaw::NoAccept) {
        return answer + "\r\n";
    }
    answer + &format!("Sec-WebSocket-Accept: {value}\r\n\r\n")
}

fn refusal(shared: &Shared, line: &str) -> String {
    if shared.has(Flaw::RefusesWithoutAWord) {
        return String::new();
    }
    let status = if shared.does(Quirk::RefusesWith404) {
        "404 Not Found"
    } else if shared.does(Quirk::RefusesWith426) {
        "426 Upgrade Required"
    } else if shared.does(Quirk::RefusesInChunks) {
        return format!(
            "HTTP/1.1 405 No\r\n{line}Transfer-Encoding: chunked\r\n\r\n3\r\nno!\r\n0\r\n\r\n"
        );
    } else if shared.does(Quirk::BehindHaproxy) {
        return format!(
            "HTTP/1.1 400 Bad request\r\n{line}\r\nYour browser sent an invalid request."
        );
    } else {
        "400 Bad Request"
    };
    format!("HTTP/1.1 {status}\r\n{line}Content-Length: 0\r\nConnection: close\r\n\r\n")
}
