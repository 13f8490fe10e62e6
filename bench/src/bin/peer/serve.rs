//! What all Rust servers in this comparison share: everything except the WebSocket library.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;

use futures_util::{FutureExt, Sink, SinkExt, Stream, StreamExt};
use tokio::net::{TcpListener, TcpStream};

/// At most this number of messages is answered before the answers are sent.
const BATCH: usize = 64;

/// Serves each connection by `connection`, on one thread, until the process is killed.
///
/// The address comes from the command line. As in the steps, the first line on standard output
/// contains the address with its port.
///
/// # Errors
/// If the server cannot listen on the address, or cannot accept a connection.
pub(crate) fn serve<Connection>(
    connection: impl Fn(TcpStream) -> Connection,
) -> io::Result<Infallible>
where
    Connection: Future<Output = ()> + 'static,
{
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:0".to_owned());
    let address: SocketAddr = address.parse().map_err(io::Error::other)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let everyone = tokio::task::LocalSet::new();
    everyone.block_on(&runtime, async {
        let listener = TcpListener::bind(address).await?;
        println!("listening on http://{}", listener.local_addr()?);
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            tokio::task::spawn_local(connection(stream));
        }
    })
}

/// Echoes each message for which `keeps` returns true, until the connection ends. It works for
/// every library whose connection is a stream and a sink of messages.
///
/// Messages that have already arrived are answered together. The libraries' own examples send each
/// answer by itself. This is as fast with one message in flight, and several times slower with
/// sixteen, so the batches show the libraries at their best.
pub(crate) async fn echo_in_batches<Socket, Message, Error>(
    mut socket: Socket,
    keeps: impl Fn(&Message) -> bool,
) where
    Socket: Stream<Item = Result<Message, Error>> + Sink<Message> + Unpin,
{
    while let Some(Ok(mut message)) = socket.next().await {
        let mut count = 1;
        loop {
            if keeps(&message) && socket.feed(message).await.is_err() {
                return;
            }
            if count == BATCH {
                break;
            }
            match socket.next().now_or_never() {
                Some(Some(Ok(next))) => message = next,
                Some(_) => return,
                None => break,
            }
            count += 1;
        }
        if socket.flush().await.is_err() {
            return;
        }
    }
}
