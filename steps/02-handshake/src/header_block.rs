//! The request, collected from however many pieces it arrives in.

use clap::Args;
use http::{Request, Version};

use crate::Refusal;

/// How large a header block may be. Both limits bound what a stranger can make us hold.
#[derive(Args, Clone, Copy, Debug)]
pub struct HeaderLimits {
    /// The longest header block of a request; a longer one is answered with 431
    // From the first byte of the request line to the blank line, included.
    #[arg(long = "max-header-bytes", value_name = "BYTES", default_value_t = Self::default().bytes)]
    pub bytes: usize,
    /// The most header lines of a request; more are answered with 431
    #[arg(long = "max-header-lines", value_name = "COUNT", default_value_t = Self::default().lines)]
    pub lines: usize,
}

impl Default for HeaderLimits {
    /// 8 KiB and 64 lines: a browser with many cookies sends about 4 KiB in 20 lines.
    fn default() -> Self {
        Self { bytes: 8 * 1024, lines: 64 }
    }
}

/// A request that has arrived whole.
#[derive(Debug)]
pub struct Arrived {
    /// The request: handshakes have no body.
    pub request: Request<()>,
    /// The bytes behind it. A client in a hurry sends its first frames before it has our answer.
    pub rest: Vec<u8>,
}

/// A header block that is arriving.
#[derive(Debug)]
pub struct HeaderBlock {
    limits: HeaderLimits,
    bytes: Vec<u8>,
    /// Bytes that have been searched for the blank line, so that a request which arrives a byte at
    /// a time is not searched from its start each time.
    searched: usize,
}

impl HeaderBlock {
    /// An empty block.
    #[must_use]
    pub fn new(limits: HeaderLimits) -> Self {
        Self { limits, bytes: Vec::new(), searched: 0 }
    }

    // ANCHOR: push
    /// Takes the next bytes. `Ok(None)` says that all is well so far and more is needed.
    ///
    /// # Errors
    /// [`Refusal::TooLarge`] beyond the limits, and [`Refusal::Malformed`] or
    /// [`Refusal::HttpVersion`] for what is no HTTP/1.1 request (RFC 9112).
    pub fn push(&mut self, bytes: &[u8]) -> Result<Option<Arrived>, Refusal> {
        self.bytes.extend_from_slice(bytes);
        // Nobody looks beyond the limit, so it does not matter how the bytes were cut.
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
}

// ANCHOR: end_of_block
/// Where a header block ends, just after its blank line, if it ends within `bytes`.
///
/// `searched` says how many of the bytes have been looked at already, and is moved on.
///
/// # Errors
/// [`Refusal::Malformed`] for a line that ends in LF alone: RFC 9112 §2.2 lets a server accept it,
/// but two programs that disagree about where a line ends can be played against each other.
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
/// Parses a whole block with `httparse`, which refuses folded lines, bare CR, NUL, and a space
/// before the colon, as RFC 9112 §5 asks.
fn parse(block: &[u8], lines_max: usize) -> Result<Request<()>, Refusal> {
    let mut lines = vec![httparse::EMPTY_HEADER; lines_max];
    let mut parsed = httparse::Request::new(&mut lines);
    let status = parsed.parse(block).map_err(|error| match error {
        httparse::Error::TooManyHeaders => Refusal::TooLarge(lines_max, "header lines"),
        httparse::Error::Version => Refusal::HttpVersion,
        httparse::Error::HeaderName => {
            Refusal::Malformed("a header line does not begin with a name and a colon")
        }
        httparse::Error::HeaderValue => Refusal::Malformed("a header value is broken"),
        _ => Refusal::Malformed("the request line is broken"),
    })?;
    Refusal::Malformed("there is a blank line where the request should be")
        .unless(status.is_complete())?;
    let version = if parsed.version == Some(1) { Version::HTTP_11 } else { Version::HTTP_10 };
    let request = Request::builder()
        .method(parsed.method.unwrap_or_default())
        .uri(parsed.path.unwrap_or_default())
        .version(version);
    let request =
        parsed.headers.iter().fold(request, |request, line| request.header(line.name, line.value));
    // A target without a slash, `chat`, would be taken for the name of a host.
    let request = request.body(()).ok().filter(|request| request.uri().path().starts_with('/'));
    request.ok_or(Refusal::Malformed("the request target is broken"))
}
// ANCHOR_END: parse
