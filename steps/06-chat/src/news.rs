//! What everyone in a room gets: encoded once, its bytes shared by all.

use std::sync::Arc;

use echo::{Encoded, Message};
use serde::Serialize;
use tokio::sync::broadcast;
use tokio::task::yield_now;

/// News that may be on its way to the members of a room at the same time. Members take it at once,
/// into the output of their own connection, so nobody who is slow holds it up.
const ON_THE_WAY_MAX: usize = 1024;

// ANCHOR: news
/// One piece of news.
#[derive(Debug)]
pub(crate) struct News {
    /// What the members get.
    pub(crate) frame: Encoded,
    /// Who caused it, and what they get instead, which may be nothing.
    pub(crate) sender: Option<(Arc<str>, Option<Encoded>)>,
}

impl News {
    /// News for everyone.
    pub(crate) fn for_all(frame: &impl Serialize) -> Self {
        Self { frame: encode(frame), sender: None }
    }

    /// What `who` gets of this.
    pub(crate) fn for_member(&self, who: &str) -> Option<&Encoded> {
        match &self.sender {
            Some((sender, instead)) if **sender == *who => instead.as_ref(),
            _ => Some(&self.frame),
        }
    }
}
// ANCHOR_END: news

// ANCHOR: feed
/// The way from a room to its members.
#[derive(Debug)]
pub(crate) struct Feed(broadcast::Sender<Arc<News>>);

impl Feed {
    pub(crate) fn new() -> Self {
        Self(broadcast::Sender::new(ON_THE_WAY_MAX))
    }

    /// For one more member, from now on.
    pub(crate) fn subscribe(&self) -> broadcast::Receiver<Arc<News>> {
        self.0.subscribe()
    }

    /// Tells all members, without waiting for any of them. Returns how many they are.
    pub(crate) fn tell(&self, news: News) -> usize {
        // With nobody there, there is nobody to be told.
        self.0.send(Arc::new(news)).unwrap_or_default()
    }

    /// Lets the members take what is on its way, if it is much.
    pub(crate) async fn give_way(&self) {
        while self.0.len() > ON_THE_WAY_MAX / 2 {
            yield_now().await;
        }
    }
}
// ANCHOR_END: feed

/// JSON in a text frame.
pub(crate) fn encode(value: &impl Serialize) -> Encoded {
    // Only maps with strange keys cannot be written, and we have none.
    let json = serde_json::to_vec(value).unwrap_or_default();
    Encoded::new(Message::Text(&json))
}
