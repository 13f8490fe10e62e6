//! The baseline for echoes: returns every byte that it receives, and does not know what a message
//! is.

use std::convert::Infallible;
use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::serve::serve;

/// The same read size as in step 5.
const BUFFER: usize = 256 * 1024;

pub(crate) fn run() -> io::Result<Infallible> {
    serve(|mut stream| async move {
        let mut buffer = Vec::with_capacity(BUFFER);
        while let Ok(1..) = stream.read_buf(&mut buffer).await {
            if stream.write_all(&buffer).await.is_err() {
                return;
            }
            buffer.clear();
        }
    })
}
