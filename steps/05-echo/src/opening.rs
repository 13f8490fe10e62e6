//! The opening handshake of step 2, on tokio.

use std::io;

use handshake::{Arrived, HeaderBlock, LINGER_BYTES, LINGER_TIME, Opened, Refusal, answer};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy, sink};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::{Agreement, Options};

/// Bytes that are read at a time.
const PIECE: usize = 4096;

/// Reads a request and answers it as it is judged; `None` if it was not upgraded, and the connection
/// is over. Visitors are shown `page`.
///
/// # Errors
/// When the client is gone before it is answered.
pub(crate) async fn accept(
    stream: &mut TcpStream,
    options: &Options,
    page: &str,
    judge: impl FnOnce(Arrived) -> Result<Opened, Refusal>,
) -> io::Result<Option<(Opened, Option<Agreement>)>> {
    // For a whole request, and again for taking our answer.
    let time = options.timeouts.handshake;
    let mut block = HeaderBlock::new(options.header_limits);
    let arrived = timeout(time, read_request(stream, &mut block)).await;
    let arrived = arrived.unwrap_or(Ok(Err(Refusal::Late)))?;
    let mut judged = arrived.and_then(judge);
    let mut agreed = None;
    if let Ok(opened) = &mut judged {
        agreed = options.compression.accept(opened.request.headers());
        opened.upgrade.extensions = agreed.map(|agreed| agreed.to_string());
    }
    let answered = async {
        stream.write_all(&answer(&block, &judged, page)).await?;
        if judged.is_err() {
            stream.shutdown().await?;
            let (mut unread, mut nobody) = (stream.take(LINGER_BYTES as u64), sink());
            let _ = timeout(LINGER_TIME, copy(&mut unread, &mut nobody)).await;
        }
        Ok(judged.ok().map(|opened| (opened, agreed)))
    };
    timeout(time, answered).await?
}

/// Reads the header block of a request, in however many pieces it comes.
async fn read_request(
    stream: &mut TcpStream,
    block: &mut HeaderBlock,
) -> io::Result<Result<Arrived, Refusal>> {
    let mut piece = Vec::with_capacity(PIECE);
    while stream.read_buf(&mut piece).await? > 0 {
        if let Some(outcome) = block.push(&piece).transpose() {
            return Ok(outcome);
        }
        piece.clear();
    }
    Err(io::ErrorKind::UnexpectedEof.into())
}
