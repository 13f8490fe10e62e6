//! A request: its parser in pieces and the rules of the opening handshake, against their grammars

use std::collections::BTreeSet;

use arbitrary::{Arbitrary as _, Result, Unstructured};
use handshake::{Arrived, HeaderBlock, HeaderLimits, Policy, Refusal, upgrade};
use http::Version;

use crate::plain::http::{
    Field, RequestTarget, elements, extension, fields, is_host_and_port, is_key, is_token,
    request_target, tokens, values,
};

/// The subprotocols of the server.
const SUBPROTOCOLS: [&str; 2] = ["chat", "superchat"];
/// Limits that an input can reach.
const LIMITS: HeaderLimits = HeaderLimits { bytes: 1024, lines: 16 };

/// The input: where the bytes are cut, and what a client sends.
pub(crate) fn run(bytes: &[u8]) -> Result<()> {
    let mut input = Unstructured::new(bytes);
    let cut = u16::arbitrary(&mut input)?;
    let bytes = input.take_rest();
    let read = read(&[bytes]);
    let (left, right) = bytes.split_at(usize::from(cut).min(bytes.len()));
    assert_eq!(shown(&self::read(&[left, right])), shown(&read), "cut at {}", left.len());

    let expected = expected(bytes);
    match (read, expected) {
        (Ok(None), Expected::NeedsBytes) => {}
        (Err(refusal), Expected::Refused(statuses)) => {
            let status = refusal.status().as_u16();
            assert!(statuses.contains(&status), "{refusal:?} is not among {statuses:?}");
        }
        (Ok(Some(Arrived { request, rest })), Expected::Request(line, due, behind)) => {
            assert_eq!(request.method().as_str().as_bytes(), line.method);
            let version = if line.minor == 0 { Version::HTTP_10 } else { Version::HTTP_11 };
            assert_eq!(request.version(), version);
            assert_eq!(rest, behind);
            check_target(request.uri(), &line.target);
            // A map keeps the order of the values of each name.
            let mut fields: Vec<Field> = Vec::new();
            for (name, value) in request.headers() {
                fields.push((name.as_str().to_owned(), value.as_bytes().to_vec()));
            }
            for name in due.iter().map(|(name, _)| name) {
                assert_eq!(values(&fields, name), values(&due, name), "{name}");
            }
            assert_eq!(fields.len(), due.len());
            check_upgrade(&request, &line, &due);
        }
        (read, expected) => panic!("{read:?}, but {expected:?}"),
    }
    Ok(())
}

/// Reads a request in pieces, until there is a result.
fn read(pieces: &[&[u8]]) -> std::result::Result<Option<Arrived>, Refusal> {
    let mut block = HeaderBlock::new(LIMITS);
    let mut pieces = pieces.iter();
    while let Some(piece) = pieces.next() {
        let read = block.push(piece).transpose();
        if let Some(read) = read {
            return read.map(|mut arrived| {
                arrived.rest.extend(pieces.flat_map(|piece| piece.iter().copied()));
                Some(arrived)
            });
        }
    }
    Ok(None)
}

/// A result that can be compared.
fn shown(read: &std::result::Result<Option<Arrived>, Refusal>) -> String {
    format!("{read:?}")
}

/// The first line of a request.
#[derive(Debug)]
struct RequestLine {
    method: Vec<u8>,
    target: RequestTarget,
    minor: u8,
}

/// What a server must do.
#[derive(Debug)]
enum Expected {
    NeedsBytes,
    /// Refuse, with one of these statuses: a request can be wrong in several ways.
    Refused(BTreeSet<u16>),
    Request(RequestLine, Vec<Field>, Vec<u8>),
}

/// Reads a request by the grammar of RFC 9112 §2.1, within the limits.
fn expected(bytes: &[u8]) -> Expected {
    let refused = |status: u16| Expected::Refused(BTreeSet::from([status]));
    let within = &bytes[..bytes.len().min(LIMITS.bytes)];
    // Each line ends in CRLF. A LF alone could be read in two ways (§2.2), so it is refused at once.
    let end = within.windows(4).position(|four| four == b"\r\n\r\n").map(|end| end + 4);
    let searched = &within[..end.unwrap_or(within.len())];
    let is_bare = |place: usize| searched[place] == b'\n' && !searched[..place].ends_with(b"\r");
    if (0..searched.len()).any(is_bare) {
        return refused(400);
    }
    let Some(end) = end else {
        return if within.len() < LIMITS.bytes { Expected::NeedsBytes } else { refused(431) };
    };
    let (block, behind) = bytes.split_at(end);
    // §2.2: one empty line before the request is ignored.
    let block = block.strip_prefix(b"\r\n").unwrap_or(block);
    let line_end = block.windows(2).position(|two| two == b"\r\n").unwrap_or_default();
    let (line, rest) = (&block[..line_end], &block[line_end + 2..]);
    let lines = rest.strip_suffix(b"\r\n").unwrap_or(rest);

    let mut faults = BTreeSet::new();
    // §2.2: a CR alone is a fault. What is before it may have another one.
    let bare = line.iter().position(|&byte| byte == b'\r');
    faults.extend(bare.map(|_| 400));
    let line = &line[..bare.unwrap_or(line.len())];
    let line = request_line(line).map_err(|faults_of_line| faults.extend(faults_of_line));
    let fields = fields(lines);
    if fields.is_none() {
        faults.insert(400);
    }
    if lines.windows(2).filter(|two| two == b"\r\n").count() > LIMITS.lines {
        faults.insert(431);
    }
    match (line, fields) {
        (Ok(line), Some(fields)) if faults.is_empty() => {
            Expected::Request(line, fields, behind.to_vec())
        }
        _ => Expected::Refused(faults),
    }
}

