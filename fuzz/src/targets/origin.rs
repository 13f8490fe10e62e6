//! Which pages may connect: the check of `Origin` and `Host`, against the crate `url`

use arbitrary::Result;
use http::header::{HOST, ORIGIN};
use http::{HeaderMap, HeaderValue};
use url::{Host, Origin, Url};
use web::Origins;

/// The input: the origin, the host, and the origins that are listed, each in a line.
#[expect(clippy::unnecessary_wraps, reason = "all targets have this form")]
pub(crate) fn run(bytes: &[u8]) -> Result<()> {
    let mut lines = bytes.split(|&byte| byte == b'\n');
    let origin = lines.next().unwrap_or_default();
    let host = lines.next().unwrap_or_default();
    let listed: Vec<String> =
        lines.map(|line| String::from_utf8_lossy(line).into_owned()).collect();
    let origins = Origins::listed(&listed);
    for text in &listed {
        let is_listed = Origins::listed(std::slice::from_ref(text)).is_ok();
        check_reading(text, is_listed);
    }
    let Ok(origins) = origins else { return Ok(()) };
    let mut headers = HeaderMap::new();
    assert!(origins.check(&headers, None).is_ok(), "a client without an Origin is not a browser");
    let Ok(sent) = HeaderValue::from_bytes(origin) else { return Ok(()) };
    headers.append(ORIGIN, sent);
    let Ok(host) = str::from_utf8(host) else { return Ok(()) };
    if let Ok(host) = HeaderValue::from_str(host) {
        headers.append(HOST, host);
    }
    let may_connect = origins.check(&headers, Some(host)).is_ok();
    let expected = std::str::from_utf8(origin).is_ok_and(|origin| may(origin, host, &listed));
    let is_usual = std::str::from_utf8(origin).is_ok_and(is_serialized);
    // A browser sends the serialization of an origin. Another spelling of it may be refused.
    assert!(
        !may_connect || expected,
        "the page may connect, and the crate `url` sees another origin"
    );
    assert!(may_connect || !expected || !is_usual, "the page may not connect to its own server");

    // Two lines can be read in two ways, and are refused.
    headers.append(ORIGIN, HeaderValue::from_static("http://localhost"));
    assert!(origins.check(&headers, Some(host)).is_err());
    Ok(())
}

/// Checks that only an origin is read as one: without a user, a path, a query or a fragment.
fn check_reading(text: &str, is_read: bool) {
    let url = Url::parse(text).ok().filter(|url| ["http", "https"].contains(&url.scheme()));
    let is_origin = url.is_some_and(|url| {
        url.username().is_empty()
            && url.password().is_none()
            && url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
    });
    assert!(!is_read || is_origin, "\"{text}\" is not an origin, and is accepted as one");
    assert!(is_read || !is_serialized(text), "\"{text}\" is an origin, and is not accepted");
}

/// Is this how a browser writes the origin of a page (RFC 6454 §6.2)?
///
/// The crate `url` allows an asterisk in a host. No host name has one (RFC 952), and somebody who lists an
/// origin with it means a pattern, so ours refuses it.
fn is_serialized(text: &str) -> bool {
    let url = Url::parse(text).ok().filter(|url| ["http", "https"].contains(&url.scheme()));
    url.is_some_and(|url| url.origin().ascii_serialization() == text && !text.contains('*'))
}

/// Decides by the crate `url` whether a page of this origin may connect to a server at this host.
fn may(origin: &str, host: &str, listed: &[String]) -> bool {
    let Ok(url) = Url::parse(origin) else { return false };
    let origin = url.origin();
    let listed = listed.iter().filter_map(|text| Some(Url::parse(text).ok()?.origin()));
    let listed: Vec<Origin> = listed.collect();
    if listed.contains(&origin) {
        return true;
    }
    // The crate `url` ignores white space in a host, and a slash before it. RFC 9110 §7.2 has neither.
    if host.contains(|letter: char| letter.is_whitespace() || "/\\?#@".contains(letter)) {
        return false;
    }
    // Otherwise the page must come from the server itself, under a name that no attacker controls.
    let Ok(server) = Url::parse(&format!("{}://{host}/", url.scheme())) else { return false };
    let Origin::Tuple(_, name, _) = server.origin() else { return false };
    let is_ours = match &name {
        Host::Ipv4(_) | Host::Ipv6(_) => true,
        Host::Domain(domain) => {
            domain == "localhost"
                || domain.ends_with(".localhost")
                || listed
                    .iter()
                    .any(|origin| matches!(origin, Origin::Tuple(_, host, _) if *host == name))
        }
    };
    is_ours && server.username().is_empty() && server.path() == "/" && server.origin() == origin
}
