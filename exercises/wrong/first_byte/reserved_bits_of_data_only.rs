//! Looks at the reserved bits of data frames only.
//!
//! Fails: a_reserved_bit_fails_the_connection
//!   "a reserved bit of a Close frame is set (F11)"

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
    if byte & 0x70 != 0 && byte & 0x08 == 0 {
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
    // The top bit of the opcode is set in control frames, and in no others.
    if byte & 0x08 != 0 && !fin {
        return Err(HeaderError::FragmentedControl);
    }
    Ok((fin, opcode))
}
