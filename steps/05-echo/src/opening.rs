//! The opening handshake of step 2, on tokio.

use std::io;

use handshake::{
    Arrived, HeaderBlock, HeaderLimits, LINGER_BYTES, LINGER_TIME, Opened, Refusal, answer,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy, sink};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::{Agreement, Options};

/// Bytes that are read at a time.
const PIECE: usize = 4096;

/// Reads a request and answers it; `None` if it was not upgraded, and the connection is over.
/// With a `refusal`, no request is good enough. Visitors are shown `page`.
///
/// # Errors
/// When the client is gone before it is answered.
pub(crate) async fn accept(
    stream: &mut TcpStream,
    options: &Options,
    page: &str,
    refusal: Option<Refusal>,
) -> io::Result<Option<(Opened, Option<Agreement>)>> {
    // For a whole request, and again for taking our answer.
    let time = options.timeouts.handshake;
    let arrived = match timeout(time, read_request(stream, options.header_limits)).await {
        Ok(arrived) => arrived?,
        Err(_) => Err(Refusal::Late),
    };
    let mut judged = match refusal {
        Some(refusal) => arrived.and(Err(refusal)),
        None => arrived.and_then(|arrived| Opened::judge(arrived, &options.policy)),
    };
    let mut agreed = None;
    if let Ok(opened) = &mut judged {
        agreed = options.compression.accept(opened.request.headers());
        opened.upgrade.extensions = agreed.map(|agreed| agreed.to_string());
    }
    let answered = async {
        stream.write_all(&answer(&judged, page)).await?;
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
    limits: HeaderLimits,
) -> io::Result<Result<Arrived, Refusal>> {
    let mut block = HeaderBlock::new(limits);
    let mut piece = Vec::with_capacity(PIECE);
    loop {
        piece.clear();
        if stream.read_buf(&mut piece).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if let Some(outcome) = block.push(&piece).transpose() {
            return Ok(outcome);
        }
    }
}
