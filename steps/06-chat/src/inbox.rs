//! A member's inbox: what they have not been sent yet, in order.

use std::collections::VecDeque;
use std::sync::Arc;

use echo::{Encoded, Outgoing};
use tokio::io::AsyncWrite;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::sync::{broadcast, oneshot};

use crate::metrics::Metrics;
use crate::news::News;

/// The most news that is taken at once, before any of it is written.
const BATCH: u64 = 64;
/// The most bytes of missed messages that wait to be written. The others stay in the log, where they
/// cost nothing.
const READY_MAX: usize = 64 * 1024;

/// What waits for one member.
pub(crate) struct Inbox {
    /// The member's name, or nothing where people have no names.
    pub(crate) name: String,
    /// What they are sent first: all that they have missed, each encoded when it is its turn.
    greeting: Option<Box<dyn Iterator<Item = Encoded> + Send>>,
    /// News that has come meanwhile, and its length in bytes.
    held: VecDeque<Arc<News>>,
    held_bytes: usize,
    pub(crate) news: broadcast::Receiver<Arc<News>>,
    /// Carries nothing. It ends when another connection takes over the name.
    pub(crate) taken: oneshot::Receiver<()>,
}

impl Inbox {
    /// An inbox for `name`, who is sent `greeting` and then `news`, until the name is `taken` over.
    pub(crate) fn new(
        name: &str,
        greeting: impl Iterator<Item = Encoded> + Send + 'static,
        news: broadcast::Receiver<Arc<News>>,
        taken: oneshot::Receiver<()>,
    ) -> Self {
        let greeting: Box<dyn Iterator<Item = Encoded> + Send> = Box::new(greeting);
        let (name, held) = (name.to_owned(), VecDeque::new());
        Self { name, greeting: Some(greeting), held, held_bytes: 0, news, taken }
    }

    // ANCHOR: catch_up
    /// Sends what waits, as far as there is room for it. Returns whether nothing is left.
    pub(crate) fn catch_up(&mut self, mut outgoing: Outgoing<'_, impl AsyncWrite + Unpin>) -> bool {
        while outgoing.pending() < READY_MAX {
            if let Some(frame) = self.greeting.as_mut().and_then(Iterator::next) {
                outgoing.send_encoded(&frame);
                continue;
            }
            self.greeting = None;
            let Some(news) = self.held.pop_front() else { return true };
            self.held_bytes -= news.frame.frame().len();
            send(&self.name, &news, &mut outgoing);
        }
        false
    }
    // ANCHOR_END: catch_up

    // ANCHOR: take
    /// Takes the news that has come, of which `first` was received already. Returns `false` if some
    /// was missed.
    pub(crate) fn take(
        &mut self,
        first: Result<Arc<News>, RecvError>,
        outgoing: &mut Outgoing<'_, impl AsyncWrite + Unpin>,
        metrics: &Metrics,
    ) -> bool {
        let (mut messages, mut bytes) = (0, 0);
        let mut next = first.ok();
        loop {
            let Some(news) = next else { return false };
            messages += 1;
            bytes += news.frame.frame().len();
            if self.greeting.is_none() && self.held.is_empty() {
                send(&self.name, &news, outgoing);
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
        metrics.told(messages, bytes as u64);
        true
    }
    // ANCHOR_END: take

    /// The bytes of news that wait to be read by the member, of which `pending` are in the output of
    /// the connection. What they had missed before does not count.
    pub(crate) fn waiting(&self, pending: usize) -> usize {
        if self.greeting.is_some() { self.held_bytes } else { self.held_bytes + pending }
    }

    /// Sends all the news there is, before the connection ends.
    pub(crate) fn send_rest(&mut self, outgoing: &mut Outgoing<'_, impl AsyncWrite + Unpin>) {
        for news in self.held.drain(..) {
            send(&self.name, &news, outgoing);
        }
        while let Ok(news) = self.news.try_recv() {
            send(&self.name, &news, outgoing);
        }
    }
}

fn send(name: &str, news: &News, outgoing: &mut Outgoing<'_, impl AsyncWrite + Unpin>) {
    if let Some(frame) = news.for_member(name) {
        outgoing.send_encoded(frame);
    }
}
