//! Collects a request that arrives in any number of pieces, and parses it.

use clap::Args;
use http::request::Builder;
use http::{Request, Version};
use web::{number_in, parse_target};

use crate::refusal::Refusal;

/// The limits on a header block, so that a client cannot fill our memory with one.
#[derive(Args, Clone, Copy, Debug)]
pub struct HeaderLimits {
    /// The longest header block of a request; a longer one is answered with 431
    // From the first byte of the request line to the blank line, included. A browser's request
    // needs about 600 bytes in 15 lines.
    #[arg(long = "max-header-bytes", value_name = "BYTES", default_value_t = Self::default().bytes)]
    #[arg(value_parser = number_in(512..=1024 * 1024))]
    pub bytes: usize,
    /// The most header lines of a request; more are answered with 431
    #[arg(long = "max-header-lines", value_name = "COUNT", default_value_t = Self::default().lines)]
    #[arg(value_parser = number_in(8..=1024))]
    pub lines: usize,
}

impl Default for HeaderLimits {
    /// 16 KiB and 64 lines. A browser sends all cookies of a host, whichever program has set them, so
    /// 8 or 9 KiB of cookies are not unusual. Other servers also accept 16 KiB.
    fn default() -> Self {
        Self { bytes: 16 * 1024, lines: 64 }
    }
}

// ANCHOR: block
/// A request that has arrived completely.
#[derive(Debug)]
pub struct Arrived {
    /// The request, which has no body.
    pub request: Request<()>,
    /// The bytes that arrived after it. A client may send its first frames before it has our answer.
    pub rest: Vec<u8>,
}

/// A header block that is arriving.
#[derive(Debug)]
pub struct HeaderBlock {
    limits: HeaderLimits,
    bytes: Vec<u8>,
    /// The number of bytes that have been searched for the blank line. So a request that arrives byte
    /// by byte is not searched from its start each time.
    searched: usize,
}
// ANCHOR_END: block

impl HeaderBlock {
    /// Creates an empty block.
    pub fn new(limits: HeaderLimits) -> Self {
        Self { limits, bytes: Vec::new(), searched: 0 }
    }

    // ANCHOR: push
    /// Adds the next bytes. Returns the request, or `None` if more bytes are needed.
    ///
    /// # Errors
    /// [`Refusal::TooLarge`] beyond the limits, and [`Refusal::Malformed`] or
    /// [`Refusal::HttpVersion`] for bytes that are not a request in HTTP/1.1 (RFC 9112).
    pub fn push(&mut self, bytes: &[u8]) -> Result<Option<Arrived>, Refusal> {
        self.bytes.extend_from_slice(bytes);
        // Bytes beyond the limit are never searched. So the pieces make no difference.
        let within = &self.bytes[..self.bytes.len().min(self.limits.bytes)];
        let Some(end) = end_of_block(within, &mut self.searched)? else {
            Refusal::TooLarge(self.limits.bytes, "bytes")
                .unless(within.len() < self.limits.bytes)?;
            return Ok(None);
        };
        let rest = self.bytes.split_off(end);
        Ok(Some(Arrived { request: parse(&self.bytes, self.limits.lines)?, rest }))
    }
    // ANCHOR_END: push

    /// Returns whether this is a HEAD request, which asks for the header fields alone (RFC 9110
    /// §9.3.2). As long as the method has not arrived, it is not.
    pub(crate) fn is_head(&self) -> bool {
        self.bytes.strip_prefix(b"\r\n").unwrap_or(&self.bytes).starts_with(b"HEAD ")
    }
}

// ANCHOR: end_of_block
/// Returns the position after the blank line that ends the header block, or `None` if it is not in
/// `bytes` yet.
///
/// The first `searched` bytes have been searched already. The number is updated.
///
/// # Errors
/// [`Refusal::Malformed`] for a line that ends in LF alone. RFC 9112 §2.2 lets a server accept it, but
/// an attacker can use it if a proxy and the server disagree about where a line ends.
pub fn end_of_block(bytes: &[u8], searched: &mut usize) -> Result<Option<usize>, Refusal> {
    while let Some(found) = bytes[*searched..].iter().position(|&byte| byte == b'\n') {
        let end = *searched + found + 1;
        Refusal::Malformed("a line ends in LF without the CR before it")
            .unless(bytes[..end].ends_with(b"\r\n"))?;
        *searched = end;
        if bytes[..end].ends_with(b"\r\n\r\n") {
            return Ok(Some(end));
        }
    }
    *searched = bytes.len();
    Ok(None)
}
// ANCHOR_END: end_of_block

// ANCHOR: parse
/// Parses a whole block. `httparse` refuses folded lines, bare CR, NUL, and a space before the
/// colon, as RFC 9112 §5 demands.
fn parse(block: &[u8], lines_max: usize) -> Result<Request<()>, Refusal> {
    // One empty line before the request is ignored (RFC 9112 §2.2).
    let block = block.strip_prefix(b"\r\n").unwrap_or(block);
    let first_end = block.iter().position(|&byte| byte == b'\r').unwrap_or(block.len());
    let (first, others) = block.split_at(first_end);
    let others = others.strip_prefix(b"\r\n").unwrap_or(others);
    let request = parse_request_line(first)?;
    let mut lines = vec![httparse::EMPTY_HEADER; lines_max];
    let parsed = httparse::parse_headers(others, &mut lines).map_err(|error| match error {
        httparse::Error::TooManyHeaders => Refusal::TooLarge(lines_max, "header lines"),
        httparse::Error::HeaderValue => Refusal::Malformed("a header value is invalid"),
        _ => Refusal::Malformed("a header line does not begin with a name and a colon"),
    })?;
    let lines = if let httparse::Status::Complete((_, lines)) = parsed { lines } else { &[] };
    let request = lines.iter().fold(request, |request, line| request.header(line.name, line.value));
    request.body(()).map_err(|_| Refusal::Malformed("the method is not a token"))
}
// ANCHOR_END: parse

// ANCHOR: request_line
/// Parses the first line of a request: method, target and version, with one space between them.
fn parse_request_line(line: &[u8]) -> Result<Builder, Refusal> {
    if line.is_empty() {
        return Err(Refusal::Malformed("there is a blank line where the request should be"));
    }
    let words: Vec<&[u8]> = line.split(|&byte| byte == b' ').collect();
    let &[method, target, version] = words.as_slice() else {
        return Err(Refusal::Malformed("the first line is not a method, a target and a version"));
    };
    let version = match version.strip_prefix(b"HTTP/") {
        Some(b"1.0") => Version::HTTP_10,
        // A higher minor version is compatible with 1.1 (RFC 9110 §2.5).
        Some([b'1', b'.', b'1'..=b'9']) => Version::HTTP_11,
        Some([b'0'..=b'9', b'.', b'0'..=b'9']) => return Err(Refusal::HttpVersion),
        _ => return Err(Refusal::Malformed("the first line does not end in HTTP and a version")),
    };
    let target = parse_target(target).ok_or(Refusal::Malformed("the request target is invalid"))?;
    Ok(Request::builder().method(method).uri(target).version(version))
}
// ANCHOR_END: request_line
