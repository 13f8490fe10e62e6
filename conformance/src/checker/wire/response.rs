//! The answer to an opening handshake.

/// A response, without its body.
#[derive(Clone, Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    /// Name, value and offset of each line.
    lines: Vec<(String, String, u64)>,
}

impl Response {
    /// Reads the header block that `bytes` begins with, and returns its length too. Returns
    /// `Ok(None)` if more bytes are needed.
    ///
    /// # Errors
    /// The offset of the first byte that cannot belong to an HTTP response.
    pub(crate) fn read(bytes: &[u8]) -> Result<Option<(Self, usize)>, u64> {
        const START: &[u8] = b"HTTP/1.";
        if let Some(wrong) = bytes.iter().zip(START).position(|(byte, due)| byte != due) {
            return Err(wrong as u64);
        }
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
            return Ok(None);
        };
        let block = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let mut offset = 0;
        let mut response = Self { status: 0, lines: Vec::new() };
        for (index, line) in block.split("\r\n").enumerate() {
            if index == 0 {
                let status = line.split(' ').nth(1).and_then(|status| status.parse().ok());
                response.status = status.ok_or(START.len() as u64 + 2)?;
            } else {
                let (name, value) = line.split_once(':').ok_or(offset)?;
                let (name, value) = (name.to_ascii_lowercase(), value.trim().to_owned());
                response.lines.push((name, value, offset));
            }
            offset += line.len() as u64 + 2;
        }
        Ok(Some((response, end + 4)))
    }

    /// The values of the header with this name, in lower case.
    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        let lines = self.lines.iter().filter(|(other, _, _)| other == name);
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
        self.lines.iter().find(|(other, _, _)| other == name).map(|(_, _, offset)| *offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_response_is_read_once_it_is_whole() {
        let bytes = b"HTTP/1.1 101 Switching\r\nUpgrade: WebSocket\r\nX: a, Upgrade\r\n\r\n\x81";
        for cut in 0..bytes.len() - 1 {
            assert!(Response::read(&bytes[..cut]).unwrap().is_none(), "{cut}");
        }
        let (response, length) = Response::read(bytes).unwrap().unwrap();
        assert_eq!((response.status, length), (101, bytes.len() - 1));
        assert!(response.has_token("upgrade", "websocket") && response.has_token("x", "upgrade"));
        assert_eq!((response.offset("upgrade"), response.offset("y")), (Some(24), None));
        assert_eq!(Response::read(b"HTTP/2 200\r\n\r\n").unwrap_err(), 5);
    }
}
