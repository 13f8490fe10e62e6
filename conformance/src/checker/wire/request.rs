//! The request of an opening handshake: right, or wrong in one way.

use testkit::KEY;

use crate::target::Target;

/// The header that offers subprotocols.
pub(crate) const PROTOCOL: &str = "Sec-WebSocket-Protocol";

/// A request, line by line.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    method: &'static str,
    version: &'static str,
    path: String,
    lines: Vec<(String, String)>,
}

impl Request {
    /// The request of RFC 6455 §4.1, with only the required headers and those that every request
    /// to this server must have.
    pub(crate) fn new(target: &Target) -> Self {
        let required = [
            ("Host", target.authority.as_str()),
            ("Upgrade", "websocket"),
            ("Connection", "Upgrade"),
            ("Sec-WebSocket-Key", KEY),
            ("Sec-WebSocket-Version", "13"),
        ];
        let (path, lines) = (target.path.clone(), Vec::new());
        let mut request = Self { method: "GET", version: "HTTP/1.1", path, lines };
        for (name, value) in required {
            request = request.with(name, value);
        }
        if !target.subprotocols.is_empty() {
            request = request.with(PROTOCOL, &target.subprotocols.join(", "));
        }
        for header in &target.headers {
            request = request.with(&header.name, &header.value);
        }
        request
    }

    /// The request of a browser for a page, made of the request for a WebSocket.
    pub(crate) fn for_a_page(self) -> Self {
        let names = ["Upgrade", "Sec-WebSocket-Key", "Sec-WebSocket-Version", PROTOCOL];
        let request = names.into_iter().fold(self, Self::without);
        request.set("Connection", "close")
    }

    pub(crate) fn path(self, path: String) -> Self {
        Self { path, ..self }
    }

    pub(crate) fn method(self, method: &'static str) -> Self {
        Self { method, ..self }
    }

    pub(crate) fn version(self, version: &'static str) -> Self {
        Self { version, ..self }
    }

    /// With one more line at its end.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.lines.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With one more line before all others.
    pub(crate) fn first(mut self, name: &str, value: &str) -> Self {
        self.lines.insert(0, (name.to_owned(), value.to_owned()));
        self
    }

    /// Without the lines of this name.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.lines.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
        self
    }

    /// With another value.
    pub(crate) fn set(mut self, name: &str, value: &str) -> Self {
        for line in &mut self.lines {
            if line.0 == name {
                value.clone_into(&mut line.1);
            }
        }
        self
    }

    /// With its names spelled in another way.
    pub(crate) fn spelled(mut self, spell: fn(&str) -> String) -> Self {
        for (name, _) in &mut self.lines {
            *name = spell(name);
        }
        self
    }

    /// The request as it goes over the wire.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let lines = self.lines.iter().map(|(name, value)| format!("{name}: {value}\r\n"));
        let lines: String = lines.collect();
        format!("{} {} {}\r\n{lines}\r\n", self.method, self.path, self.version).into_bytes()
    }
}
