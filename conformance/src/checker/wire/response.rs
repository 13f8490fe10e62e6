//! The answer to an opening handshake.

use std::ops::Deref;

use crate::checker::wire::headers::Headers;

/// A response, without its body.
#[derive(Clone, Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    headers: Headers,
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
        let Some((line, headers, length)) = Headers::read(bytes)? else { return Ok(None) };
        let status = line.split(' ').nth(1).and_then(|status| status.parse().ok());
        let status = status.ok_or(START.len() as u64 + 2)?;
        Ok(Some((Self { status, headers }, length)))
    }
}

impl Deref for Response {
    type Target = Headers;

    fn deref(&self) -> &Headers {
        &self.headers
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
