//! What all the Rust servers have in common that we compare with: everything but the WebSocket.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;

use futures_util::{FutureExt, Sink, SinkExt, Stream, StreamExt};
use tokio::net::{TcpListener, TcpStream};

/// Messages that are answered before the answers are sent, at most.
const BATCH: usize = 64;

/// Serves each connection by `connection`, on one thread, until the process is killed.
///
/// The address comes from the command line, and the first line on standard output says which one it
/// has become, as with the steps.
///
/// # Errors
/// When there is no address to be had, or no connections.
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

/// Says back what `keeps` says yes to, until the connection ends, for every library whose connection
/// is a stream and a sink of messages.
///
/// Messages that are there already are answered together. The libraries' own examples send each
/// answer by itself, which is as fast with one message in flight, and several times slower with
/// sixteen: so this is the better half of what they can do.
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
