//! # Find a header, as HTTP writes it
//!
//! The tutorials find a header by `startswith` and split its line at every colon (fault F2). But
//! header names have no case: `sec-websocket-key` is as good as any other. A value may have colons
//! of its own. And a name may begin like another.
//!
//! Make `header` right for all three.
//!
//! Fails: names_have_no_case
//!   "HTTP header names have no case (F2)"
//! Fails: a_value_keeps_its_colons
//!   "the value was cut at its own colon (F2)"
//! Fails: a_longer_name_is_another_name
//!   "Hostage is not Host (F2)"
//!
//! Chapter: book/src/02-handshake.md#exercises

/// The value of the first header with this name, without the spaces around it.
fn header<'r>(request: &'r str, name: &str) -> Option<&'r str> {
    // TODO: what does a line consist of, and what makes two names the same?
    let line = request.lines().skip(1).find(|line| line.starts_with(name))?;
    line.split(':').nth(1).map(str::trim)
}

fn main() {
    // Try things here, if you like: what this prints is shown below the tests.
}

#[cfg(test)]
mod tests {
    use super::*;

    const REQUEST: &str = "GET /chat HTTP/1.1\r\n\
        Hostage: nobody\r\n\
        Host: localhost:9002\r\n\
        Upgrade:websocket\r\n\
        Sec-WebSocket-Key:  kJXuOKsrl3AR1KeFngRElQ== \r\n\
        \r\n";

    #[test]
    fn a_header_is_found_as_it_was_written() {
        let key = header(REQUEST, "Sec-WebSocket-Key");
        assert_eq!(key, Some("kJXuOKsrl3AR1KeFngRElQ=="), "without the spaces around it");
        assert_eq!(header(REQUEST, "Upgrade"), Some("websocket"), "there need not be a space");
    }

    #[test]
    fn names_have_no_case() {
        for name in ["sec-websocket-key", "SEC-WEBSOCKET-KEY", "Sec-Websocket-Key"] {
            let key = header(REQUEST, name);
            let why = "HTTP header names have no case (F2)";
            assert_eq!(key, Some("kJXuOKsrl3AR1KeFngRElQ=="), "{why}: {name}");
        }
    }

    #[test]
    fn a_value_keeps_its_colons() {
        let request = "GET / HTTP/1.1\r\nHost: localhost:9002\r\n\r\n";
        let host = header(request, "Host");
        assert_eq!(host, Some("localhost:9002"), "the value was cut at its own colon (F2)");
    }

    #[test]
    fn a_longer_name_is_another_name() {
        let host = header(REQUEST, "Host").unwrap_or_default();
        assert!(host.starts_with("localhost"), "Hostage is not Host (F2): found {host:?}");
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        assert_eq!(header(REQUEST, "Origin"), None, "there is no such header");
        assert_eq!(header(REQUEST, "GET /chat HTTP/1.1"), None, "the first line is no header");
    }
}
