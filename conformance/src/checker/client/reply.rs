//! The answer to a client's opening handshake: right, or wrong in one way.

use testkit::accept_value;

use crate::checker::client::asked::Asked;

/// The header that proves that the server has read the key.
pub(crate) const ACCEPT: &str = "Sec-WebSocket-Accept";
/// The header that names the extensions.
pub(crate) const EXTENSIONS: &str = "Sec-WebSocket-Extensions";
/// The header that names the subprotocol.
pub(crate) const PROTOCOL: &str = "Sec-WebSocket-Protocol";

/// An answer, line by line.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    status: String,
    lines: Vec<(String, String)>,
}

impl Reply {
    /// The answer of RFC 6455 §4.2.2 to this request, without extensions and subprotocols.
    pub(crate) fn new(asked: &Asked) -> Self {
        let accept = accept_value(asked.value("sec-websocket-key"));
        let lines = [("Upgrade", "websocket"), ("Connection", "Upgrade"), (ACCEPT, &accept)];
        let lines = lines.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        Self { status: "HTTP/1.1 101 Switching Protocols".to_owned(), lines }
    }

    /// With another status line.
    pub(crate) fn status(self, status: &str) -> Self {
        Self { status: status.to_owned(), ..self }
    }

    /// With one more line at its end.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.lines.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Without the line of this name.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.lines.retain(|(other, _)| other != name);
        self
    }

    /// With another value.
    pub(crate) fn set(self, name: &str, value: &str) -> Self {
        self.without(name).with(name, value)
    }

    /// With each line changed.
    pub(crate) fn spelled(mut self, spell: fn(&str, &str) -> (String, String)) -> Self {
        for line in &mut self.lines {
            *line = spell(&line.0, &line.1);
        }
        self
    }

    /// The value of a line, or nothing.
    pub(crate) fn value(&self, name: &str) -> &str {
        let line = self.lines.iter().find(|(other, _)| other == name);
        line.map_or("", |(_, value)| value.as_str())
    }

    /// The answer as it goes over the wire.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let lines: String =
            self.lines.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        format!("{}\r\n{lines}\r\n", self.status).into_bytes()
    }
}
