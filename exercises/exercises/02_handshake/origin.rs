//! # Whose page is that?
//!
//! A browser lets any page open a WebSocket to any server, and says in the header `Origin` whose
//! page it is. A server that ignores it can be used by any site in the visitor's name (fault F6).
//! This server only searches for our host in it, and so it lets in
//! `http://good.example.evil.example`.
//!
//! An origin is a scheme, `://`, a host, and a port unless it is the scheme's default. Make
//! `may_connect` let in the pages of our own host, over `http` or `https`, and programs that are
//! not browsers and send no `Origin`.
//!
//! Fails: a_host_that_begins_like_ours_is_another
//!   "that is evil.example's page, and it may connect (F6)"
//! Fails: a_host_that_ends_like_ours_is_another
//!   "that is another site's page, and it may connect (F6)"
//! Fails: only_http_and_https_are_schemes_of_a_page
//!   "the scheme of a web page is http or https"
//! Fails: a_port_is_part_of_an_origin
//!   "another port is another server"
//! Fails: the_case_of_a_host_has_no_meaning
//!   "the case of a host has no meaning"
//! Fails: our_host_must_be_the_only_one
//!   "an Origin names one site, and this value names two"
//!
//! Chapter: book/src/02-handshake.md#exercises

/// Returns whether a page of this origin may connect to our server. `host` is the value of the
/// `Host` header: our own host, and its port unless it is the default. The case of a host has no
/// meaning.
fn may_connect(origin: Option<&str>, host: &str) -> bool {
    // TODO: "contains" is not "is".
    origin.is_none_or(|origin| origin.contains(host))
}

fn main() {
    // Try things here, if you like: what this prints is shown below the tests.
}

#[cfg(test)]
mod tests {
    use std::panic;

    use super::*;

    #[track_caller]
    fn check(origin: Option<&str>, host: &str, expected: bool, why: &str) {
        let call = format!("{why}\n  your `may_connect({origin:?}, {host:?})`");
        let yours = panic::catch_unwind(|| may_connect(origin, host))
            .unwrap_or_else(|_| panic!("{call} panicked"));
        assert!(yours == expected, "{call}\n  returned: {yours}\n  expected: {expected}");
    }

    #[track_caller]
    fn lets_in(origin: &str, host: &str, why: &str) {
        check(Some(origin), host, true, why);
    }

    #[track_caller]
    fn keeps_out(origin: &str, host: &str, why: &str) {
        check(Some(origin), host, false, why);
    }

    #[test]
    fn our_own_page_may_connect() {
        lets_in("http://good.example", "good.example", "that is our own page");
        lets_in("https://good.example", "good.example", "that is our own page, over TLS");
        lets_in("http://localhost:9002", "localhost:9002", "that is our own page, with its port");
    }

    #[test]
    fn a_program_that_is_not_a_browser_may_connect() {
        check(None, "good.example", true, "only browsers send an Origin");
    }

    #[test]
    fn a_foreign_page_may_not_connect() {
        for origin in ["http://evil.example", "null", ""] {
            keeps_out(origin, "good.example", "that is not our page");
        }
    }

    #[test]
    fn a_host_that_begins_like_ours_is_another() {
        let why = "that is evil.example's page, and it may connect (F6)";
        keeps_out("http://good.example.evil.example", "good.example", why);
        keeps_out("http://good.example@evil.example", "good.example", why);
    }

    #[test]
    fn a_host_that_ends_like_ours_is_another() {
        let why = "that is another site's page, and it may connect (F6)";
        for origin in ["http://not-good.example", "http://evil.good.example"] {
            keeps_out(origin, "good.example", why);
        }
        for origin in ["http://evil.example//good.example", "http://http://good.example"] {
            keeps_out(origin, "good.example", "an Origin has one `://`, and then the whole host");
        }
    }

    #[test]
    fn a_part_of_our_host_is_another_host() {
        for origin in ["http://good", "http://example", "http://g", "http://"] {
            keeps_out(origin, "good.example", "that is only a part of our host");
        }
    }

    #[test]
    fn only_http_and_https_are_schemes_of_a_page() {
        let why = "the scheme of a web page is http or https";
        for scheme in ["ftp", "ws", "file", "chrome-extension", "httpx", ""] {
            keeps_out(&format!("{scheme}://good.example"), "good.example", why);
        }
        let why = "an Origin begins with http:// or https://";
        for origin in ["good.example", "//good.example", "http:good.example", "http:/good.example"]
        {
            keeps_out(origin, "good.example", why);
        }
    }

    #[test]
    fn a_port_is_part_of_an_origin() {
        let why = "another port is another server";
        keeps_out("http://good.example:8080", "good.example", why);
        keeps_out("http://good.example", "good.example:8080", why);
        keeps_out("http://localhost:8080", "localhost:9002", why);
        keeps_out("http://localhost:90", "localhost:9002", why);
    }

    #[test]
    fn the_case_of_a_host_has_no_meaning() {
        let why = "the case of a host has no meaning";
        lets_in("http://good.example", "Good.Example", why);
        lets_in("http://GOOD.example", "good.example", why);
    }

    #[test]
    fn our_host_must_be_the_only_one() {
        let why = "an Origin names one site, and this value names two";
        keeps_out("http://a.test http://good.example", "good.example", why);
        keeps_out("http://good.example, http://a.test", "good.example", why);
    }

    #[test]
    fn an_origin_beyond_ascii_ends_nothing() {
        let why = "a stranger may send any bytes, and they are not our page";
        keeps_out("http:/\u{fc}.example", "good.example", why);
        keeps_out("https:/\u{fc}.example", "good.example", why);
    }

    #[test]
    fn a_letter_beyond_ascii_is_another_letter() {
        let why = "the first letter is U+212A, the sign for kelvin, and not a k";
        keeps_out("http://\u{212a}ind.example", "kind.example", why);
    }
}
