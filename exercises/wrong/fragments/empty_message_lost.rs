//! Returns no message if its fragments are empty.
//!
//! Fails: fragments_make_one_message
//!   "two empty fragments are an empty message"

/// A frame whose payload is unmasked.
struct Frame {
    fin: bool,
    opcode: u8,
    payload: &'static str,
}

const CONTINUATION: u8 = 0;
const TEXT: u8 = 1;

/// Joins fragments to messages.
#[derive(Default)]
struct Messages {
    /// The message that has begun and not ended. It may be empty so far.
    begun: Option<String>,
}

impl Messages {
    /// Takes a frame, and returns the message that it ends, if it ends one. Fails with 1002.
    fn push(&mut self, frame: &Frame) -> Result<Option<String>, u16> {
        if frame.opcode >= 8 {
            return Ok(None);
        }
        let mut text = match (self.begun.take(), frame.opcode == CONTINUATION) {
            (Some(begun), true) => begun,
            (None, false) => String::new(),
            _ => return Err(1002),
        };
        text.push_str(frame.payload);
        if frame.fin && text.is_empty() && frame.opcode == CONTINUATION {
            return Ok(None);
        }
        if frame.fin {
            return Ok(Some(text));
        }
        self.begun = Some(text);
        Ok(None)
    }
}
