//! The request of an opening handshake: right, or wrong in one way.

use super::session::Session;

/// The key of the example in RFC 6455 §1.3.
pub(super) const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";

/// A request, line by line.
#[derive(Clone, Debug)]
pub(super) struct Request {
    method: &'static str,
    version: &'static str,
    path: String,
    lines: Vec<(String, String)>,
}

impl Request {
    /// The request of RFC 6455 §4.1, with nothing that is not needed.
    pub(super) fn new(session: &Session) -> Self {
        let lines = [
            ("Host", session.options.judged.authority.as_str()),
            ("Upgrade", "websocket"),
            ("Connection", "Upgrade"),
            ("Sec-WebSocket-Key", KEY),
            ("Sec-WebSocket-Version", "13"),
        ];
        let lines = lines.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        let path = session.options.judged.path.clone();
        Self { method: "GET", version: "HTTP/1.1", path, lines }
    }

    /// What a browser sends that wants a page.
    pub(super) fn page(session: &Session) -> Self {
        let mut request = Self::new(session);
        request.lines.truncate(1);
        request.with("Connection", "close")
    }

    pub(super) fn path(self, path: String) -> Self {
        Self { path, ..self }
    }

    pub(super) fn method(self, method: &'static str) -> Self {
        Self { method, ..self }
    }

    pub(super) fn version(self, version: &'static str) -> Self {
        Self { version, ..self }
    }

    /// With one more line at its end.
    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        self.lines.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With one more line before all others.
    pub(super) fn first(mut self, name: &str, value: &str) -> Self {
        self.lines.insert(0, (name.to_owned(), value.to_owned()));
        self
    }

    /// Without the lines of this name.
    pub(super) fn without(mut self, name: &str) -> Self {
        self.lines.retain(|(other, _)| other != name);
        self
    }

    /// With another value.
    pub(super) fn set(mut self, name: &str, value: &str) -> Self {
        for line in &mut self.lines {
            if line.0 == name {
                value.clone_into(&mut line.1);
            }
        }
        self
    }

    /// With its names spelt in another way.
    pub(super) fn spelt(mut self, spell: fn(&str) -> String) -> Self {
        for (name, _) in &mut self.lines {
            *name = spell(name);
        }
        self
    }

    /// The request as it goes over the wire.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let lines = self.lines.iter().map(|(name, value)| format!("{name}: {value}\r\n"));
        let lines: String = lines.collect();
        format!("{} {} {}\r\n{lines}\r\n", self.method, self.path, self.version).into_bytes()
    }
}
