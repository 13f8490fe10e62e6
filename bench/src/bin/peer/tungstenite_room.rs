//! A room on tokio-tungstenite and tokio's broadcast channel, as most chats are written, with one
//! flush for all messages that are waiting.

use std::convert::Infallible;
use std::io;

use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio::sync::broadcast::{Receiver, Sender, channel};
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, accept_async};

use crate::serve::serve;

/// The number of messages that a member may be behind.
const BEHIND_MAX: usize = 1024;

pub(crate) fn run() -> io::Result<Infallible> {
    let (room, _) = channel(BEHIND_MAX);
    // Each member has a number, so that members do not receive their own messages.
    let numbers = std::cell::Cell::new(0);
    serve(move |stream| {
        let (number, room) = (numbers.replace(numbers.get() + 1), room.clone());
        async move {
            let Ok(socket) = accept_async(stream).await else { return };
            let news = room.subscribe();
            let _ = attend(socket, number, &room, news).await;
        }
    })
}

async fn attend(
    mut socket: WebSocketStream<TcpStream>,
    number: u32,
    room: &Sender<(u32, Message)>,
    mut news: Receiver<(u32, Message)>,
) -> Result<(), Error> {
    loop {
        tokio::select! {
            said = socket.next() => match said {
                Some(Ok(message)) if message.is_text() => {
                    let _ = room.send((number, message));
                }
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(error),
                None => return Ok(()),
            },
            Ok(first) = news.recv() => {
                let mut next = Some(first);
                while let Some((from, message)) = next {
                    if from != number {
                        socket.feed(message).await?;
                    }
                    next = news.try_recv().ok();
                }
                socket.flush().await?;
            }
        }
    }
}
