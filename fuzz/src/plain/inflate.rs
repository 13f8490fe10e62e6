//! A decompressor written from RFC 1951, as short as it can be. It decodes a code bit by bit, and a
//! stream from its start each time.

/// The most bits of a code (RFC 1951 §3.2.7).
const BITS_MAX: usize = 15;
/// The farthest that a reference may reach back (§2).
const WINDOW: usize = 32 * 1024;
/// The least length of each length symbol, and its number of extra bits (§3.2.5).
const LENGTHS: [(usize, u8); 29] = [
    (3, 0),
    (4, 0),
    (5, 0),
    (6, 0),
    (7, 0),
    (8, 0),
    (9, 0),
    (10, 0),
    (11, 1),
    (13, 1),
    (15, 1),
    (17, 1),
    (19, 2),
    (23, 2),
    (27, 2),
    (31, 2),
    (35, 3),
    (43, 3),
    (51, 3),
    (59, 3),
    (67, 4),
    (83, 4),
    (99, 4),
    (115, 4),
    (131, 5),
    (163, 5),
    (195, 5),
    (227, 5),
    (258, 0),
];
/// The least distance of each distance symbol, and its number of extra bits (§3.2.5).
const DISTANCES: [(usize, u8); 30] = [
    (1, 0),
    (2, 0),
    (3, 0),
    (4, 0),
    (5, 1),
    (7, 1),
    (9, 2),
    (13, 2),
    (17, 3),
    (25, 3),
    (33, 4),
    (49, 4),
    (65, 5),
    (97, 5),
    (129, 6),
    (193, 6),
    (257, 7),
    (385, 7),
    (513, 8),
    (769, 8),
    (1025, 9),
    (1537, 9),
    (2049, 10),
    (3073, 10),
    (4097, 11),
    (6145, 11),
    (8193, 12),
    (12289, 12),
    (16385, 13),
    (24577, 13),
];
/// The order in which the lengths of the code-length code are sent (§3.2.7).
const ORDER: [usize; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/// Where decoding stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// All input was used. `is_between` says whether no block has begun and not ended.
    NeedsInput { is_between: bool },
    /// The input is not DEFLATE.
    Invalid,
    /// The output is longer than the limit.
    TooLong,
}

/// What a stream decodes to.
#[derive(Debug)]
pub(crate) struct Decoded {
    /// The output.
    pub(crate) output: Vec<u8>,
    /// Where decoding stopped.
    pub(crate) stop: Stop,
    /// The longest distance of a reference.
    pub(crate) distance_max: usize,
    /// The byte at which the newest stream begins: a final block ends its stream, and the next byte
    /// begins a new one, which cannot refer to the old one.
    pub(crate) newest: usize,
}

/// Decodes a stream until it ends, fails, or has more than `limit` bytes of output.
pub(crate) fn inflate(input: &[u8], limit: usize) -> Decoded {
    let mut decoder = Decoder {
        input,
        place: 0,
        output: Vec::new(),
        base: 0,
        newest: 0,
        limit,
        distance_max: 0,
        is_between: true,
    };
    let stop = loop {
        if let Err(stop) = decoder.block() {
            break stop;
        }
    };
    let stop = match stop {
        Stop::NeedsInput { .. } => Stop::NeedsInput { is_between: decoder.is_between },
        other => other,
    };
    let Decoder { output, distance_max, newest, .. } = decoder;
    Decoded { output, stop, distance_max, newest }
}

struct Decoder<'input> {
    input: &'input [u8],
    /// The number of bits that were used.
    place: usize,
    output: Vec<u8>,
    /// The output at which the newest stream begins.
    base: usize,
    newest: usize,
    limit: usize,
    distance_max: usize,
    is_between: bool,
}

/// A code: for each number of bits, the symbols whose codes have as many, in order.
struct Code([Vec<usize>; BITS_MAX + 1]);

