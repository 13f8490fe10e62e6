//! Grammars of HTTP and WebSocket, rule by rule from their ABNF.

/// A header field: its name in lower case, and its value without the spaces around it.
pub(crate) type Field = (String, Vec<u8>);

/// Is this a `tchar` (RFC 9110 §5.6.2)?
fn is_tchar(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// Is this a `token` (RFC 9110 §5.6.2)?
pub(crate) fn is_token(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(|&byte| is_tchar(byte))
}

/// Removes `OWS` from both ends (RFC 9110 §5.6.3).
pub(crate) fn trim(mut text: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = text {
        text = rest;
    }
    text
}

/// Reads `field-line CRLF`, any number of times (RFC 9112 §5). Returns `None` if that is not the
/// grammar of `lines`.
pub(crate) fn fields(lines: &[u8]) -> Option<Vec<Field>> {
    let mut fields = Vec::new();
    let mut rest = lines;
    while !rest.is_empty() {
        let end = rest.windows(2).position(|two| two == b"\r\n")?;
        let colon = rest[..end].iter().position(|&byte| byte == b':')?;
        let (name, value) = (&rest[..colon], trim(&rest[colon + 1..end]));
        // `field-value` is made of VCHAR, obs-text, and spaces and tabs within it (RFC 9110 §5.5).
        let is_value = value.iter().all(|&byte| matches!(byte, b'\t' | b' '..=b'~' | 0x80..));
        if !is_token(name) || !is_value {
            return None;
        }
        fields.push((String::from_utf8_lossy(name).to_ascii_lowercase(), value.to_vec()));
        rest = &rest[end + 2..];
    }
    Some(fields)
}

/// Returns the values of a field, in order.
pub(crate) fn values<'fields>(fields: &'fields [Field], name: &str) -> Vec<&'fields [u8]> {
    fields.iter().filter(|(own, _)| own == name).map(|(_, value)| &value[..]).collect()
}

/// Splits the values of a list at its commas, except those within a `quoted-string`. Empty elements are
/// left out (RFC 9110 §5.6.1.2).
pub(crate) fn elements(values: &[&[u8]]) -> Vec<Vec<u8>> {
    let mut elements = Vec::new();
    for value in values {
        for element in split(value, b',') {
            elements.extend(Some(trim(element).to_vec()).filter(|element| !element.is_empty()));
        }
    }
    elements
}

/// Splits the values of a list of tokens at its commas (RFC 9110 §5.6.1). A token has no quotes in it.
pub(crate) fn tokens(values: &[&[u8]]) -> Vec<Vec<u8>> {
    let split = values.iter().flat_map(|value| value.split(|&byte| byte == b',')).map(trim);
    split.filter(|token| !token.is_empty()).map(<[u8]>::to_vec).collect()
}

/// Splits a text at each `separator` that is not within a `quoted-string` (RFC 9110 §5.6.4).
pub(crate) fn split(text: &[u8], separator: u8) -> Vec<&[u8]> {
    let (mut parts, mut begin) = (Vec::new(), 0);
    let (mut is_quoted, mut is_escaped) = (false, false);
    for (place, &byte) in text.iter().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_quoted => is_escaped = true,
            b'"' => is_quoted = !is_quoted,
            _ if byte == separator && !is_quoted => {
                parts.push(&text[begin..place]);
                begin = place + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[begin..]);
    parts
}

/// Reads a `quoted-string` (RFC 9110 §5.6.4), and returns what it stands for.
fn unquoted(text: &[u8]) -> Option<Vec<u8>> {
    let inside = text.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    let mut bytes = inside.iter();
    let mut value = Vec::new();
    while let Some(&byte) = bytes.next() {
        match byte {
            b'"' => return None,
            b'\\' => value.push(*bytes.next()?),
            _ => value.push(byte),
        }
    }
    Some(value)
}

/// A parameter of an extension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Parameter {
    pub(crate) name: Vec<u8>,
    /// Its value, without quotes.
    pub(crate) value: Option<Vec<u8>>,
    pub(crate) is_quoted: bool,
}

