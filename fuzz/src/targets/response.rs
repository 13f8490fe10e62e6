//! What a server answers to our client: accepted if it keeps RFC 6455 §4.1, and not otherwise

use std::future::Future as _;
use std::io;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use arbitrary::{Arbitrary as _, Result, Unstructured};
use echo::{ConnectError, Endpoint, Limits, Progress, Role, connect};
use testkit::accept_value;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::plain::http::{Field, Parameter, extension, fields, split, tokens, trim, values};

/// Stands in an input for the right value of `Sec-WebSocket-Accept`.
const ACCEPT: &[u8] = b"{accept}";
/// The longest answer that the client accepts.
const BYTES_MAX: usize = 16 * 1024;
/// The most header lines that it accepts.
const LINES_MAX: usize = 64;

/// The input: the size of a read, and what the server sends.
pub(crate) fn run(bytes: &[u8]) -> Result<()> {
    let mut input = Unstructured::new(bytes);
    let step = usize::from(u8::arbitrary(&mut input)?) + 1;
    let template = input.take_rest();
    let mut server = Server { template, step, request: Vec::new(), answer: None };
    let connected = match pin!(connect(&mut server, "127.0.0.1", "/", Limits::default()))
        .poll(&mut Context::from_waker(Waker::noop()))
    {
        Poll::Ready(connected) => connected,
        Poll::Pending => panic!("the server of this test never lets a client wait"),
    };
    let (answer, place) = server.answer.unwrap_or_default();
    match (connected, expected(&answer, &accept_of(&server.request))) {
        (Ok(endpoint), Expected::Accepted { behind }) => {
            assert!(behind <= place, "the client accepts what it has not read");
            check_rest(endpoint, &answer[behind..], place - behind);
        }
        (Err(ConnectError::Refused(_)), Expected::Refused)
        | (Err(ConnectError::Io(_)), Expected::NeedsBytes) => {}
        (connected, expected) => panic!("{:?}, but {expected:?}", connected.err()),
    }
    Ok(())
}

/// What a client must do.
#[derive(Debug)]
enum Expected {
    /// Accept, and take the bytes from here on for frames.
    Accepted {
        behind: usize,
    },
    Refused,
    NeedsBytes,
}

/// Decides by RFC 9112 §4 and RFC 6455 §4.1.
fn expected(answer: &[u8], accept: &str) -> Expected {
    let mut begin = 0;
    loop {
        let rest = &answer[begin..answer.len().min(BYTES_MAX).max(begin)];
        let end = rest.windows(4).position(|four| four == b"\r\n\r\n").map(|end| end + 4);
        let head = &rest[..end.unwrap_or(rest.len())];
        let is_bare = |place: usize| head[place] == b'\n' && !head[..place].ends_with(b"\r");
        if (0..head.len()).any(is_bare) {
            return Expected::Refused;
        }
        // RFC 9112 §2.2 asks a server to ignore an empty line before a request. Our client does the same.
        let mut head = head;
        while let Some(behind) = head.strip_prefix(b"\r\n") {
            head = behind;
        }
        let Some(end) = end else {
            return if answer.len() < BYTES_MAX { Expected::NeedsBytes } else { Expected::Refused };
        };
        let Some(line_end) = head.windows(2).position(|two| two == b"\r\n") else {
            return Expected::Refused;
        };
        let line = &head[..line_end];
        let lines = head[line_end + 2..].strip_suffix(b"\r\n").unwrap_or_default();
        let fields = fields(lines)
            .filter(|_| lines.windows(2).filter(|two| two == b"\r\n").count() <= LINES_MAX);
        match (status(line), fields) {
            // RFC 9110 §15.2: interim answers are skipped, except 101, which is final.
            (Some([b'1', b'0'..=b'9', b'0'..=b'9']), Some(_)) if status(line) != Some(*b"101") => {
                begin += end;
            }
            (Some(status), Some(fields)) => {
                let is_right = status == *b"101"
                    && line.starts_with(b"HTTP/1.1")
                    && is_upgrade(&fields, accept);
                return if is_right {
                    Expected::Accepted { behind: begin + end }
                } else {
                    Expected::Refused
                };
            }
            _ => return Expected::Refused,
        }
    }
}

