//! # Find a header, as HTTP writes it
//!
//! This function finds a header with `starts_with`, and splits its line at every colon (fault F2).
//! But the case of a header's name has no meaning, a value may contain colons, and one name may
//! begin like another.
//!
//! Make `header` right for every request. A request line comes first; then one header in each line,
//! as `Name: value`, with spaces or tabs around the value or without them. There is no space before
//! the colon (RFC 9112 §5.1): a line that has one is not a header, and neither is a line without a
//! colon. Skip both here: another function refuses the whole request. A blank line ends the
//! headers.
//!
//! Fails: the_case_of_a_name_has_no_meaning
//!   "the case of a header's name has no meaning (F2)"
//! Fails: a_value_keeps_its_colons
//!   "the value was cut at its own colon (F2)"
//! Fails: a_longer_name_is_another_name
//!   "neither `Hostage` nor `X-Forwarded-Host` is `Host` (F2)"
//! Fails: a_space_before_the_colon_makes_it_no_header
//!   "a line with a space before its colon is not a header: skip it"
//! Fails: a_blank_line_ends_the_headers
//!   "`Origin` is after the blank line, where the headers have ended"
//!
//! Chapter: book/src/02-handshake.md#exercises

/// Returns the value of the first header with this name, without the spaces and tabs around it.
/// The value may be empty. If there is no such header, returns `None`.
fn header<'r>(request: &'r str, name: &str) -> Option<&'r str> {
    // TODO: which parts does a line have, and when are two names the same?
    let line = request.lines().skip(1).find(|line| line.starts_with(name))?;
    line.split(':').nth(1).map(str::trim)
}

fn main() {
    // Try things here, if you like: what this prints is shown below the tests.
}

#[cfg(test)]
mod tests {
    use std::panic;

    use super::*;

    const KEY: &str = "kJXuOKsrl3AR1KeFngRElQ==";

    /// Puts these headers into a request, and compares what your `header` finds in it with what was
    /// expected.
    #[track_caller]
    fn check(headers: &str, name: &str, expected: Option<&str>, why: &str) {
        let request = format!("GET /chat HTTP/1.1\r\n{headers}\r\n");
        check_request(&request, name, expected, why);
    }

    #[track_caller]
    fn check_request(request: &str, name: &str, expected: Option<&str>, why: &str) {
        let lines: String = request
            .split_inclusive('\n')
            .map(|line| format!("\n    {}", line.escape_debug()))
            .collect();
        let asked = format!("{why}\n  request:{lines}\n  your `header(request, {name:?})`");
        let yours = panic::catch_unwind(|| header(request, name))
            .unwrap_or_else(|_| panic!("{asked} panicked"));
        assert!(yours == expected, "{asked}\n  returned: {yours:?}\n  expected: {expected:?}");
    }

    #[test]
    fn a_header_is_found_as_it_was_written() {
        let headers = format!("Host: localhost\r\nSec-WebSocket-Key: {KEY}\r\n");
        check(&headers, "Sec-WebSocket-Key", Some(KEY), "the second header, as it was written");
    }

    #[test]
    fn spaces_and_tabs_around_a_value_do_not_belong_to_it() {
        let why = "spaces and tabs around the value do not belong to it";
        check("Upgrade:websocket\r\n", "Upgrade", Some("websocket"), "there need not be a space");
        check("Upgrade:  websocket \r\n", "Upgrade", Some("websocket"), why);
        check("Upgrade:\twebsocket\t\r\n", "Upgrade", Some("websocket"), why);
        let why = "the spaces inside of a value belong to it";
        check("User-Agent: a b\r\n", "User-Agent", Some("a b"), why);
    }

    #[test]
    fn the_case_of_a_name_has_no_meaning() {
        let headers = format!("sec-WEBSOCKET-Key: {KEY}\r\n");
        for name in ["Sec-WebSocket-Key", "sec-websocket-key", "SEC-WEBSOCKET-KEY"] {
            check(&headers, name, Some(KEY), "the case of a header's name has no meaning (F2)");
        }
    }

    #[test]
    fn a_value_keeps_its_colons() {
        let why = "the value was cut at its own colon (F2)";
        check("Host: localhost:9002\r\n", "Host", Some("localhost:9002"), why);
        check("Host: [::1]:9002\r\n", "Host", Some("[::1]:9002"), why);
    }

    #[test]
    fn a_value_may_be_empty() {
        check("Origin:\r\n", "Origin", Some(""), "the header is there, and its value is empty");
    }

    #[test]
    fn a_longer_name_is_another_name() {
        let headers = "Hostage: nobody\r\nX-Forwarded-Host: proxy\r\nHost: localhost\r\n";
        let why = "neither `Hostage` nor `X-Forwarded-Host` is `Host` (F2)";
        check(headers, "Host", Some("localhost"), why);
        check("Hos: nobody\r\n", "Host", None, "`Hos` is not `Host`");
    }

    #[test]
    fn a_name_in_a_value_is_not_a_header() {
        let headers = "Referer: http://evil.example/?Host: evil\r\nHost: localhost\r\n";
        check(headers, "Host", Some("localhost"), "the first `Host:` is part of another value");
    }

    #[test]
    fn the_first_of_two_headers_counts() {
        let headers = "Host: first\r\nHost: second\r\n";
        check(headers, "Host", Some("first"), "two headers have this name: the first one counts");
    }

    #[test]
    fn a_space_before_the_colon_makes_it_no_header() {
        let why = "a line with a space before its colon is not a header: skip it";
        check("Host : evil\r\nHost: localhost\r\n", "Host", Some("localhost"), why);
        check("Host\t: evil\r\n", "Host", None, why);
    }

    #[test]
    fn an_indented_line_is_not_a_header() {
        let headers = "X-Long: a value\r\n Host: evil\r\nHost: localhost\r\n";
        let why = "a line that begins with a space is not a header: skip it";
        check(headers, "Host", Some("localhost"), why);
    }

    #[test]
    fn a_line_without_a_colon_is_skipped() {
        let headers = "nonsense\r\nHost: localhost\r\n";
        check(
            headers,
            "Host",
            Some("localhost"),
            "the first line has no colon: skip it, and go on",
        );
        check("Host\r\n", "Host", None, "a line without a colon is not a header");
    }

    #[test]
    fn a_line_beyond_ascii_ends_nothing() {
        let headers = "K\u{e4}\u{df}e: yes\r\nHos\u{df}: yes\r\nHost: localhost\r\n";
        let why = "a name may be compared with any line, also with one beyond ASCII";
        check(headers, "Host", Some("localhost"), why);
        check(headers, "Key", None, why);
    }

    #[test]
    fn a_letter_beyond_ascii_is_another_letter() {
        let why = "the third letter is U+017F, a long s, and a name is ASCII";
        check("Ho\u{17f}t: evil\r\n", "Host", None, why);
    }

    #[test]
    fn a_blank_line_ends_the_headers() {
        let request = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\nOrigin: http://evil.example\r\n";
        let why = "`Origin` is after the blank line, where the headers have ended";
        check_request(request, "Origin", None, why);
    }

    #[test]
    fn the_request_line_is_not_a_header() {
        let request = "GET http://localhost/ HTTP/1.1\r\nHost: localhost\r\n\r\n";
        check_request(request, "GET http", None, "the first line is not a header");
        check_request("Host: localhost\r\n\r\n", "Host", None, "the first line is not a header");
    }

    #[test]
    fn a_header_that_was_not_sent_is_not_found() {
        check("Host: localhost\r\n", "Origin", None, "there is no such header");
        check_request("", "Host", None, "an empty request has no headers");
    }
}
