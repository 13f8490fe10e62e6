//! The echo, in three lines.

use std::convert::Infallible;

use tokio::io::{AsyncRead, AsyncWrite};

use crate::tokio_driver::{connection::Connection, ended::Ended};

// ANCHOR: echo
/// Sends every message back until the connection ends.
///
/// `recv` returns at once while there are messages in the bytes that were read, and `send` puts a
/// short answer into a buffer. When there are no more messages, `recv` writes all answers together,
/// and then reads again. So a system call serves a batch of messages.
///
/// # Errors
/// [`Ended`] says how the connection ended. The function returns nothing else.
pub async fn echo(
    connection: &mut Connection<impl AsyncRead + AsyncWrite + Unpin>,
) -> Result<Infallible, Ended> {
    loop {
        let (message, mut outgoing) = connection.recv().await?;
        outgoing.send(message)?;
    }
}
// ANCHOR_END: echo