impl Decoder<'_> {
    fn bit(&mut self) -> Result<usize, Stop> {
        let byte = self.input.get(self.place / 8).ok_or(Stop::NeedsInput { is_between: false })?;
        let bit = byte >> (self.place % 8) & 1;
        self.place += 1;
        Ok(usize::from(bit))
    }

    /// Reads a number, its least significant bit first.
    fn number(&mut self, bits: u8) -> Result<usize, Stop> {
        (0..bits).try_fold(0, |number, place| Ok(number | self.bit()? << place))
    }

    fn push(&mut self, byte: u8) -> Result<(), Stop> {
        self.output.push(byte);
        if self.output.len() > self.limit { Err(Stop::TooLong) } else { Ok(()) }
    }

    /// Reads the next symbol of a code (§3.2.2).
    fn symbol(&mut self, Code(symbols): &Code) -> Result<usize, Stop> {
        let (mut code, mut first) = (0, 0);
        for symbols in &symbols[1..] {
            code = code << 1 | self.bit()?;
            if code < first + symbols.len() {
                return Ok(symbols[code - first]);
            }
            first = (first + symbols.len()) << 1;
        }
        Err(Stop::Invalid)
    }

    fn block(&mut self) -> Result<(), Stop> {
        self.is_between = true;
        let is_final = self.bit()? == 1;
        let kind = self.number(2)?;
        self.is_between = false;
        match kind {
            0 => self.stored()?,
            1 => {
                let literals = (0..288).map(|symbol| match symbol {
                    144..256 => 9,
                    256..280 => 7,
                    _ => 8,
                });
                self.compressed(&Code::new(literals), &Code::new([5; 32]))?;
            }
            2 => {
                let (literals, distances) = self.codes()?;
                self.compressed(&literals, &distances)?;
            }
            _ => return Err(Stop::Invalid),
        }
        self.is_between = true;
        if is_final {
            self.place = self.place.next_multiple_of(8);
            self.base = self.output.len();
            self.newest = self.place / 8;
        }
        Ok(())
    }

    /// A block without compression (§3.2.4).
    fn stored(&mut self) -> Result<(), Stop> {
        self.place = self.place.next_multiple_of(8);
        let (length, complement) = (self.number(16)?, self.number(16)?);
        if length != !complement & 0xffff {
            return Err(Stop::Invalid);
        }
        for _ in 0..length {
            let byte = self.number(8)?;
            self.push(u8::try_from(byte).unwrap_or_default())?;
        }
        Ok(())
    }

    /// The codes of a block that brings its own (§3.2.7).
    fn codes(&mut self) -> Result<(Code, Code), Stop> {
        let (literals, distances) = (self.number(5)? + 257, self.number(5)? + 1);
        let count = self.number(4)? + 4;
        if literals > 286 || distances > 30 {
            return Err(Stop::Invalid);
        }
        let mut lengths = vec![0; ORDER.len()];
        for &symbol in &ORDER[..count] {
            lengths[symbol] = u8::try_from(self.number(3)?).unwrap_or_default();
        }
        let code = Code::new(lengths).checked(false)?;
        let mut lengths: Vec<u8> = Vec::new();
        while lengths.len() < literals + distances {
            let (length, times) = match self.symbol(&code)? {
                16 => (*lengths.last().ok_or(Stop::Invalid)?, 3 + self.number(2)?),
                17 => (0, 3 + self.number(3)?),
                18 => (0, 11 + self.number(7)?),
                length => (u8::try_from(length).unwrap_or_default(), 1),
            };
            lengths.resize(lengths.len() + times, length);
        }
        // Without an end-of-block symbol, the block could not end.
        if lengths.len() > literals + distances || lengths[256] == 0 {
            return Err(Stop::Invalid);
        }
        let distances = lengths.split_off(literals);
        Ok((Code::new(lengths).checked(true)?, Code::new(distances).checked(true)?))
    }

    /// A block of literals and references (§3.2.3).
    fn compressed(&mut self, literals: &Code, distances: &Code) -> Result<(), Stop> {
        loop {
            match self.symbol(literals)? {
                literal @ 0..256 => self.push(u8::try_from(literal).unwrap_or_default())?,
                256 => return Ok(()),
                symbol => {
                    let &(least, extra) = LENGTHS.get(symbol - 257).ok_or(Stop::Invalid)?;
                    let length = least + self.number(extra)?;
                    let symbol = self.symbol(distances)?;
                    let &(least, extra) = DISTANCES.get(symbol).ok_or(Stop::Invalid)?;
                    let distance = least + self.number(extra)?;
                    if distance > WINDOW.min(self.output.len() - self.base) {
                        return Err(Stop::Invalid);
                    }
                    self.distance_max = self.distance_max.max(distance);
                    for _ in 0..length {
                        self.push(self.output[self.output.len() - distance])?;
                    }
                }
            }
        }
    }
}

