//! A solution of `header_lookup`: find a header, as HTTP writes it.

/// The value of the first header with this name, without the spaces around it.
fn header<'r>(request: &'r str, name: &str) -> Option<&'r str> {
    // Only the first colon separates: what is behind it is the value's own.
    let mut lines = request.lines().skip(1).filter_map(|line| line.split_once(':'));
    let (_, value) = lines.find(|(found, _)| found.eq_ignore_ascii_case(name))?;
    Some(value.trim())
}

fn main() {}

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
