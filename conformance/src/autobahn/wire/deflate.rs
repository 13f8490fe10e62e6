//! permessage-deflate (RFC 7692): what is offered and agreed on, and decompression.

use flate2::{Decompress, FlushDecompress, Status};

use crate::autobahn::wire::http::Parameters;

/// The name of the extension.
pub(crate) const NAME: &str = "permessage-deflate";
/// What the end of a compressed message lacks (RFC 7692 §7.2.1).
const TAIL: [u8; 4] = [0, 0, 0xff, 0xff];
/// How much is decompressed at a time.
const CHUNK: usize = 64 * 1024;
/// The sizes that a window may have, in bits.
const WINDOW: std::ops::RangeInclusive<u8> = 8..=15;

/// One direction of the compression.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Direction {
    /// Whether a message may refer to the messages before it.
    pub(crate) takeover: bool,
    /// The size of the window, in bits.
    pub(crate) window: u8,
}

impl Default for Direction {
    fn default() -> Self {
        Self { takeover: true, window: 15 }
    }
}

/// The parameters of an offer or of an answer to one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Deflate {
    /// What the server sends.
    pub(crate) server: Direction,
    /// What the client sends.
    pub(crate) client: Direction,
    /// Whether an offer allows the server to limit the window of the client.
    pub(crate) may_limit_client: bool,
    /// Whether the window of the server is named.
    pub(crate) names_server_window: bool,
}

impl Deflate {
    /// Reads the parameters of an answer, or of an offer, in which `client_max_window_bits` needs
    /// no value.
    ///
    /// # Errors
    /// A sentence, if a parameter is unknown, repeated or has a wrong value (RFC 7692 §7.1).
    pub(crate) fn read(parameters: &Parameters, is_offer: bool) -> Result<Self, String> {
        let mut deflate = Self::default();
        for (index, (name, value)) in parameters.iter().enumerate() {
            let wrong = || Err(format!("the parameter `{name}` of {NAME} is wrong"));
            if parameters[..index].iter().any(|(before, _)| before == name) {
                return wrong();
            }
            let bits = value.as_deref().and_then(|value| value.trim().parse::<u8>().ok());
            let bits = bits.filter(|bits| WINDOW.contains(bits));
            match (name.as_str(), value, bits) {
                ("server_no_context_takeover", None, _) => deflate.server.takeover = false,
                ("client_no_context_takeover", None, _) => deflate.client.takeover = false,
                ("server_max_window_bits", _, Some(bits)) => {
                    deflate.names_server_window = true;
                    deflate.server.window = bits;
                }
                ("client_max_window_bits", None, _) if is_offer => deflate.may_limit_client = true,
                ("client_max_window_bits", _, Some(bits)) => {
                    deflate.may_limit_client = true;
                    deflate.client.window = bits;
                }
                _ => return wrong(),
            }
        }
        Ok(deflate)
    }

    /// Accepts this offer of a client, and limits the client to `client` if its window is named.
    /// Returns what is agreed on, and the value of the header (RFC 7692 §7.1).
    pub(crate) fn accept(self, takeover: bool, window: Option<u8>) -> (Self, String) {
        let client = Direction { takeover, window: window.unwrap_or(15) };
        let no_takeover = |side: &str, takeover: bool| {
            if takeover { String::new() } else { format!("; {side}_no_context_takeover") }
        };
        let limit = |side: &str, window: Option<u8>| {
            window.map_or(String::new(), |bits| format!("; {side}_max_window_bits={bits}"))
        };
        let named = self.names_server_window.then_some(self.server.window);
        let value = [
            NAME.to_owned(),
            no_takeover("server", self.server.takeover),
            limit("server", named),
            no_takeover("client", takeover),
            limit("client", window),
        ];
        (Self { client, ..self }, value.concat())
    }
}

/// Decompresses the messages of one peer.
pub(crate) struct Inflater {
    direction: Direction,
    inflate: Decompress,
    /// Whether the peer has ended its stream. The bytes that follow are ignored.
    has_ended: bool,
    chunk: Box<[u8]>,
}

impl Inflater {
    /// Prepares to decompress what was compressed like this.
    pub(crate) fn new(direction: Direction) -> Self {
        let inflate = Self::inflate(direction);
        Self { direction, inflate, has_ended: false, chunk: vec![0; CHUNK].into_boxed_slice() }
    }

    fn inflate(direction: Direction) -> Decompress {
        Decompress::new_with_window_bits(false, direction.window.clamp(9, 15))
    }

    /// Begins a message.
    pub(crate) fn begin(&mut self) {
        if !self.direction.takeover {
            self.inflate.reset(false);
            self.has_ended = false;
        }
    }

    /// Decompresses a part of a message and gives what it contains to `take`, part by part.
    /// Returns `None` if the part is not compressed data.
    pub(crate) fn push(&mut self, mut part: &[u8], mut take: impl FnMut(&[u8])) -> Option<()> {
        while !self.has_ended {
            let (read, written) = (self.inflate.total_in(), self.inflate.total_out());
            let flush = FlushDecompress::Sync;
            let status = self.inflate.decompress(part, &mut self.chunk, flush).ok()?;
            let read = usize::try_from(self.inflate.total_in() - read).ok()?;
            let written = usize::try_from(self.inflate.total_out() - written).ok()?;
            part = &part[read..];
            take(&self.chunk[..written]);
            self.has_ended = status == Status::StreamEnd;
            if written < self.chunk.len() {
                break;
            }
        }
        Some(())
    }

    /// Ends a message. Returns `None` if it is not compressed data.
    pub(crate) fn end(&mut self) -> Option<()> {
        self.push(&TAIL, |_| {})
    }
}
