//! Data of five kinds, of the size and about as compressible as the files of the original.
//!
//! Each size is a small multiple of a power of two. A series of messages then repeats itself soon,
//! so that each message needs to be compressed only once.

use std::fmt::Write as _;

use crate::autobahn::wire::random::Random;

/// A kind of data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Sample {
    /// A list of results, as JSON.
    Json,
    /// A picture in shades of grey.
    Picture,
    /// Verses in German, or what looks like them.
    Prose,
    /// A table in HTML, with some letters that take more than one byte.
    Html,
    /// A document with compressed parts, like a PDF.
    Document,
}

impl Sample {
    /// Whether it is sent in text messages, and counted in characters.
    pub(crate) fn is_text(self) -> bool {
        matches!(self, Self::Json | Self::Html)
    }

    /// What it is, in a few words.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Json => "a list in JSON",
            Self::Picture => "a grey picture",
            Self::Prose => "German verses",
            Self::Html => "a table in HTML",
            Self::Document => "a document with compressed parts",
        }
    }

    /// How long it is, in characters or bytes.
    pub(crate) fn length(self) -> usize {
        match self {
            Self::Json => 3 << 16,
            Self::Picture | Self::Html => 4 << 16,
            Self::Prose => 7 << 15,
            Self::Document => 16 << 16,
        }
    }

    /// Makes the data. It is the same in every run.
    pub(crate) fn make(self) -> Vec<u8> {
        let random = &mut Random::seeded(self.length() as u64);
        let length = self.length();
        match self {
            Self::Json => repeated(length, |number| result(number, random)),
            Self::Html => repeated(length, |number| row(number, random)),
            Self::Picture => picture(random),
            Self::Prose => prose(random),
            Self::Document => document(random),
        }
    }
}

/// Joins pieces of text until there are `length` characters.
fn repeated(length: usize, mut piece: impl FnMut(usize) -> String) -> Vec<u8> {
    let letters = (0..).flat_map(|number| piece(number).chars().collect::<Vec<_>>());
    letters.take(length).collect::<String>().into_bytes()
}

/// An entry of a list of results.
fn result(number: usize, random: &mut Random) -> String {
    let verdict = ["passed", "passed", "passed", "passed", "informational"][random.below(5)];
    format!(
        "   \"{}.{}.{}\": {{\n      \"verdict\": \"{verdict}\",\n      \"closing\": \"passed\",\n      \
         \"expected\": \"the same message comes back\",\n      \
         \"milliseconds\": {},\n      \"code\": 1000,\n      \"file\": \"peer_case_{}_{}.json\"\n   }},\n",
        number / 100,
        number / 10 % 10,
        number % 10,
        random.below(1000),
        number / 100,
        number % 100,
    )
}

/// A row of a table of results.
fn row(number: usize, random: &mut Random) -> String {
    let mark = if number.is_multiple_of(40) { "µ · ✓ naïve" } else { "passed" };
    format!(
        "            <tr class=\"row\">\n               <td class=\"case\"><a href=\"#case_{}_{}\">Case \
         {}.{}</a></td>\n               <td class=\"verdict good\">{mark}</td>\n               \
         <td class=\"time\">{} ms</td>\n               <td class=\"bytes\">{}</td>\n            \
         </tr>\n",
        number / 50,
        number % 50,
        number / 50,
        number % 50,
        random.below(500),
        random.below(65_536),
    )
}

/// Smooth shades with some noise.
fn picture(random: &mut Random) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(Sample::Picture.length());
    for line in 0..512_usize {
        let mut shade = 60 + line / 8;
        for _ in 0..512 {
            // The sum of random numbers is near its mean more often than far from it.
            let noise: usize = (0..4).map(|_| random.below(7)).sum();
            shade = (shade + noise).saturating_sub(12).clamp(8, 248);
            bytes.push(u8::try_from(shade).unwrap_or(u8::MAX));
        }
    }
    bytes
}

/// Words that become rarer and rarer, in lines.
fn prose(random: &mut Random) -> Vec<u8> {
    const STARTS: [&str; 16] =
        ["b", "d", "fr", "g", "h", "k", "l", "m", "n", "r", "s", "sch", "st", "t", "w", "z"];
    const MIDDLES: [&str; 8] = ["a", "e", "e", "ei", "i", "o", "u", "ü"];
    const ENDS: [&str; 10] = ["", "n", "r", "t", "ch", "en", "er", "st", "ß", "nd"];
    let words: Vec<String> = (0..12_000)
        .map(|index| {
            let syllables = 1 + usize::from(index > 40) + random.below(2);
            let mut pick = |from: &[&'static str]| from[random.below(from.len())];
            (0..syllables).map(|_| [pick(&STARTS), pick(&MIDDLES), pick(&ENDS)].concat()).collect()
        })
        .collect();
    let mut text = String::new();
    while text.len() < Sample::Prose.length() {
        text.push_str("  ");
        for _ in 0..5 + random.below(4) {
            // The first words are more frequent.
            let size = [words.len() / 4, words.len() / 2, words.len()][random.below(3)];
            let _ = write!(text, "{} ", words[random.below(size)]);
        }
        text.push('\n');
    }
    let mut bytes = text.into_bytes();
    bytes.truncate(Sample::Prose.length());
    bytes
}

/// Random bytes between short descriptions.
fn document(random: &mut Random) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(Sample::Document.length() + 8192);
    let mut number = 0;
    while bytes.len() < Sample::Document.length() {
        number += 1;
        let length = 512 + random.below(3072);
        bytes.extend(format!("{number} 0 obj\n<< /Length {length} >>\nstream\n").bytes());
        bytes.extend((0..length).map(|_| random.next().to_ne_bytes()[0]));
        bytes.extend(b"endstream\nendobj\n");
        for other in 0..length / 150 {
            let entry = format!("<< /Type /Annot /Rect [ {other} 0 R ] /Parent {number} 0 R >>\n");
            bytes.extend(entry.bytes());
        }
    }
    bytes.truncate(Sample::Document.length());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::ZlibEncoder;
    use std::io::Write as _;

    /// How many bytes remain of a thousand when zlib compresses the files of the original.
    #[test]
    fn a_sample_is_about_as_compressible_as_the_file_that_it_stands_for() {
        for (sample, ratio) in [
            (Sample::Json, 44),
            (Sample::Picture, 850),
            (Sample::Prose, 390),
            (Sample::Html, 55),
            (Sample::Document, 760),
        ] {
            let data = sample.make();
            let count = str::from_utf8(&data).map_or(data.len(), |text| text.chars().count());
            assert!(count == sample.length() || data.len() == sample.length(), "{sample:?}");
            let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
            encoder.write_all(&data).unwrap();
            let compressed = encoder.finish().unwrap();
            let own = compressed.len() * 1000 / data.len();
            assert!(own.abs_diff(ratio) * 5 < ratio, "{sample:?}: {own} instead of {ratio}");
        }
    }
}
