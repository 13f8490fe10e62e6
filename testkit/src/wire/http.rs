//! As much of HTTP/1.1 as the opening handshake and its refusals need.

use httparse::EMPTY_HEADER;

/// More headers than any peer here sends.
const HEADERS_MAX: usize = 128;

/// How many bytes the head of a request or response takes, the blank line included; `None` if that
/// has not come.
pub(crate) fn head_size(bytes: &[u8]) -> Option<usize> {
    let blank_line = b"\r\n\r\n";
    let at = bytes.windows(blank_line.len()).position(|window| window == blank_line)?;
    Some(at + blank_line.len())
}

fn owned(headers: &[httparse::Header<'_>]) -> Vec<(String, String)> {
    let value = |bytes| String::from_utf8_lossy(bytes).into_owned();
    headers.iter().map(|header| (header.name.to_owned(), value(header.value))).collect()
}

fn header<'a>(headers: &'a [(String, String)], wanted: &str) -> Option<&'a str> {
    let mut values = headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case(wanted));
    values.next().map(|(_, value)| value.as_str())
}

/// A request that a [`Wire`](crate::Wire) has accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The method, as it came.
    pub method: String,
    /// The path and query.
    pub target: String,
    /// All headers, as they came.
    pub headers: Vec<(String, String)>,
}

impl Request {
    /// Reads a head; `None` if it is not that of a request.
    pub(crate) fn read(head: &[u8]) -> Option<Self> {
        let mut headers = [EMPTY_HEADER; HEADERS_MAX];
        let mut request = httparse::Request::new(&mut headers);
        request.parse(head).ok()?;
        let (method, target) = (request.method?.to_owned(), request.path?.to_owned());
        Some(Self { method, target, headers: owned(request.headers) })
    }

    /// The first value of a header, its name in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }
}

/// A response that a server has sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The status, such as 101.
    pub status: u16,
    /// The words after the status.
    pub reason: String,
    /// All headers, as they came.
    pub headers: Vec<(String, String)>,
    /// The body; empty after a 101.
    pub body: Vec<u8>,
}

impl Response {
    /// The status line and the headers, without the date, and without the length and the policy of a
    /// body that may be rewritten.
    pub fn head(&self) -> String {
        let length = self.body.len().to_string();
        let headers = self.headers.iter().map(|(name, value)| {
            let value = match name.as_str() {
                "Date" => "(date)",
                "Content-Security-Policy" => "(the policy of the page)",
                _ if *value == length => "(the length of the page)",
                _ => value,
            };
            format!("\n{name}: {value}")
        });
        format!("{} {}{}", self.status, self.reason, headers.collect::<String>())
    }

    /// Reads a head, whose body is still to come; `None` if it is not that of a response.
    pub(crate) fn read(head: &[u8]) -> Option<Self> {
        let mut headers = [EMPTY_HEADER; HEADERS_MAX];
        let mut response = httparse::Response::new(&mut headers);
        response.parse(head).ok()?;
        let (status, reason) = (response.code?, response.reason.unwrap_or_default().to_owned());
        Some(Self { status, reason, headers: owned(response.headers), body: Vec::new() })
    }

    /// The first value of a header, its name in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }

    /// The body as text; panics if it is not UTF-8.
    #[track_caller]
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("the body should be UTF-8")
    }

    /// Whether one of a header's values has this word in its list, in any case.
    pub(crate) fn lists(&self, name: &str, word: &str) -> bool {
        let values = self.headers.iter().filter(|(header, _)| header.eq_ignore_ascii_case(name));
        values
            .flat_map(|(_, value)| value.split(','))
            .any(|part| part.trim().eq_ignore_ascii_case(word))
    }

    /// Where the body ends.
    pub(crate) fn body_ends(&self) -> BodyEnd {
        let length = self.header("content-length").and_then(|length| length.parse().ok());
        match (self.status, length) {
            (100..=199 | 204 | 304, _) => BodyEnd::After(0),
            (_, Some(length)) => BodyEnd::After(length),
            (_, None) if self.lists("connection", "close") => BodyEnd::WithTheConnection,
            (_, None) => BodyEnd::After(0),
        }
    }
}

/// Where the body of a response ends (RFC 9112 §6.3). Chunks are not among the ways: no step
/// sends them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BodyEnd {
    After(usize),
    WithTheConnection,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(head: &str) -> Option<Response> {
        Response::read(head.as_bytes())
    }

    #[test]
    fn a_head_is_read_once_its_blank_line_is_there() {
        let head = b"GET /a HTTP/1.1\r\nHost: b\r\n\r\nrest";
        let size = head.len() - 4;
        assert_eq!(head_size(&head[..size - 1]), None);
        assert_eq!(head_size(head), Some(size));
        let request = Request::read(&head[..size]).unwrap();
        assert_eq!((request.method.as_str(), request.target.as_str()), ("GET", "/a"));
        assert_eq!(request.header("HOST"), Some("b"));
        assert_eq!(request.header("Origin"), None);
    }

    #[test]
    fn a_response_says_where_its_body_ends() {
        let ends = |head| response(head).unwrap().body_ends();
        assert_eq!(ends("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"), BodyEnd::After(5));
        assert_eq!(ends("HTTP/1.1 101 Switching\r\nContent-Length: 5\r\n\r\n"), BodyEnd::After(0));
        assert_eq!(ends("HTTP/1.1 400\r\n\r\n"), BodyEnd::After(0));
        assert_eq!(
            ends("HTTP/1.1 400 No\r\nconnection: a, Close\r\n\r\n"),
            BodyEnd::WithTheConnection
        );
        assert_eq!(response("SSH-2.0\r\n\r\n"), None);
    }
}