impl Code {
    /// Makes a code of the length of each symbol's code in bits. 0 is a symbol that does not occur.
    fn new(lengths: impl IntoIterator<Item = u8>) -> Self {
        let mut symbols = <[Vec<usize>; BITS_MAX + 1]>::default();
        for (symbol, length) in lengths.into_iter().enumerate() {
            symbols[usize::from(length)].push(symbol);
        }
        Self(symbols)
    }

    /// Checks that no two symbols have the same code, and that every code is one of a symbol. A code
    /// with a single symbol has one bit, and half of it is missing (§3.2.7).
    fn checked(self, may_be_single: bool) -> Result<Self, Stop> {
        let mut left = 1_i64;
        for symbols in &self.0[1..] {
            left = 2 * left - i64::try_from(symbols.len()).unwrap_or(i64::MAX);
            if left < 0 {
                return Err(Stop::Invalid);
            }
        }
        let used: usize = self.0[1..].iter().map(Vec::len).sum();
        let is_single = may_be_single && used == 1 && self.0[1].len() == 1;
        if left == 0 || used == 0 || is_single { Ok(self) } else { Err(Stop::Invalid) }
    }
}

#[cfg(test)]
mod tests {
    use flate2::{Compress, Compression, FlushCompress};

    use super::*;

    /// All three kinds of block, and references that overlap themselves.
    #[test]
    fn what_zlib_has_compressed_is_decoded() {
        let texts = [
            b"".to_vec(),
            b"Hello".to_vec(),
            vec![7; 1000],
            (0..=255).cycle().take(70_000).collect(),
        ];
        for level in [0, 1, 6, 9] {
            for text in &texts {
                let mut stream = Compress::new(Compression::new(level), false);
                let mut bytes = Vec::with_capacity(80_000);
                stream.compress_vec(text, &mut bytes, FlushCompress::Sync).unwrap();
                let decoded = inflate(&bytes, 100_000);
                assert_eq!(decoded.stop, Stop::NeedsInput { is_between: true });
                assert!(decoded.output == *text, "level {level}, {} bytes", text.len());
                assert_eq!(inflate(&bytes, text.len()).stop, decoded.stop);
            }
        }
    }

    /// RFC 7692 §7.2.3.2, the example of a stored block, and §7.2.3.4, a final one.
    #[test]
    fn the_examples_of_the_standard_are_decoded() {
        let stored = inflate(b"\x00\x05\x00\xfa\xffHello\x00\x00\x00\xff\xff", 5);
        assert_eq!(
            (&stored.output[..], stored.stop),
            (&b"Hello"[..], Stop::NeedsInput { is_between: true })
        );
        let is_final = inflate(b"\xf3\x48\xcd\xc9\xc9\x07\x00\x00\x00\x00\xff\xff", 5);
        assert_eq!((&is_final.output[..], is_final.newest), (&b"Hello"[..], 7));
        assert_eq!(inflate(b"\xf2\x48\xcd\xc9\xc9\x07\x00", 4).stop, Stop::TooLong);
        assert_eq!(inflate(b"\xf2\x48\xcd\xc9", 9).stop, Stop::NeedsInput { is_between: false });
        assert_eq!(inflate(b"\x07", 9).stop, Stop::Invalid);
    }
}
