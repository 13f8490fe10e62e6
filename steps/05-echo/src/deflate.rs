//! Messages made smaller: DEFLATE, as RFC 7692 §7.2 frames it.
//!
//! The rest of this step knows three things about it: a message whose first frame has RSV1 goes
//! through an [`Inflater`], one of ours may go through a [`Deflater`], and either may not be there.

use std::cell::Cell;

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};

use crate::agreement::BITS_MAX;
use crate::outbound::Role;
use crate::{Agreement, Failure};

/// What a sync flush ends with. It is left out on the wire (§7.2.1).
const TAIL: [u8; 4] = [0x00, 0x00, 0xff, 0xff];
/// Shorter messages are sent as they are: they would hardly become shorter.
const DEFLATED_MIN: usize = 64;
/// How hard we try, from 1 to 9. At 3, a text of some hundred bytes gets a tenth or two smaller, and
/// takes five times as long.
const LEVEL: u32 = 1;
/// zlib's smallest window, in bits.
const BITS_MIN: u8 = 9;
/// Bytes by which an output grows at a time, so that it never runs far ahead of its limit.
const PIECE: usize = 16 * 1024;

thread_local! {
    /// For messages that stand each by itself, one after the other: to make all this anew takes
    /// longer than to use it.
    static SPARE_COMPRESS: Cell<Option<Compress>> = const { Cell::new(None) };
    static SPARE_DECOMPRESS: Cell<Option<Decompress>> = const { Cell::new(None) };
}

/// Makes the peer's messages as long as they were.
#[derive(Debug)]
pub(crate) struct Inflater {
    /// There from the first message that needs it; kept between messages if it is to remember them.
    stream: Option<Decompress>,
    is_fresh: bool,
    /// Bytes have come since a message or a stream has ended.
    is_within: bool,
}

/// Makes our messages smaller.
#[derive(Debug)]
pub(crate) struct Deflater {
    stream: Option<Compress>,
    is_fresh: bool,
    bits: u8,
}

impl Inflater {
    /// For what the peer of `role` sends.
    pub(crate) fn new(agreed: Agreement, role: Role) -> Self {
        let is_fresh = match role {
            Role::Server => agreed.client_fresh,
            Role::Client => agreed.server_fresh,
        };
        Self { stream: None, is_fresh, is_within: false }
    }

    // ANCHOR: inflate
    /// Inflates the next bytes of a message behind `output`, which may grow to `max` bytes.
    ///
    /// # Errors
    /// [`Failure::MessageTooBig`] at the limit, however much is left, and [`Failure::NotDeflated`].
    pub(crate) fn inflate(
        &mut self,
        mut input: &[u8],
        output: &mut Vec<u8>,
        max: usize,
    ) -> Result<(), Failure> {
        // The largest window understands what was made with a smaller one.
        let new = || SPARE_DECOMPRESS.take().unwrap_or_else(|| Decompress::new(false));
        let stream = self.stream.get_or_insert_with(new);
        while !input.is_empty() || output.len() == output.capacity() {
            if output.len() == output.capacity() {
                output.reserve(PIECE);
            }
            let before = (stream.total_in(), output.len());
            let status = stream.decompress_vec(input, output, FlushDecompress::Sync);
            let status = status.map_err(|_| Failure::NotDeflated)?;
            let taken = usize::try_from(stream.total_in() - before.0).unwrap_or(usize::MAX);
            input = input.get(taken..).unwrap_or_default();
            self.is_within |= taken > 0;
            if output.len() > max {
                return Err(Failure::MessageTooBig(max));
            }
            if status == Status::StreamEnd {
                // A final block ends its stream, and the message may go on with another (§7.2.3.4).
                stream.reset(false);
                self.is_within = false;
            } else if taken == 0 && output.len() == before.1 {
                // Nothing was taken and nothing given: there is no more in it.
                break;
            }
        }
        Ok(())
    }
    // ANCHOR_END: inflate

    /// Inflates what the sender has left out at the end of a message.
    ///
    /// # Errors
    /// As [`inflate`](Self::inflate).
    pub(crate) fn finish(&mut self, output: &mut Vec<u8>, max: usize) -> Result<(), Failure> {
        if self.is_within {
            self.inflate(&TAIL, output, max)?;
            self.is_within = false;
        }
        if let Some(mut stream) = self.stream.take_if(|_| self.is_fresh) {
            stream.reset(false);
            SPARE_DECOMPRESS.set(Some(stream));
        }
        Ok(())
    }
}

impl Deflater {
    /// For what `role` sends. `None` if that cannot be: zlib has no window of 8 bits. Nobody has to
    /// compress, whatever was agreed on (§7.1).
    pub(crate) fn new(agreed: Agreement, role: Role) -> Option<Self> {
        let (is_fresh, bits) = match role {
            Role::Server => (agreed.server_fresh, agreed.server_bits),
            Role::Client => (agreed.client_fresh, agreed.client_bits),
        };
        let bits = bits.unwrap_or(BITS_MAX);
        (bits >= BITS_MIN).then_some(Self { stream: None, is_fresh, bits })
    }

    /// Would all deflaters that say this make the same of a message?
    pub(crate) fn is_alike(&self) -> bool {
        self.is_fresh && self.bits == BITS_MAX
    }

    /// The payload, compressed; `None` if it is better sent as it is.
    pub(crate) fn deflate(&mut self, mut payload: &[u8]) -> Option<Vec<u8>> {
        if payload.len() < DEFLATED_MIN {
            return None;
        }
        let spare = if self.is_alike() { SPARE_COMPRESS.take() } else { None };
        let new = || Compress::new_with_window_bits(Compression::new(LEVEL), false, self.bits);
        let stream = self.stream.get_or_insert_with(|| spare.unwrap_or_else(new));
        let mut output = Vec::with_capacity(payload.len() / 2 + PIECE);
        while !payload.is_empty() || output.len() == output.capacity() {
            output.reserve(PIECE);
            let before = stream.total_in();
            // It fails only when it is called in the wrong order.
            stream.compress_vec(payload, &mut output, FlushCompress::Sync).ok()?;
            let taken = usize::try_from(stream.total_in() - before).unwrap_or(usize::MAX);
            payload = payload.get(taken..).unwrap_or_default();
        }
        output.truncate(output.len() - TAIL.len());
        if let Some(mut stream) = self.stream.take_if(|_| self.is_fresh)
            && self.is_alike()
        {
            stream.reset();
            SPARE_COMPRESS.set(Some(stream));
        }
        Some(output)
    }
}