/// Reads `method SP request-target SP HTTP-version` (RFC 9112 §3). The error is a set of statuses.
fn request_line(line: &[u8]) -> std::result::Result<RequestLine, Vec<u16>> {
    let words: Vec<&[u8]> = line.split(|&byte| byte == b' ').collect();
    let &[method, target, version] = words.as_slice() else { return Err(vec![400]) };
    let mut faults = Vec::new();
    // §2.3: `HTTP-name "/" DIGIT "." DIGIT`. A higher minor version is compatible with 1.1 (RFC 9110 §2.5).
    let minor = match version {
        [b'H', b'T', b'T', b'P', b'/', b'1', b'.', minor @ b'0'..=b'9'] => minor - b'0',
        [b'H', b'T', b'T', b'P', b'/', b'0'..=b'9', b'.', b'0'..=b'9'] => {
            faults.push(505);
            0
        }
        _ => {
            faults.push(400);
            0
        }
    };
    let target = request_target(target);
    if !is_token(method) || target.is_none() {
        faults.push(400);
    }
    match target {
        Some(target) if faults.is_empty() => {
            Ok(RequestLine { method: method.to_vec(), target, minor })
        }
        _ => Err(faults),
    }
}

/// Compares a parsed target with what was sent.
fn check_target(uri: &http::Uri, RequestTarget { authority, path }: &RequestTarget) {
    assert_eq!(
        uri.authority().map(|authority| authority.as_str().as_bytes()),
        authority.as_deref()
    );
    let (path, query) = match path.iter().position(|&byte| byte == b'?') {
        Some(mark) => (&path[..mark], Some(&path[mark + 1..])),
        None => (&path[..], None),
    };
    // RFC 9112 §3.2.1: an empty path is `/`.
    let path = if path.is_empty() { b"/" } else { path };
    assert_eq!(uri.path().as_bytes(), path);
    assert_eq!(uri.query().map(str::as_bytes), query);
}

/// Checks the decision on a request by the rules of RFC 6455 §4.2.1. A request can break several.
fn check_upgrade(request: &http::Request<()>, line: &RequestLine, fields: &[Field]) {
    let policy =
        Policy { subprotocols: SUBPROTOCOLS.map(str::to_owned).to_vec(), ..Policy::default() };
    let mut faults = BTreeSet::new();
    let mut rule = |status: u16, is_kept: bool| faults.extend(Some(status).filter(|_| !is_kept));
    let of = |name: &str| values(fields, name);
    // A value that is not made of visible characters has no tokens in it.
    let is_text = |value: &&[u8]| value.iter().all(|byte| matches!(byte, b'\t' | b' '..=b'~'));
    let texts = |name: &str| of(name).into_iter().filter(is_text).collect::<Vec<&[u8]>>();
    let list = |name: &str| tokens(&texts(name));
    let extensions = elements(&texts("sec-websocket-extensions"));
    let has = |name: &str, token: &str| {
        list(name).iter().any(|element| element.eq_ignore_ascii_case(token.as_bytes()))
    };
    rule(405, line.method == b"GET");
    // RFC 9112 §3.2: one Host, which may only be missing in HTTP/1.0.
    let hosts = of("host");
    rule(
        400,
        match hosts.as_slice() {
            [] => line.minor == 0,
            [host] => is_host_and_port(host),
            _ => false,
        },
    );
    rule(400, of("content-length").iter().all(|length| *length == b"0"));
    rule(400, of("transfer-encoding").is_empty());
    rule(400, has("upgrade", "websocket"));
    rule(505, line.minor >= 1);
    rule(400, has("connection", "upgrade"));
    rule(426, of("sec-websocket-version") == [b"13"]);
    rule(400, matches!(of("sec-websocket-key").as_slice(), [key] if is_key(key)));
    // §10.2: the origin has a target of its own.
    rule(403, of("origin").is_empty());
    let offered = list("sec-websocket-protocol");
    let distinct: BTreeSet<_> = offered.iter().collect();
    let is_list = |name: &str| {
        let values = of(name);
        values.iter().all(is_text) && (values.is_empty() || !list(name).is_empty())
    };
    rule(400, offered.iter().all(|name| is_token(name)) && distinct.len() == offered.len());
    rule(400, is_list("sec-websocket-protocol"));
    rule(400, extensions.iter().all(|entry| extension(entry).is_some()));
    rule(400, is_list("sec-websocket-extensions"));
    let is_origin_alone = faults.len() == 1 && faults.contains(&403);
    match upgrade(request, &policy) {
        Ok(upgrade) => {
            assert!(faults.is_empty() || is_origin_alone, "accepted, in spite of {faults:?}");
            let key = String::from_utf8_lossy(of("sec-websocket-key")[0]).into_owned();
            assert_eq!(upgrade.accept, testkit::accept_value(&key));
            // §4.2.2: the first of the offers that the server knows.
            let chosen = offered
                .iter()
                .find(|&name| SUBPROTOCOLS.iter().any(|known| known.as_bytes() == name.as_slice()));
            assert_eq!(
                upgrade.subprotocol.as_deref().map(str::as_bytes),
                chosen.map(Vec::as_slice)
            );
            assert_eq!(upgrade.extensions, None);
        }
        Err(refusal) => {
            let status = refusal.status().as_u16();
            assert!(faults.contains(&status), "{refusal:?} is not among {faults:?}");
        }
    }
}
