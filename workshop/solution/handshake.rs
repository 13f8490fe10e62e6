//[ 2
//! The opening handshake: the client's request, and our answer (RFC 6455 §4).

//[ 5
use std::net::SocketAddr;

//]
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest, Sha1};
//[ 17

use crate::deflate::Agreement;
//]

/// Every server appends this text to the key. A server that does not know WebSocket would not, so
/// the client can tell the two apart (RFC 6455 §1.3).
const GUID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
//[ 14

/// The longest request that we accept, in bytes, and the most header lines of it.
pub const BLOCK_MAX: usize = 16 * 1024;
const LINES_MAX: usize = 100;
//]
//[ 4

// The statuses of a refusal, each with the header that belongs to it.
const BAD_REQUEST: &str = "400 Bad Request";
//[ 5
const FORBIDDEN: &str = "403 Forbidden";
//]
const METHOD_NOT_ALLOWED: &str = "405 Method Not Allowed\r\nAllow: GET";
const UPGRADE_REQUIRED: &str = "426 Upgrade Required\r\nSec-WebSocket-Version: 13";
//[ 14
const TOO_LARGE: &str = "431 Request Header Fields Too Large";
//]
const VERSION_NOT_SUPPORTED: &str = "505 HTTP Version Not Supported";
//]

//[ 2-2
/// Returns the answer to a request.
pub fn answer(request: &str) -> String {
    let mut lines = request.lines();
    let key = lines.find_map(|line| line.strip_prefix("Sec-WebSocket-Key: ")).unwrap_or("");
    switching_protocols(key)
}
//]
//[ 3-3
/// Returns the answer to a request, or `None` if it does not ask for a WebSocket.
pub fn answer(request: &str) -> Option<String> {
    if !has_token(request, "Upgrade", "websocket") || !has_token(request, "Connection", "Upgrade") {
        return None;
    }
    let keys = values(request, "Sec-WebSocket-Key");
    Some(switching_protocols(keys.first()?))
}
//]
//[ 17
/// An opening handshake that succeeds.
pub struct Opened {
    /// The answer to the request.
    pub answer: String,
    /// How messages are compressed, if the client has offered it.
    pub agreement: Option<Agreement>,
    //[ 18
    /// The path that the request asks for, with its query.
    pub target: String,
    //]
}

