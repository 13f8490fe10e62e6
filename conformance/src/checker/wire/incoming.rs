//! What has arrived on a connection and was not read yet.

/// The bytes that have arrived and were not read yet.
#[derive(Default)]
pub(crate) struct Incoming {
    buffer: Vec<u8>,
    used: usize,
}

impl Incoming {
    /// Returns the bytes.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.buffer[self.used..]
    }

    /// Marks the first `size` bytes as read.
    pub(crate) fn takes(&mut self, size: usize) {
        self.used = (self.used + size).min(self.buffer.len());
    }

    /// Returns the buffer of the bytes, for more at its end.
    pub(crate) fn buffer(&mut self) -> &mut Vec<u8> {
        self.buffer.drain(..self.used);
        self.used = 0;
        &mut self.buffer
    }
}
