//! The client's side of the opening handshake, RFC 6455 §4.1.

use std::io;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use handshake::{HeaderLimits, accept_key, end_of_block};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use crate::Agreement;
use web::names_a_host;

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// This is no host, perhaps with a port, to ask for.
    #[error("\"{0}\" is no host with a port or without")]
    Host(String),
    /// This is no path, perhaps with a query, to ask for.
    #[error("\"{0}\" is no path: it must begin with a slash, without spaces or a fragment")]
    Target(String),
    /// The connection broke, or ended, before there was an answer.
    #[error("the connection broke during the handshake: {0}")]
    Io(#[from] io::Error),
    /// The answer is no upgrade to WebSocket; says why.
    #[error("the server did not upgrade: {0}")]
    Refused(String),
}

/// Asks the server at the other end of `stream` for a WebSocket at `target`, a path with a query
/// perhaps. `host` is the server's name, with its port unless that is the scheme's own.
///
/// Offers compression. Returns the bytes that came behind the answer, which are the first frames
/// already, and what was agreed on.
///
/// # Errors
/// [`ConnectError`], with the first rule of §4.1 that the answer breaks.
pub async fn connect<Stream: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut Stream,
    host: &str,
    target: &str,
) -> Result<(Vec<u8>, Option<Agreement>), ConnectError> {
    // A line end in either would put headers of somebody else's into the request.
    if !names_a_host(host.as_bytes()) {
        return Err(ConnectError::Host(host.to_owned()));
    }
    let may_stand = |byte: u8| byte.is_ascii_graphic() && byte != b'#';
    if !target.starts_with('/') || !target.bytes().all(may_stand) {
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

    let limits = HeaderLimits::default();
    let mut answer = Vec::with_capacity(limits.bytes);
    let mut searched = 0;
    while stream.read_buf(&mut answer).await? > 0 {
        let end = end_of_block(&answer, &mut searched);
        if let Some(end) = end.map_err(|error| ConnectError::Refused(error.to_string()))? {
            let rest = answer.split_off(end);
            let agreed = check(&answer, &accept_key(&key), limits.lines);
            return Ok((rest, agreed.map_err(ConnectError::Refused)?));
        }
        if answer.len() >= limits.bytes {
            let why = format!("its header block is over the limit of {} bytes", limits.bytes);
            return Err(ConnectError::Refused(why));
        }
    }
    Err(io::Error::from(io::ErrorKind::UnexpectedEof).into())
}

/// Checks an answer by the rules for it; says which one it breaks.
fn check(answer: &[u8], accept: &str, lines_max: usize) -> Result<Option<Agreement>, String> {
    let mut lines = vec![httparse::EMPTY_HEADER; lines_max];
    let mut response = httparse::Response::new(&mut lines);
    response.parse(answer).map_err(|error| format!("its answer is no HTTP: {error}"))?;
    if response.code != Some(101) {
        let reason = response.reason.unwrap_or_default();
        return Err(format!("it answers {} {reason}", response.code.unwrap_or_default()));
    }
    if response.version != Some(1) {
        return Err("its answer is not in HTTP/1.1".to_owned());
    }
    let value = |name: &str| {
        let lines = response.headers.iter().filter(|line| line.name.eq_ignore_ascii_case(name));
        let values = lines.map(|line| String::from_utf8_lossy(line.value).into_owned());
        values.reduce(|all, next| all + "," + &next)
    };
    if value("Upgrade").is_none_or(|value| !value.eq_ignore_ascii_case("websocket")) {
        return Err("its Upgrade header is not \"websocket\"".to_owned());
    }
    let connection = value("Connection").unwrap_or_default();
    if !connection.split(',').any(|token| token.trim().eq_ignore_ascii_case("upgrade")) {
        return Err("its Connection header does not contain \"Upgrade\"".to_owned());
    }
    if value("Sec-WebSocket-Accept").is_none_or(|value| value != accept) {
        return Err("its Sec-WebSocket-Accept does not belong to our key".to_owned());
    }
    // We have offered none, so none can have been chosen.
    if let Some(subprotocol) = value("Sec-WebSocket-Protocol") {
        return Err(format!(
            "its Sec-WebSocket-Protocol is \"{subprotocol}\", which we did not offer"
        ));
    }
    value("Sec-WebSocket-Extensions").map(|answer| Agreement::answered(&answer)).transpose()
}