/// Reads `HTTP-version SP status-code SP [ reason-phrase ]` (RFC 9112 §4). Returns the status code of an
/// answer in HTTP/1. The last space is often left out.
fn status(line: &[u8]) -> Option<[u8; 3]> {
    let [b'H', b'T', b'T', b'P', b'/', b'1', b'.', b'0' | b'1', b' ', code @ ..] = line else {
        return None;
    };
    let (code, reason) = code.split_first_chunk()?;
    let is_text = |byte: &u8| matches!(byte, b'\t' | b' '..=b'~' | 0x80..);
    let is_reason = reason.is_empty() || reason.starts_with(b" ") && reason.iter().all(is_text);
    Some(*code).filter(|code| is_reason && code.iter().all(u8::is_ascii_digit))
}

/// RFC 6455 §4.1, the list of what a client must check.
fn is_upgrade(fields: &[Field], accept: &str) -> bool {
    let of = |name: &str| values(fields, name);
    let upgrade = of("upgrade");
    let is_websocket =
        matches!(upgrade.as_slice(), [one] if one.eq_ignore_ascii_case(b"websocket"));
    let connection = tokens(&of("connection"));
    let is_upgraded = connection.iter().any(|token| token.eq_ignore_ascii_case(b"upgrade"));
    let is_accepted = of("sec-websocket-accept") == [accept.as_bytes()];
    let has_subprotocol = !of("sec-websocket-protocol").is_empty();
    let lines = of("sec-websocket-extensions");
    let extensions: Vec<&[u8]> = lines.iter().flat_map(|line| split(line, b',')).collect();
    // Our client offers `permessage-deflate; client_max_window_bits`, once.
    let is_agreed = match extensions.as_slice() {
        [] => true,
        [one] => is_answer(one),
        _ => false,
    };
    is_websocket && is_upgraded && is_accepted && !has_subprotocol && is_agreed
}

/// RFC 7692 §7.1: an answer to our offer.
fn is_answer(text: &[u8]) -> bool {
    let Some((name, parameters)) = extension(trim(text)) else { return false };
    let is_distinct = (0..parameters.len()).all(|number| {
        parameters[..number].iter().all(|before| before.name != parameters[number].name)
    });
    let is_right = |parameter: &Parameter| {
        let value = parameter.value.as_deref();
        match &parameter.name[..] {
            b"server_no_context_takeover" | b"client_no_context_takeover" => value.is_none(),
            b"server_max_window_bits" | b"client_max_window_bits" => value.is_some_and(|value| {
                matches!(value, [b'8' | b'9'] | [b'1', b'0'..=b'5']) && !parameter.is_quoted
            }),
            _ => false,
        }
    };
    name.eq_ignore_ascii_case(b"permessage-deflate")
        && is_distinct
        && parameters.iter().all(is_right)
}

/// Checks that the bytes behind the answer are taken for frames. The first of them were read with it.
fn check_rest(mut endpoint: Endpoint, behind: &[u8], read: usize) {
    endpoint.receive(&behind[read..]);
    let mut other = Endpoint::new(Role::Client, Limits::default(), behind.to_vec(), None);
    // Without a reserved bit, compression makes no difference for the first frame.
    if behind.first().is_none_or(|first| first & 0x70 == 0) {
        let first = endpoint.advance();
        assert_eq!(first, other.advance());
        if first == Ok(Progress::Message) {
            assert_eq!(endpoint.message().0, other.message().0);
        }
    }
}

/// Returns the right `Sec-WebSocket-Accept` for a request.
fn accept_of(request: &[u8]) -> String {
    let request = String::from_utf8_lossy(request);
    let key = request.split_once("Sec-WebSocket-Key: ").map_or("", |(_, behind)| behind);
    accept_value(key.split("\r\n").next().unwrap_or_default())
}

/// A server that never makes a client wait.
struct Server<'input> {
    template: &'input [u8],
    step: usize,
    request: Vec<u8>,
    /// The answer, once the request has arrived, and how much of it was read.
    answer: Option<(Vec<u8>, usize)>,
}

impl AsyncRead for Server<'_> {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let Server { template, step, request, answer } = self.get_mut();
        let (answer, place) = answer.get_or_insert_with(|| {
            let accept = accept_of(request);
            let mut answer = Vec::new();
            let mut rest = *template;
            while let Some(found) = rest.windows(ACCEPT.len()).position(|window| window == ACCEPT) {
                answer.extend_from_slice(&rest[..found]);
                answer.extend_from_slice(accept.as_bytes());
                rest = &rest[found + ACCEPT.len()..];
            }
            answer.extend_from_slice(rest);
            (answer, 0)
        });
        let now = &answer[*place..];
        let count = now.len().min(*step).min(buffer.remaining());
        buffer.put_slice(&now[..count]);
        *place += count;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Server<'_> {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.get_mut().request.extend_from_slice(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
