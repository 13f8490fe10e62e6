//! # The first byte has eight bits
//!
//! The tutorials say that the reserved bits "can be ignored" (fault F11), and never look at the
//! opcode (F10). This function looks at everything, and refuses nothing: bits that no extension
//! gave a meaning to, opcodes that nobody has defined, and control frames in fragments must all
//! fail the connection (RFC 6455 §5.2 and §5.4).
//!
//! Make `first_byte` strict. From the top: FIN, three reserved bits, four bits of opcode. Opcodes
//! 8, 9 and 10 are control frames; 3 to 7 and 11 to 15 are reserved.
//!
//! Fails: a_reserved_bit_fails_the_connection
//!   "a reserved bit is set, and no extension was agreed on (F11)"
//! Fails: a_reserved_opcode_fails_the_connection
//!   "nobody has defined this opcode (F10)"
//! Fails: a_control_frame_is_never_a_fragment
//!   "a control frame must not be fragmented"
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

/// Takes a first byte apart: is the frame its message's last, and what is it for?
fn first_byte(byte: u8) -> Result<(bool, Opcode), HeaderError> {
    let fin = byte & 0x80 != 0;
    // TODO: which bytes may not come at all?
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

    #[test]
    fn every_opcode_is_known() {
        let known = [
            (0x80, Opcode::Continuation),
            (0x81, Opcode::Text),
            (0x82, Opcode::Binary),
            (0x88, Opcode::Close),
            (0x89, Opcode::Ping),
            (0x8a, Opcode::Pong),
        ];
        for (byte, opcode) in known {
            assert_eq!(first_byte(byte), Ok((true, opcode)), "first byte {byte:#04x}");
        }
    }

    #[test]
    fn a_message_may_come_in_fragments() {
        assert_eq!(first_byte(0x01), Ok((false, Opcode::Text)), "the first of several");
        assert_eq!(first_byte(0x00), Ok((false, Opcode::Continuation)), "neither first nor last");
    }

    #[test]
    fn a_reserved_bit_fails_the_connection() {
        for bit in [0x40, 0x20, 0x10] {
            let read = first_byte(0x81 | bit);
            let why = "a reserved bit is set, and no extension was agreed on (F11)";
            assert_eq!(read, Err(HeaderError::ReservedBit), "{why}: {:#04x}", 0x81 | bit);
        }
    }

    #[test]
    fn a_reserved_opcode_fails_the_connection() {
        for opcode in (3..=7).chain(11..=15) {
            let read = first_byte(0x80 | opcode);
            let why = "nobody has defined this opcode (F10)";
            assert_eq!(read, Err(HeaderError::ReservedOpcode), "{why}: {opcode}");
        }
    }

    #[test]
    fn a_control_frame_is_never_a_fragment() {
        for byte in [0x08, 0x09, 0x0a] {
            let read = first_byte(byte);
            let why = "a control frame must not be fragmented";
            assert_eq!(read, Err(HeaderError::FragmentedControl), "{why}: {byte:#04x}");
        }
    }
}
