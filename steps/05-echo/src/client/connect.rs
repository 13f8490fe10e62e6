//! The client's side of the opening handshake, RFC 6455 §4.1.

use std::io;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use handshake::{HeaderLimits, accept_key, end_of_block};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use web::{is_path_and_query, names_a_host};

use crate::compression::negotiation::Agreement;
use crate::sans_io::{endpoint::Endpoint, limits::Limits, role::Role};

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The host is not valid.
    #[error("\"{0}\" is not a host with or without a port")]
    Host(String),
    /// The request target is not valid.
    #[error("\"{0}\" is not a path: it must start with a slash, without spaces or a fragment")]
    Target(String),
    /// The TCP connection broke, or ended, before there was an answer.
    #[error("the connection broke during the handshake: {0}")]
    Io(#[from] io::Error),
    /// The server did not upgrade the connection, for this reason.
    #[error("the server did not upgrade: {0}")]
    Refused(String),
}

/// Opens a WebSocket to the server at the other end of `stream`.
///
/// `host` is the name of the server, with its port unless that is the standard one. `target` is a
/// path, with or without a query. The request offers compression.
///
/// # Errors
/// [`ConnectError`] says what is wrong with the arguments, with the connection or with the answer
/// (§4.1).
pub async fn connect<Stream: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut Stream,
    host: &str,
    target: &str,
    limits: Limits,
) -> Result<Endpoint, ConnectError> {
    // With a line end in one of them, a caller could add headers to the request.
    if !names_a_host(host.as_bytes()) {
        return Err(ConnectError::Host(host.to_owned()));
    }
    if !is_path_and_query(target) {
        return Err(ConnectError::Target(target.to_owned()));
    }
    let key = STANDARD.encode(rand::random::<[u8; 16]>());
    let request = format!(
        "GET {target} HTTP/1.1\r\n\
         Host: {host}\r\n\
         Upgrade: websocket\r\n\
         Connection: Upgrade\r\n\
         Sec-WebSocket-Key: {key}\r\n\
         Sec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Extensions: {}\r\n\r\n",
        Agreement::OFFER
    );
    stream.write_all(request.as_bytes()).await?;
    let (answer, received) = read_answer(stream).await?;
    let agreed = check(&answer, &accept_key(&key)).map_err(ConnectError::Refused)?;
    Ok(Endpoint::new(Role::Client, limits, received, agreed))
}

// ANCHOR: read_answer
/// Reads the final answer. Returns its header block, and the bytes behind it, which are frames.
///
/// A server may send interim answers first, such as `103 Early Hints`. A client skips those that it
/// does not know (RFC 9110 §15.2). All of them together must be within the limit.
async fn read_answer(
    stream: &mut (impl AsyncRead + Unpin),
) -> Result<(Vec<u8>, Vec<u8>), ConnectError> {
    let limit = HeaderLimits::default().bytes;
    let mut block = Vec::with_capacity(limit);
    let (mut searched, mut skipped) = (0, 0);
    loop {
        let end = end_of_block(&block, &mut searched);
        if let Some(end) = end.map_err(|error| ConnectError::Refused(error.to_string()))? {
            let received = block.split_off(end);
            if !is_interim(&block) {
                return Ok((block, received));
            }
            skipped += end;
            (block, searched) = (received, 0);
            continue;
        }
        if skipped + block.len() >= limit {
            let why = format!("its header block is over the limit of {limit} bytes");
            return Err(ConnectError::Refused(why));
        }
        if stream.read_buf(&mut block).await? == 0 {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        }
    }
}
// ANCHOR_END: read_answer

/// Returns whether this is an answer with the status 1xx, except 101, which is final.
fn is_interim(block: &[u8]) -> bool {
    let mut lines = vec![httparse::EMPTY_HEADER; HeaderLimits::default().lines];
    let mut response = httparse::Response::new(&mut lines);
    response.parse(block).is_ok() && matches!(response.code, Some(100 | 102..=199))
}

/// Checks the answer. The error says which rule is broken.
fn check(answer: &[u8], accept: &str) -> Result<Option<Agreement>, String> {
    let mut lines = vec![httparse::EMPTY_HEADER; HeaderLimits::default().lines];
    let mut response = httparse::Response::new(&mut lines);
    response.parse(answer).map_err(|error| format!("its answer is not HTTP: {error}"))?;
    let value = |name: &str| {
        let lines = response.headers.iter().filter(|line| line.name.eq_ignore_ascii_case(name));
        let values = lines.map(|line| String::from_utf8_lossy(line.value).into_owned());
        values.reduce(|all, next| all + "," + &next)
    };
    let (code, reason) = (response.code.unwrap_or_default(), response.reason.unwrap_or_default());
    rule(code == 101, &format!("it answers {code} {reason}"))?;
    rule(response.version == Some(1), "its answer is not in HTTP/1.1")?;
    let upgrade = value("Upgrade").unwrap_or_default();
    rule(upgrade.eq_ignore_ascii_case("websocket"), "its Upgrade header is not \"websocket\"")?;
    let connection = value("Connection").unwrap_or_default();
    let mut tokens = connection.split(',').map(str::trim);
    let has_upgrade = tokens.any(|token| token.eq_ignore_ascii_case("upgrade"));
    rule(has_upgrade, "its Connection header does not contain \"Upgrade\"")?;
    let is_accepted = value("Sec-WebSocket-Accept").as_deref() == Some(accept);
    rule(is_accepted, "its Sec-WebSocket-Accept does not belong to our key")?;
    // We do not offer a subprotocol, so the server must not choose one.
    if let Some(subprotocol) = value("Sec-WebSocket-Protocol") {
        return Err(format!(
            "its Sec-WebSocket-Protocol is \"{subprotocol}\", which we did not offer"
        ));
    }
    value("Sec-WebSocket-Extensions").map(|answer| Agreement::answered(&answer)).transpose()
}

/// Returns the problem if the rule is broken.
fn rule(is_kept: bool, problem: &str) -> Result<(), String> {
    if is_kept { Ok(()) } else { Err(problem.to_owned()) }
}
