//! Who is still there, and is it time to stop? One clock asks it for all connections.
//!
//! A timer of its own would cost each connection a hundred bytes and more, and setting it anew a
//! little of each message. Here a connection only notes *that* it has heard something, and the clock
//! wakes it now and then to look at the note.

use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use slab::Slab;
use tokio::time::sleep;

use crate::{Ended, Timeouts};

/// Connections are woken in so many groups, one after the other, so that a crowd of quiet ones is
/// not sent its pings all at the same time.
const GROUPS: u32 = 8;
/// The slot of an alarm that does not wait yet: nobody is ever there.
const NOWHERE: u32 = u32::MAX;

/// The clock of a program, by which every connection is woken.
#[derive(Debug)]
pub struct Clock {
    pub(crate) timeouts: Timeouts,
    /// Ticks since the start, of which there are [`GROUPS`] in a ping interval.
    ticks: AtomicU32,
    stopped: AtomicBool,
    waiting: Mutex<Slab<Waker>>,
}

impl Clock {
    /// A clock that ticks for as long as anybody has it. Must be called on a tokio runtime.
    #[must_use]
    pub fn start(timeouts: Timeouts) -> Arc<Self> {
        let clock = Arc::new(Self {
            timeouts,
            ticks: AtomicU32::new(0),
            stopped: AtomicBool::new(false),
            waiting: Mutex::default(),
        });
        let watched = Arc::downgrade(&clock);
        tokio::spawn(async move {
            loop {
                sleep(timeouts.ping / GROUPS).await;
                let Some(clock) = watched.upgrade() else { return };
                let group = clock.ticks.fetch_add(1, Ordering::Relaxed).wrapping_add(1) % GROUPS;
                clock.wake(|slot| slot % GROUPS as usize == group as usize);
            }
        });
        clock
    }

    /// Tells every connection to end: their [`recv`](crate::Receiver::recv) returns
    /// [`Ended::Stopped`](crate::Ended::Stopped).
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::SeqCst);
        self.wake(|_| true);
    }

    /// Waits until the clock is stopped.
    pub(crate) async fn stopped(self: &Arc<Self>) {
        let mut alarm = Alarm::new(self);
        while poll_fn(|context| alarm.poll(context)).await.is_ok() {}
    }

    fn wake(&self, chosen: impl Fn(usize) -> bool) {
        for (_, waker) in self.waiting().iter().filter(|(slot, _)| chosen(*slot)) {
            waker.wake_by_ref();
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Slab<Waker>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The place of one connection among those that wait.
#[derive(Debug)]
pub(crate) struct Alarm {
    pub(crate) clock: Arc<Clock>,
    /// Something has come, or gone out, since the connection was last woken.
    pub(crate) alive: bool,
    /// It has been told that the clock was stopped.
    told: bool,
    /// Times it was woken since there was a sign of life.
    quiet: u32,
    /// The ping interval that it was last woken in.
    interval: u32,
    /// Where it waits, and who is woken there. At first nowhere, and nobody.
    slot: u32,
    waker: Waker,
}

impl Alarm {
    pub(crate) fn new(clock: &Arc<Clock>) -> Self {
        let interval = clock.ticks.load(Ordering::Relaxed) / GROUPS;
        let (clock, waker) = (Arc::clone(clock), Waker::noop().clone());
        Self { clock, alive: true, told: false, quiet: 0, interval, slot: NOWHERE, waker }
    }

    /// Ready when the peer has been quiet, and a ping is to show whether it is there.
    ///
    /// # Errors
    /// [`Ended::Quiet`] when it has not been there for the idle time, and [`Ended::Stopped`], once,
    /// when the clock was stopped.
    pub(crate) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Ended>> {
        if !self.waker.will_wake(context.waker()) {
            self.wait(context.waker());
        }
        if !self.told && self.clock.stopped.load(Ordering::SeqCst) {
            self.told = true;
            return Poll::Ready(Err(Ended::Stopped));
        }
        // Each group's intervals begin at its own tick.
        let ticks = self.clock.ticks.load(Ordering::Relaxed);
        let interval = ticks.wrapping_add(GROUPS - self.slot % GROUPS) / GROUPS;
        if self.interval == interval {
            return Poll::Pending;
        }
        self.interval = interval;
        if std::mem::take(&mut self.alive) {
            self.quiet = 0;
            return Poll::Pending;
        }
        self.quiet += 1;
        let gone = self.clock.timeouts.ping * self.quiet >= self.clock.timeouts.idle;
        Poll::Ready(if gone { Err(Ended::Quiet) } else { Ok(()) })
    }

    /// From now on the clock wakes `waker`.
    #[cold]
    fn wait(&mut self, waker: &Waker) {
        self.waker.clone_from(waker);
        let mut waiting = self.clock.waiting();
        waiting.try_remove(self.slot as usize);
        // There are never more connections than file descriptors, so the number is a small one.
        self.slot = u32::try_from(waiting.insert(waker.clone())).unwrap_or(NOWHERE);
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        self.clock.waiting().try_remove(self.slot as usize);
    }
}
