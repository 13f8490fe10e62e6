//! The shortest conversation there is, and the whole lesson on batching.

use std::convert::Infallible;

use tokio::io::{AsyncRead, AsyncWrite};

use crate::{Ended, Receiver, Sender};

// ANCHOR: echo
/// Says every message back, until the connection ends.
///
/// Look at where it waits. `recv` returns at once as long as there are messages in what has been
/// read, and `send` only collects. When there is nothing left to return, `recv` writes all answers
/// in one go, and reads once. So there is no system call for a message, only for a batch of them;
/// and no copy of a large payload, which `send` writes from the very buffer it was read into.
///
/// # Errors
/// [`Ended`] is the only way that it ends.
pub async fn echo(
    receiver: &mut Receiver<impl AsyncRead + Unpin>,
    sender: &mut Sender<impl AsyncWrite + Unpin>,
) -> Result<Infallible, Ended> {
    loop {
        let message = receiver.recv(sender).await?;
        sender.send(message)?;
    }
}
// ANCHOR_END: echo
