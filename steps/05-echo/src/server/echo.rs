//! The shortest conversation there is, and the whole lesson on batching.

use std::convert::Infallible;

use tokio::io::{AsyncRead, AsyncWrite};

use crate::tokio_driver::{connection::Connection, ended::Ended};

// ANCHOR: echo
/// Sends every message back, until the connection ends.
///
/// Look at where it waits. `recv` returns at once as long as there are messages in what was read, and
/// `send` only collects. When there are no more messages, `recv` writes all answers in one piece, and
/// reads once. So there is no system call for a message, only for a batch of them; and no copy of a
/// large payload, which `send` writes from the buffer that it was read into.
///
/// # Errors
/// [`Ended`], always: this is the only way in which it ends.
pub async fn echo(
    connection: &mut Connection<impl AsyncRead + AsyncWrite + Unpin>,
) -> Result<Infallible, Ended> {
    loop {
        let (message, mut outgoing) = connection.recv().await?;
        outgoing.send(message)?;
    }
}
// ANCHOR_END: echo
