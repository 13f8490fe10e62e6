//! A client of the chat, and the messages that it sends and receives.

use serde_json::{Value, json};
use testkit::{Frame, Opcode, Server, Wire};

/// Somebody at the other end of a WebSocket.
pub(crate) struct Member {
    pub(crate) wire: Wire,
}

impl Member {
    /// Opens a WebSocket, whatever comes of it.
    #[track_caller]
    pub(crate) fn connects(server: &Server, target: &str) -> Self {
        let mut wire = Wire::connect(server);
        wire.opens(target);
        Self { wire }
    }

    /// Opens a WebSocket to a room, and is welcome there.
    #[track_caller]
    pub(crate) fn enters(server: &Server, target: &str) -> Self {
        let mut member = Self::connects(server, target);
        let welcome = member.hears();
        assert_eq!(welcome["type"], "welcome", "{welcome}");
        member
    }

    /// Says a text, as it is.
    #[track_caller]
    pub(crate) fn says(&mut self, text: &str) -> &mut Self {
        self.wire.sends_frame(&Frame::text(text));
        self
    }

    /// Is told something, and returns its text. Pings are answered on the way.
    #[track_caller]
    pub(crate) fn hears_text(&mut self) -> String {
        loop {
            let frame = self.wire.expects_frame();
            match frame.opcode {
                Opcode::Text => return frame.into_text(),
                Opcode::Ping => drop(self.wire.sends_frame(&Frame::pong(frame.payload))),
                Opcode::Close => {
                    panic!("closed: {} {}", frame.close_code(), frame.close_reason())
                }
                _ => panic!("a text was expected, not {:?}", frame.opcode),
            }
        }
    }

    /// Is told something.
    #[track_caller]
    pub(crate) fn hears(&mut self) -> Value {
        serde_json::from_str(&self.hears_text()).unwrap()
    }

    /// Is told something of this type, after whatever else.
    #[track_caller]
    pub(crate) fn hears_of(&mut self, kind: &str) -> Value {
        loop {
            let told = self.hears();
            if told["type"] == kind {
                return told;
            }
        }
    }

    /// Is told messages until this one comes, after whatever else, and returns all their texts.
    #[track_caller]
    pub(crate) fn hears_until(&mut self, last: &str) -> Vec<String> {
        let mut texts = Vec::new();
        while texts.last().is_none_or(|text| text != last) {
            texts.push(self.hears_of("message")["msg"].as_str().unwrap().to_owned());
        }
        texts
    }

    /// Is told that these names have come or gone, together or one by one.
    #[track_caller]
    pub(crate) fn hears_names(&mut self, kind: &str, names: &[&str]) {
        let mut missing: Vec<&str> = names.to_vec();
        while !missing.is_empty() {
            let told = self.hears_of(kind);
            missing.retain(|name| !told["names"].as_array().unwrap().contains(&json!(name)));
        }
    }

    /// Is closed with this code, after whatever else, and agrees. Returns the reason.
    #[track_caller]
    pub(crate) fn expects_close(mut self, code: u16) -> String {
        let close = self.wire.expects_close(code);
        self.wire.sends_frame(&close).expects_end();
        close.close_reason().to_owned()
    }

    /// Leaves as one should.
    #[track_caller]
    pub(crate) fn leaves(mut self) {
        self.wire.sends_frame(&Frame::close(1000, "")).expects_close(1000);
        self.wire.expects_end();
    }
}
