//! The header block of a request or a response.

/// The lines of a header block, each with its name in lower case, its value and its offset.
#[derive(Clone, Debug, Default)]
pub(crate) struct Headers(pub(crate) Vec<(String, String, u64)>);

impl Headers {
    /// Reads the header block that `bytes` begins with. Returns its first line, and its length
    /// too, or `Ok(None)` if more bytes are needed.
    ///
    /// # Errors
    /// The offset of a line that is not a header.
    pub(crate) fn read(bytes: &[u8]) -> Result<Option<(String, Self, usize)>, u64> {
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
            return Ok(None);
        };
        let block = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let (first, rest) = block.split_once("\r\n").unwrap_or((&block, ""));
        let mut offset = first.len() as u64 + 2;
        let mut lines = Vec::new();
        for line in rest.split("\r\n").filter(|line| !line.is_empty()) {
            let (name, value) = line.split_once(':').ok_or(offset)?;
            lines.push((name.to_ascii_lowercase(), value.trim().to_owned(), offset));
            offset += line.len() as u64 + 2;
        }
        Ok(Some((first.to_owned(), Self(lines), end + 4)))
    }

    /// The values of the header with this name, in lower case.
    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        let lines = self.0.iter().filter(|(other, _, _)| other == name);
        lines.map(|(_, value, _)| value.as_str()).collect()
    }

    /// Whether a header holds this token, in whatever case.
    pub(crate) fn has_token(&self, name: &str, token: &str) -> bool {
        let values = self.all(name);
        let mut entries = values.iter().flat_map(|value| value.split(','));
        entries.any(|entry| entry.trim().eq_ignore_ascii_case(token))
    }

    /// Where the first line with this name begins.
    pub(crate) fn offset(&self, name: &str) -> Option<u64> {
        self.0.iter().find(|(other, _, _)| other == name).map(|(_, _, offset)| *offset)
    }
}
