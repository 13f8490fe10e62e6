//! Wakers with numbers, and a list of those that have been called.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::task::{Wake, Waker};

/// Makes wakers.
pub(super) struct Wakers {
    sender: Sender<usize>,
    woken: Receiver<usize>,
}

struct Numbered {
    number: usize,
    woken: Sender<usize>,
}

impl Wakers {
    pub(super) fn new() -> Self {
        let (sender, woken) = channel();
        Self { sender, woken }
    }

    /// Returns a waker that adds this number to the list.
    pub(super) fn waker(&self, number: usize) -> Waker {
        Arc::new(Numbered { number, woken: self.sender.clone() }).into()
    }

    /// Takes the numbers from the list, including those that are added meanwhile.
    pub(super) fn woken(&self) -> impl Iterator<Item = usize> {
        self.woken.try_iter()
    }
}

impl Wake for Numbered {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        // The list lives as long as what is woken.
        let _ = self.woken.send(self.number);
    }
}
