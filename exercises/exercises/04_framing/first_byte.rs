//! # The first byte has eight bits
//!
//! The first byte of a frame holds FIN, three reserved bits, and the opcode. This function reads
//! all of them, and refuses nothing (faults F10 and F11).
//!
//! Some of the 256 values must fail the connection (RFC 6455 §5.2 and §5.5): those with a reserved
//! bit, because no extension is in use; those with a reserved opcode; and those of a control frame
//! without FIN.
//!
//! Make `first_byte` strict. Opcodes 8, 9 and 10 are control frames; 3 to 7 and 11 to 15 are
//! reserved. If a byte breaks two rules, either error is right.
//!
//! Fails: a_byte_that_breaks_two_rules_is_refused
//!   "a byte that breaks two rules is refused for either of them"
//! Fails: a_control_frame_is_never_a_fragment
//!   "a control frame must not be fragmented: it needs FIN"
//! Fails: a_reserved_bit_fails_the_connection
//!   "a reserved bit of a Continuation frame is set (F11)"
//! Fails: a_reserved_opcode_fails_the_connection
//!   "nobody has defined opcode 3 (F10)"
//!
//! Chapter: book/src/04-framing.md#exercises

/// What a frame is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Opcode {
    Continuation,
    Text,
    Binary,
    Close,
    Ping,
    Pong,
}

/// What is wrong with a first byte.
#[derive(Debug, PartialEq, Eq)]
enum HeaderError {
    ReservedBit,
    ReservedOpcode,
    FragmentedControl,
}

/// Decodes the first byte of a frame: FIN and the opcode.
fn first_byte(byte: u8) -> Result<(bool, Opcode), HeaderError> {
    let fin = byte & 0x80 != 0;
    // TODO: which bytes are not allowed?
    let opcode = match byte & 0x07 {
        0 if byte & 0x08 == 0 => Opcode::Continuation,
        0 => Opcode::Close,
        1 if byte & 0x08 == 0 => Opcode::Text,
        1 => Opcode::Ping,
        2 if byte & 0x08 == 0 => Opcode::Binary,
        _ => Opcode::Pong,
    };
    Ok((fin, opcode))
}

fn main() {
    // Try things here, if you like: what this prints is shown below the tests.
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every first byte that is allowed, with its FIN and its opcode.
    const ALLOWED: [(u8, bool, Opcode); 9] = [
        (0x80, true, Opcode::Continuation),
        (0x81, true, Opcode::Text),
        (0x82, true, Opcode::Binary),
        (0x88, true, Opcode::Close),
        (0x89, true, Opcode::Ping),
        (0x8a, true, Opcode::Pong),
        (0x00, false, Opcode::Continuation),
        (0x01, false, Opcode::Text),
        (0x02, false, Opcode::Binary),
    ];

    #[test]
    fn every_opcode_is_known() {
        for (byte, fin, opcode) in ALLOWED.into_iter().filter(|(_, fin, _)| *fin) {
            expect(byte, Ok((fin, opcode)), "a frame with FIN");
        }
    }

    #[test]
    fn a_message_may_come_in_fragments() {
        for (byte, fin, opcode) in ALLOWED.into_iter().filter(|(_, fin, _)| !*fin) {
            expect(byte, Ok((fin, opcode)), "a fragment that is not the last one has no FIN");
        }
    }

    #[test]
    fn a_reserved_bit_fails_the_connection() {
        // One reserved bit, two, or all three, in any frame.
        for bits in [0x40, 0x20, 0x10, 0x60, 0x50, 0x30, 0x70] {
            for (byte, _, opcode) in ALLOWED {
                let mistake = format!("a reserved bit of a {opcode:?} frame is set (F11)");
                expect(byte | bits, Err(HeaderError::ReservedBit), &mistake);
            }
        }
    }

    #[test]
    fn a_reserved_opcode_fails_the_connection() {
        for opcode in (3..=7).chain(11..=15) {
            let mistake = format!("nobody has defined opcode {opcode} (F10)");
            expect(0x80 | opcode, Err(HeaderError::ReservedOpcode), &mistake);
        }
        for opcode in 3..=7 {
            let mistake = format!("nobody has defined opcode {opcode}, with FIN or without (F10)");
            expect(opcode, Err(HeaderError::ReservedOpcode), &mistake);
        }
    }

    #[test]
    fn a_control_frame_is_never_a_fragment() {
        for byte in [0x08, 0x09, 0x0a] {
            let mistake = "a control frame must not be fragmented: it needs FIN";
            expect(byte, Err(HeaderError::FragmentedControl), mistake);
        }
    }

    #[test]
    fn a_byte_that_breaks_two_rules_is_refused() {
        let mistake = "a byte that breaks two rules is refused for either of them";
        let is_allowed = |frame: u8| ALLOWED.iter().any(|(allowed, ..)| *allowed == frame);
        for byte in 0..=255 {
            let has_reserved_bit = byte & 0x70 != 0;
            let breaks_two = match byte & 0x8f {
                // Opcodes of control frames that nobody has defined, without FIN.
                0x0b..=0x0f => true,
                frame => has_reserved_bit && !is_allowed(frame),
            };
            let yours = first_byte(byte);
            let byte = bits(byte);
            assert!(
                yours.is_err() || !breaks_two,
                "{mistake}\n  byte:     {byte}\n  yours:    {yours:?}\n  expected: an error"
            );
        }
    }

    #[track_caller]
    fn expect(byte: u8, expected: Result<(bool, Opcode), HeaderError>, mistake: &str) {
        let yours = first_byte(byte);
        let byte = bits(byte);
        assert!(
            yours == expected,
            "{mistake}\n  byte:     {byte}\n  yours:    {yours:?}\n  expected: {expected:?}"
        );
    }

    fn bits(byte: u8) -> String {
        format!(
            "{byte:#04x} = FIN {}, RSV {:03b}, opcode {}",
            byte >> 7,
            byte >> 4 & 0b111,
            byte & 0x0f
        )
    }
}