/// Reads an `extension` (RFC 6455 §9.1): a token, and parameters, each of them a token with or without
/// a value. A value is a token, possibly in quotes. Returns `None` if that is not the grammar.
pub(crate) fn extension(text: &[u8]) -> Option<(Vec<u8>, Vec<Parameter>)> {
    let mut parts = split(text, b';').into_iter().map(trim);
    let name = parts.next().filter(|name| is_token(name))?.to_vec();
    let parameters = parts.map(|part| {
        let Some(equals) = part.iter().position(|&byte| byte == b'=') else {
            let parameter = Parameter { name: part.to_vec(), value: None, is_quoted: false };
            return Some(parameter).filter(|parameter| is_token(&parameter.name));
        };
        let (name, value) = (trim(&part[..equals]), trim(&part[equals + 1..]));
        let is_quoted = value.starts_with(b"\"");
        let value = if is_quoted { unquoted(value)? } else { value.to_vec() };
        if !is_token(name) || !is_token(&value) {
            return None;
        }
        Some(Parameter { name: name.to_vec(), value: Some(value), is_quoted })
    });
    Some((name, parameters.collect::<Option<_>>()?))
}

/// Reads `uri-host [ ":" port ]` (RFC 9110 §7.2, RFC 3986 §3.2.2), except an `IPvFuture`. The port must
/// be one that exists.
pub(crate) fn is_host_and_port(text: &[u8]) -> bool {
    let (host, port) = match text.iter().rposition(|&byte| byte == b':') {
        Some(colon) if !text.ends_with(b"]") => (&text[..colon], &text[colon + 1..]),
        _ => (text, &b""[..]),
    };
    let port = str::from_utf8(port).unwrap_or("?");
    let is_port = port.is_empty()
        || port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok();
    let is_address =
        host.strip_prefix(b"[").and_then(|host| host.strip_suffix(b"]")).is_some_and(|address| {
            str::from_utf8(address)
                .is_ok_and(|address| address.parse::<std::net::Ipv6Addr>().is_ok())
        });
    is_port && (is_address || !host.is_empty() && are_characters(host, b""))
}

/// Are these `unreserved`, `sub-delims`, `pct-encoded`, and the `others` (RFC 3986 §2)?
fn are_characters(text: &[u8], others: &[u8]) -> bool {
    match text {
        [] => true,
        [b'%', high, low, rest @ ..] => {
            high.is_ascii_hexdigit() && low.is_ascii_hexdigit() && are_characters(rest, others)
        }
        [byte, rest @ ..] => {
            (byte.is_ascii_alphanumeric()
                || b"-._~".contains(byte)
                || b"!$&'()*+,;=".contains(byte)
                || others.contains(byte))
                && are_characters(rest, others)
        }
    }
}

/// What a request asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RequestTarget {
    /// The host in an `absolute-form`.
    pub(crate) authority: Option<Vec<u8>>,
    /// The path and the query.
    pub(crate) path: Vec<u8>,
}

/// Reads an `origin-form`, or an `absolute-form` of the scheme `http` or `https` (RFC 9112 §3.2).
///
/// RFC 3986 §3.2.2 allows `pct-encoded` in a host. The crate `http` does not, and no host has such a
/// name, so ours refuses an `absolute-form` with it.
pub(crate) fn request_target(text: &[u8]) -> Option<RequestTarget> {
    if text.starts_with(b"/") {
        let path = RequestTarget { authority: None, path: text.to_vec() };
        return Some(path).filter(|_| are_characters(text, b"/:@?"));
    }
    let scheme = text.windows(3).position(|three| three == b"://")?;
    let behind = &text[scheme + 3..];
    let end = behind.iter().position(|byte| b"/?".contains(byte)).unwrap_or(behind.len());
    let (authority, path) = behind.split_at(end);
    let is_http =
        [&b"http"[..], b"https"].iter().any(|http| text[..scheme].eq_ignore_ascii_case(http));
    let is_right = is_http
        && !authority.contains(&b'%')
        && is_host_and_port(authority)
        && are_characters(path, b"/:@?");
    is_right.then(|| RequestTarget { authority: Some(authority.to_vec()), path: path.to_vec() })
}

/// Are these sixteen bytes in base64 (RFC 6455 §4.1, RFC 4648 §4)?
pub(crate) fn is_key(text: &[u8]) -> bool {
    let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/".contains(byte);
    // The last of the 22 letters has two bits of the key, and four that are 0 (§3.5).
    text.len() == 24
        && text.ends_with(b"==")
        && text[..22].iter().all(is_letter)
        && b"AQgw".contains(&text[21])
}
