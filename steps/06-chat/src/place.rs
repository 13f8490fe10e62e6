//! Somebody's place among those who hear the news: what waits for them, in its order.

use std::collections::VecDeque;
use std::sync::Arc;

use echo::{Encoded, Sender};
use tokio::io::AsyncWrite;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::sync::{broadcast, oneshot};

use crate::broadcast::Broadcast;
use crate::metrics::Metrics;

/// News that is taken in one go, before it is written.
const BATCH: u64 = 64;
/// Of what somebody has missed, no more than this is ready to be written, in bytes. The rest stays
/// in the log, where it costs nothing.
const READY_MAX: usize = 64 * 1024;

/// A place, and what waits there.
pub(crate) struct Place {
    /// What they are called; nothing where people have no names.
    pub(crate) name: String,
    /// What they get first: as much as they have missed, encoded when it is its turn.
    greeting: Option<Box<dyn Iterator<Item = Encoded> + Send>>,
    /// News that has come meanwhile, and its bytes.
    held: VecDeque<Arc<Broadcast>>,
    held_bytes: usize,
    pub(crate) news: broadcast::Receiver<Arc<Broadcast>>,
    /// Says nothing, and ends when somebody else takes the place.
    pub(crate) taken: oneshot::Receiver<()>,
}

impl Place {
    /// A place for `name`, who is told `greeting` and then `news`, until the place is `taken`.
    pub(crate) fn new(
        name: &str,
        greeting: impl Iterator<Item = Encoded> + Send + 'static,
        news: broadcast::Receiver<Arc<Broadcast>>,
        taken: oneshot::Receiver<()>,
    ) -> Self {
        let greeting: Box<dyn Iterator<Item = Encoded> + Send> = Box::new(greeting);
        let (name, held) = (name.to_owned(), VecDeque::new());
        Self { name, greeting: Some(greeting), held, held_bytes: 0, news, taken }
    }

    // ANCHOR: catch_up
    /// Says what waits, as far as there is room for it. `false` if something is left.
    pub(crate) fn catch_up(&mut self, sender: &mut Sender<impl AsyncWrite + Unpin>) -> bool {
        while sender.pending() < READY_MAX {
            if let Some(frame) = self.greeting.as_mut().and_then(Iterator::next) {
                sender.send_encoded(&frame);
                continue;
            }
            self.greeting = None;
            let Some(news) = self.held.pop_front() else { return true };
            self.held_bytes -= news.frame.frame().len();
            say(&self.name, &news, sender);
        }
        false
    }
    // ANCHOR_END: catch_up

    // ANCHOR: take
    /// Takes the news that is there, the first of it already in our hands. `false` if some was
    /// missed.
    pub(crate) fn take(
        &mut self,
        first: Result<Arc<Broadcast>, RecvError>,
        sender: &mut Sender<impl AsyncWrite + Unpin>,
        metrics: &Metrics,
    ) -> bool {
        let (mut messages, mut bytes) = (0, 0);
        let mut next = first.ok();
        loop {
            let Some(news) = next else { return false };
            messages += 1;
            bytes += news.frame.frame().len();
            if self.greeting.is_none() && self.held.is_empty() {
                say(&self.name, &news, sender);
            } else {
                self.held_bytes += news.frame.frame().len();
                self.held.push_back(news);
            }
            if messages == BATCH {
                break;
            }
            next = match self.news.try_recv() {
                Err(TryRecvError::Empty) => break,
                more => more.ok(),
            };
        }
        metrics.messages_sent(messages, bytes as u64);
        true
    }
    // ANCHOR_END: take

    /// Bytes of news that wait to be written. What they had missed before is not held against them.
    pub(crate) fn waiting(&self, sender: &Sender<impl AsyncWrite + Unpin>) -> usize {
        if self.greeting.is_some() { self.held_bytes } else { self.held_bytes + sender.pending() }
    }

    /// Says all the news there is, before the end.
    pub(crate) fn say_rest(&mut self, sender: &mut Sender<impl AsyncWrite + Unpin>) {
        for news in self.held.drain(..) {
            say(&self.name, &news, sender);
        }
        while let Ok(news) = self.news.try_recv() {
            say(&self.name, &news, sender);
        }
    }
}

fn say(name: &str, news: &Broadcast, sender: &mut Sender<impl AsyncWrite + Unpin>) {
    if let Some(frame) = news.frame_for(name) {
        sender.send_encoded(frame);
    }
}