//]
//[ 4
/// Returns the answer to a request: the 101 that opens the WebSocket, or the refusal as an error.
//]
//[ 4-4
pub fn answer(request: &str) -> Result<String, String> {
//]
//[ 5
///
/// `address` is our own address, as this client sees it.
//]
//[ 5-16
pub fn answer(request: &str, address: SocketAddr) -> Result<String, String> {
//]
//[ 17
pub fn answer(request: &str, address: SocketAddr) -> Result<Opened, String> {
//]
//[ 4
    //[ 14
    if request.len() > BLOCK_MAX || request.lines().skip(1).count() > LINES_MAX {
        return Err(refusal(TOO_LARGE, "The request has too many bytes or lines."));
    }
    let mut lines = request.split("\r\n");
    // No control character may be in the first line, which is the request line.
    let is_plain = lines.next().is_some_and(|line| !line.contains(char::is_control));
    if !is_plain || !lines.all(is_header) {
        return Err(refusal(BAD_REQUEST, "A line is not a name, a colon and a value."));
    }
    // If we took a body for frames, an attacker could hide frames in a body.
    let body = ["Content-Length", "Transfer-Encoding"];
    if body.iter().any(|name| !values(request, name).is_empty()) {
        return Err(refusal(BAD_REQUEST, "The request must have no body."));
    }
    //]
    let request_line = request.lines().next().unwrap_or("");
    let words: Vec<&str> = request_line.split(' ').collect();
    //[ 4-17
    let [method, _target, version] = words[..] else {
    //]
    //[ 18
    let [method, target, version] = words[..] else {
    //]
        return Err(refusal(BAD_REQUEST, "This is not an HTTP request."));
    };
    if method != "GET" {
        return Err(refusal(METHOD_NOT_ALLOWED, "The method must be GET."));
    }
    if version != "HTTP/1.1" {
        return Err(refusal(VERSION_NOT_SUPPORTED, "A WebSocket needs HTTP/1.1."));
    }
    if values(request, "Host").len() != 1 {
        return Err(refusal(BAD_REQUEST, "There must be one Host header."));
    }
    if !has_token(request, "Upgrade", "websocket") {
        return Err(refusal(BAD_REQUEST, "This server speaks WebSocket: send Upgrade: websocket."));
    }
    if !has_token(request, "Connection", "Upgrade") {
        return Err(refusal(BAD_REQUEST, "The Connection header must contain Upgrade."));
    }
    if values(request, "Sec-WebSocket-Version") != ["13"] {
        return Err(refusal(UPGRADE_REQUIRED, "This server speaks version 13 only."));
    }
    let keys = values(request, "Sec-WebSocket-Key");
    let [key] = &keys[..] else {
        return Err(refusal(BAD_REQUEST, "There must be one Sec-WebSocket-Key header."));
    };
    // A strict decoder: it refuses other letters, and a text without its padding.
    if !STANDARD.decode(key).is_ok_and(|bytes| bytes.len() == 16) {
        return Err(refusal(BAD_REQUEST, "The Sec-WebSocket-Key must be 16 bytes in base64."));
    }
    //[ 5
    // Any page on the web can make its visitor's browser connect to us. The browser then sends the
    // origin of that page. A client that sends no Origin is not a browser.
    let own = [format!("http://{address}"), format!("http://localhost:{}", address.port())];
    for origin in values(request, "Origin") {
        if !own.contains(&origin) {
            return Err(refusal(FORBIDDEN, &format!("Pages of {origin} may not connect.")));
        }
    }
    //]
    //[ 4-16
    Ok(switching_protocols(key))
    //]
    //[ 17
    let agreement = Agreement::accept(&values(request, "Sec-WebSocket-Extensions").join(","));
    //]
    //[ 17-17
    Ok(Opened { answer: switching_protocols(key, &agreement), agreement })
    //]
    //[ 18
    let answer = switching_protocols(key, &agreement);
    Ok(Opened { answer, agreement, target: target.to_string() })
    //]
}
//]

/// Returns the answer that opens the WebSocket (RFC 6455 §4.2.2).
//[ 2-16
fn switching_protocols(key: &str) -> String {
//]
//[ 17
fn switching_protocols(key: &str, agreement: &Option<Agreement>) -> String {
    let extensions = match agreement {
        Some(agreement) => format!("Sec-WebSocket-Extensions: {}\r\n", agreement.answer()),
        None => String::new(),
    };
//]
    format!(
        "HTTP/1.1 101 Switching Protocols\r\n\
         Upgrade: websocket\r\n\
         Connection: Upgrade\r\n\
         Sec-WebSocket-Accept: {}\r\n\
         //[ 2-16
         \r\n",
         //]
         //[ 17
         {extensions}\r\n",
         //]
        accept_value(key)
    )
}

/// Returns the value of Sec-WebSocket-Accept: the base64 of the SHA-1 of the key and the GUID.
fn accept_value(key: &str) -> String {
    STANDARD.encode(Sha1::digest(format!("{key}{GUID}")))
}
//[ 3

/// Returns the values of all headers with this name, in upper or lower case. A value may contain
/// colons, and the white space around it does not belong to it (RFC 9112 §5).
fn values(request: &str, name: &str) -> Vec<String> {
    let headers = request.lines().filter_map(|line| line.split_once(':'));
    let named = headers.filter(|(other, _)| other.eq_ignore_ascii_case(name));
    named.map(|(_, value)| value.trim().to_string()).collect()
}

/// Whether a header with this name contains the token, in upper or lower case. Its value is a list:
/// Firefox sends `Connection: keep-alive, Upgrade`.
fn has_token(request: &str, name: &str, token: &str) -> bool {
    let list = values(request, name).join(",");
    list.split(',').any(|other| other.trim().eq_ignore_ascii_case(token))
}
//]
//[ 14

/// Whether a line is a header. A proxy in front of us may read other lines differently: those that
/// continue the line before, with a space before the colon, or with control characters.
fn is_header(line: &str) -> bool {
    let Some((name, _)) = line.split_once(':') else { return false };
    let is_name = !name.is_empty() && name.chars().all(|letter| letter.is_ascii_graphic());
    is_name && !line.contains(|letter: char| letter.is_control() && letter != '\t')
}
//]
//[ 4

/// Returns the answer to a request that is refused. A person may read the reason in a browser.
fn refusal(status: &str, reason: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\n\
         Content-Type: text/plain\r\n\
         Content-Length: {}\r\n\
         Connection: close\r\n\
         \r\n\
         {reason}",
        reason.len()
    )
}
//]
//]
