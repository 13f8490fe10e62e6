//! A solution of `first_byte`: the first byte has eight bits.

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
    if byte & 0x70 != 0 {
        return Err(HeaderError::ReservedBit);
    }
    let fin = byte & 0x80 != 0;
    let opcode = match byte & 0x0f {
        0 => Opcode::Continuation,
        1 => Opcode::Text,
        2 => Opcode::Binary,
        8 => Opcode::Close,
        9 => Opcode::Ping,
        10 => Opcode::Pong,
        _ => return Err(HeaderError::ReservedOpcode),
    };
    // All control frames have the highest bit of the opcode, which no other has.
    if byte & 0x08 != 0 && !fin {
        return Err(HeaderError::FragmentedControl);
    }
    Ok((fin, opcode))
}

fn main() {}

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
