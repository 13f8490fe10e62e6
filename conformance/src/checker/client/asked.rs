//! The request of a client's opening handshake.

use std::ops::Deref;

use crate::checker::wire::headers::Headers;

/// A request as it arrived, right or wrong.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asked {
    /// Its first line.
    pub(crate) line: String,
    headers: Headers,
}

impl Asked {
    /// Reads the request that `bytes` begins with, and returns its length too. Returns `Ok(None)`
    /// if more bytes are needed.
    ///
    /// # Errors
    /// The offset of a line that is not a header.
    pub(crate) fn read(bytes: &[u8]) -> Result<Option<(Self, usize)>, u64> {
        let block = Headers::read(bytes)?;
        Ok(block.map(|(line, headers, length)| (Self { line, headers }, length)))
    }

    /// The second word of the request line.
    pub(crate) fn target(&self) -> &str {
        self.line.split(' ').nth(1).unwrap_or_default()
    }

    /// The value of a header, or nothing.
    pub(crate) fn value(&self, name: &str) -> &str {
        self.all(name).first().copied().unwrap_or_default()
    }

    /// The offers of extensions, each with its parameters.
    pub(crate) fn offers(&self) -> Vec<Vec<String>> {
        let lines = self.all("sec-websocket-extensions");
        let offers = lines.iter().flat_map(|line| line.split(','));
        offers.map(|offer| offer.split(';').map(|part| part.trim().to_owned()).collect()).collect()
    }

    /// The first offer of permessage-deflate.
    pub(crate) fn deflate(&self) -> Option<Vec<String>> {
        self.offers().into_iter().find(|offer| offer[0] == "permessage-deflate")
    }
}

impl Deref for Asked {
    type Target = Headers;

    fn deref(&self) -> &Headers {
        &self.headers
    }
}
