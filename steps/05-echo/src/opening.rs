//! The opening handshake of step 2, on tokio.

use std::io;
use std::time::Duration;

use handshake::{
    Answer, Arrived, HeaderBlock, HeaderLimits, LINGER_BYTES, LINGER_TIME, Opened, Policy, Refusal,
};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;

/// Bytes that are read at a time.
const PIECE: usize = 4096;

/// What a server needs to know for an opening handshake.
#[derive(Debug)]
pub(crate) struct Opening {
    pub(crate) policy: Policy,
    pub(crate) limits: HeaderLimits,
    /// For a whole request, and again for taking our answer.
    pub(crate) time: Duration,
    pub(crate) page: String,
}

impl Opening {
    /// Reads a request and answers it; `None` if it was not upgraded, and the connection is over.
    /// With a `refusal`, no request is good enough.
    ///
    /// # Errors
    /// When the client is gone before it is answered.
    pub(crate) async fn accept<Stream: AsyncRead + AsyncWrite + Unpin>(
        &self,
        stream: &mut Stream,
        refusal: Option<Refusal>,
    ) -> io::Result<Option<Opened>> {
        let outcome = match timeout(self.time, self.read_request(stream)).await {
            Ok(arrived) => arrived?,
            Err(_) => Err(Refusal::Late),
        };
        let answer = match (&outcome, refusal) {
            (Err(refusal), _) => Answer::Refusal(refusal.clone()),
            (Ok(_), Some(refusal)) => Answer::Refusal(refusal),
            (Ok(arrived), None) => Answer::to(&arrived.request, &self.policy, &self.page),
        };
        let answered = async {
            stream.write_all(&answer.encode()).await?;
            if let (Answer::Upgrade(upgrade), Ok(Arrived { request, rest })) = (answer, outcome) {
                return Ok(Some(Opened { request, upgrade, rest }));
            }
            stream.shutdown().await?;
            let (mut unread, mut nobody) = (stream.take(LINGER_BYTES as u64), tokio::io::sink());
            let _ = timeout(LINGER_TIME, tokio::io::copy(&mut unread, &mut nobody)).await;
            Ok(None)
        };
        timeout(self.time, answered).await?
    }

    /// Reads the header block of a request, in however many pieces it comes.
    async fn read_request<Stream: AsyncRead + Unpin>(
        &self,
        stream: &mut Stream,
    ) -> io::Result<Result<Arrived, Refusal>> {
        let mut block = HeaderBlock::new(self.limits);
        let mut piece = Vec::with_capacity(PIECE);
        loop {
            piece.clear();
            if stream.read_buf(&mut piece).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            match block.push(&piece) {
                Ok(None) => {}
                Ok(Some(arrived)) => return Ok(Ok(arrived)),
                Err(refusal) => return Ok(Err(refusal)),
            }
        }
    }
}
