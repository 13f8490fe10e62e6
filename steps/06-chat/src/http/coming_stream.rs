//! The place where another protocol than HTTP/1.1 hands over a stream.

use std::sync::Arc;

use tokio::sync::Mutex;
use tokio::sync::oneshot::{Receiver, Sender, channel};

use crate::delivery::stream::SharedStream;

// ANCHOR: coming
/// An extension of a request that may become a WebSocket: the stream for it, which comes when the
/// answer is sent. Without this extension, the stream is the one that hyper has upgraded.
#[derive(Clone)]
pub struct ComingStream(Arc<Mutex<Receiver<Box<dyn SharedStream>>>>);

impl ComingStream {
    /// Returns the sender of the stream, and the extension in which it arrives. If the sender is dropped, no
    /// WebSocket begins.
    pub fn new() -> (Sender<Box<dyn SharedStream>>, Self) {
        let (sender, receiver) = channel();
        (sender, Self(Arc::new(Mutex::new(receiver))))
    }

    /// Waits for the stream.
    pub(crate) async fn arrives(self) -> Option<Box<dyn SharedStream>> {
        (&mut *self.0.lock().await).await.ok()
    }
}
// ANCHOR_END: coming
