//[ 17
//! Compressed messages: permessage-deflate (RFC 7692).

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};

/// The end of a compressed message, which the sender leaves out (RFC 7692 §7.2.1).
const TAIL: [u8; 4] = [0x00, 0x00, 0xff, 0xff];
/// How many bytes are compressed or inflated at once, at most.
const STEP: usize = 16 * 1024;

/// What the client and we have agreed on.
#[derive(Default)]
pub struct Agreement {
    /// Whether we compress each message by itself. Otherwise the **context** is kept: a message may
    /// refer to what was in the messages before it.
    server_no_context_takeover: bool,
    /// Whether the client compresses each message by itself.
    client_no_context_takeover: bool,
    /// How far back our messages may refer, as a power of two, if the client has set a limit.
    server_max_window_bits: Option<u8>,
}

impl Agreement {
    /// Returns the first of the client's offers that we can accept, or `None`. An offer that we do
    /// not understand is no error: the client has perhaps made a simpler one for us behind it.
    pub fn accept(offers: &str) -> Option<Agreement> {
        offers.split(',').find_map(Agreement::parse)
    }

    /// Parses one offer, such as `permessage-deflate; client_max_window_bits`.
    fn parse(offer: &str) -> Option<Agreement> {
        let mut parts = offer.split(';').map(str::trim);
        if parts.next() != Some("permessage-deflate") {
            return None;
        }
        let mut agreement = Agreement::default();
        let mut names = Vec::new();
        for part in parts {
            let (name, value) = match part.split_once('=') {
                Some((name, value)) => (name.trim(), Some(value.trim().trim_matches('"'))),
                None => (part, None),
            };
            if names.contains(&name) {
                return None;
            }
            names.push(name);
            match (name, value) {
                ("server_no_context_takeover", None) => agreement.server_no_context_takeover = true,
                ("client_no_context_takeover", None) => agreement.client_no_context_takeover = true,
                ("server_max_window_bits", Some(value)) => {
                    agreement.server_max_window_bits = Some(window_bits(value)?);
                }
                // The client may use less than the largest window, and we can always inflate that.
                ("client_max_window_bits", Some(value)) => drop(window_bits(value)?),
                ("client_max_window_bits", None) => {}
                _ => return None,
            }
        }
        Some(agreement)
    }

    /// Returns the value of Sec-WebSocket-Extensions in our answer.
    pub fn answer(&self) -> String {
        let mut answer = "permessage-deflate".to_string();
        if self.server_no_context_takeover {
            answer += "; server_no_context_takeover";
        }
        if self.client_no_context_takeover {
            answer += "; client_no_context_takeover";
        }
        if let Some(bits) = self.server_max_window_bits {
            answer += &format!("; server_max_window_bits={bits}");
        }
        answer
    }
}

/// Parses a number from 8 to 15, which must not have a leading zero.
fn window_bits(text: &str) -> Option<u8> {
    (8..=15).find(|bits: &u8| bits.to_string() == text)
}

/// The compression of one connection, in both directions.
pub struct Deflate {
    agreement: Agreement,
    // Both hold a context, and are some hundred kilobytes large. So they exist only from the first
    // compressed message on.
    compress: Option<Compress>,
    decompress: Option<Decompress>,
}

impl Deflate {
    pub fn new(agreement: Agreement) -> Deflate {
        Deflate { agreement, compress: None, decompress: None }
    }

    /// Compresses a message. Returns `None` if it is to be sent as it is.
    pub fn deflate(&mut self, message: &[u8]) -> Option<Vec<u8>> {
        let bits = self.agreement.server_max_window_bits.unwrap_or(15);
        // zlib has no window of 8 bits, and nothing is shorter than an empty message.
        if bits == 8 || message.is_empty() {
            return None;
        }
        let new = || Compress::new_with_window_bits(Compression::fast(), false, bits);
        let compress = self.compress.get_or_insert_with(new);
        let before = compress.total_in();
        let mut output = Vec::new();
        // `compress_vec` fills the room that the vector has. If some room is left, it is done.
        while output.len() == output.capacity() {
            output.reserve(STEP);
            let rest = &message[(compress.total_in() - before) as usize..];
            let compressed = compress.compress_vec(rest, &mut output, FlushCompress::Sync);
            compressed.expect("any bytes can be compressed");
        }
        output.truncate(output.len() - TAIL.len());
        if self.agreement.server_no_context_takeover {
            self.compress = None;
        }
        Some(output)
    }

    /// Inflates a part of a message, and appends it to `message`, which may become `max` bytes long.
    /// The error is a status code and a reason.
    pub fn inflate(
        &mut self,
        part: &[u8],
        is_last: bool,
        message: &mut Vec<u8>,
        max: usize,
    ) -> Result<(), (u16, &'static str)> {
        let decompress = self.decompress.get_or_insert_with(|| Decompress::new(false));
        inflate(decompress, part, message, max)?;
        if is_last {
            let length = message.len();
            inflate(decompress, &TAIL, message, max)?;
            // The tail is the rest of an empty block, unless the message was cut off before.
            if message.len() > length {
                return Err((1007, "a compressed message that is not complete"));
            }
            if self.agreement.client_no_context_takeover {
                self.decompress = None;
            }
        }
        Ok(())
    }
}

/// Inflates some bytes, and appends what comes out. A kilobyte may become a megabyte, so that the
/// limit is looked at after each small step.
fn inflate(
    decompress: &mut Decompress,
    mut bytes: &[u8],
    message: &mut Vec<u8>,
    max: usize,
) -> Result<(), (u16, &'static str)> {
    let mut output = [0; STEP];
    loop {
        let before = (decompress.total_in(), decompress.total_out());
        let Ok(status) = decompress.decompress(bytes, &mut output, FlushDecompress::Sync) else {
            return Err((1007, "a compressed message that is not DEFLATE"));
        };
        bytes = &bytes[(decompress.total_in() - before.0) as usize..];
        let inflated = &output[..(decompress.total_out() - before.1) as usize];
        if inflated.len() > max - message.len() {
            return Err((1009, "a message that is too long"));
        }
        message.extend_from_slice(inflated);
        if status == Status::StreamEnd {
            // A block may say that it is the last one, and another may follow (RFC 7692 §7.2.3.4).
            decompress.reset(false);
        }
        // If the output was full, there may be more of it, also without any more bytes.
        if inflated.len() < STEP && (bytes.is_empty() || status != Status::StreamEnd) {
            return Ok(());
        }
    }
}
//]
