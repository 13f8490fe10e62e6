//! Has all rules in their order, and takes anything for a key.
//!
//! Fails: a_key_has_24_characters
//!   "this key has another length: sixteen bytes are 22 characters, and then =="
//! Fails: a_key_ends_with_two_equals_signs
//!   "a key of sixteen bytes has 22 characters, and then =="
//! Fails: an_equals_sign_is_only_at_the_end_of_a_key
//!   "= fills up the end, and is not one of the 22 characters"
//! Fails: a_key_has_no_other_characters
//!   "a key has ASCII letters, digits, + and /: this one has another character"
//! Fails: a_key_is_ascii
//!   "ä is a letter, and not an ASCII letter"

/// The parts of a request that the rules are about.
#[derive(Clone)]
struct Request {
    http: &'static str,
    method: &'static str,
    host: Option<&'static str>,
    /// Do `Upgrade` and `Connection` ask for a WebSocket?
    upgrade: bool,
    version: Option<&'static str>,
    key: Option<&'static str>,
}

/// Returns the status to answer a request with.
fn status(request: &Request) -> u16 {
    if request.http != "HTTP/1.1" {
        return 505;
    }
    if request.method != "GET" {
        return 405;
    }
    if request.host.is_none() || !request.upgrade {
        return 400;
    }
    if request.version != Some("13") {
        return 426;
    }
    if request.key.is_none() {
        return 400;
    }
    101
}
