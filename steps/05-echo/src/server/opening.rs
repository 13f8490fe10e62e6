//! The opening handshake of step 2, on tokio.

use std::io;
use std::time::Duration;

use clap::Args;
use handshake::{
    Arrived, HeaderBlock, HeaderLimits, LINGER_BYTES, LINGER_TIME, Opened, Policy, Refusal, answer,
};
use http::Request;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy, sink};
use tokio::net::TcpStream;
use tokio::time::timeout;
use web::Page;

use crate::compression::negotiation::Compression;
use crate::sans_io::{endpoint::Endpoint, limits::Limits, role::Role};

/// The most bytes that are read at once.
const PIECE: usize = 4096;

/// The rules of the opening handshake. The default is that of each flag, except that there is no
/// compression.
#[derive(Args, Clone, Debug, Default)]
pub struct Opening {
    /// Which requests are accepted.
    #[command(flatten)]
    pub policy: Policy,
    /// The limits on the request.
    #[command(flatten)]
    pub header_limits: HeaderLimits,
    /// Whether messages are compressed if a client offers it (RFC 7692)
    #[arg(long, value_name = "WHETHER", value_enum, default_value = "on")]
    pub compression: Compression,
    /// The limits on messages.
    #[command(flatten)]
    pub limits: Limits,
}

impl Opening {
    /// Reads a request and answers it, each within `time`. A request for a page is answered with
    /// `page`, and if there is a `refusal`, every request is answered with it.
    ///
    /// Returns the request and an endpoint, or the refusal that was sent; then the connection is
    /// over.
    ///
    /// # Errors
    /// If the connection breaks, or the answer cannot be sent in time.
    pub async fn accept(
        &self,
        stream: &mut TcpStream,
        time: Duration,
        page: &Page,
        refusal: Option<Refusal>,
    ) -> io::Result<Result<(Request<()>, Endpoint), Refusal>> {
        let mut block = HeaderBlock::new(self.header_limits);
        let arrived = timeout(time, read_request(stream, &mut block)).await;
        let arrived = arrived.unwrap_or(Ok(Err(Refusal::Late)))?;
        let mut judged = arrived.and_then(|arrived| match refusal {
            Some(refusal) => Err(refusal),
            None => Opened::judge(arrived, &self.policy),
        });
        let mut agreed = None;
        if let Ok(opened) = &mut judged {
            agreed = self.compression.accept(opened.request.headers());
            opened.upgrade.extensions = agreed.map(|agreed| agreed.to_string());
        }
        let answered = async {
            stream.write_all(&answer(&block, &judged, page)).await?;
            if judged.is_err() {
                stream.shutdown().await?;
                let (mut unread, mut nobody) = (stream.take(LINGER_BYTES as u64), sink());
                let _ = timeout(LINGER_TIME, copy(&mut unread, &mut nobody)).await;
            }
            Ok::<_, io::Error>(())
        };
        timeout(time, answered).await??;
        Ok(judged.map(|Opened { request, rest, .. }| {
            (request, Endpoint::new(Role::Server, self.limits, rest, agreed))
        }))
    }
}

/// Reads the header block of a request, which may arrive in any number of pieces.
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
