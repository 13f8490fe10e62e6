//! One clock for all connections: it notices idle peers, and tells everybody to stop.
//!
//! A timer for each connection would cost more than a hundred bytes, and resetting it a part of each
//! message. Instead, a connection sets a flag when it receives something, and the clock wakes it now
//! and then to look at the flag.

use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use slab::Slab;
use tokio::time::sleep;

use super::{ended::Ended, timeouts::Timeouts};

/// The number of groups in which connections are woken, one group after the other. So the pings to
/// many idle peers are not all sent at the same moment.
const GROUPS: u32 = 8;
/// The slot of an alarm that is not waiting yet. No alarm ever has this one.
const NOWHERE: u32 = u32::MAX;

/// The clock of a program, which wakes its connections.
#[derive(Debug)]
pub struct Clock {
    pub(crate) timeouts: Timeouts,
    /// Ticks since the start, of which there are [`GROUPS`] in a ping interval.
    ticks: AtomicU32,
    stopped: AtomicBool,
    waiting: Mutex<Slab<Waker>>,
}

impl Clock {
    /// Starts a clock, which ticks until the last reference to it is dropped.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
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

    /// Tells every connection to end: [`recv`](crate::Connection::recv) returns
    /// [`Ended::Stopped`].
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::SeqCst);
        self.wake(|_| true);
    }

    /// Waits until the clock is stopped.
    pub(crate) async fn stopped(self: &Arc<Self>) {
        let mut alarm = Alarm::new(self);
        poll_fn(|context| {
            // Whoever waits for this has a limit of its own on idle peers.
            alarm.alive = true;
            alarm.poll(context).map(drop)
        })
        .await;
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

/// What the clock knows of one connection, and what the connection knows of the clock.
#[derive(Debug)]
pub(crate) struct Alarm {
    pub(crate) clock: Arc<Clock>,
    /// Whether anything was received, or written, since the connection was last woken.
    pub(crate) alive: bool,
    /// Whether the connection knows that the clock was stopped.
    knows_of_stop: bool,
    /// How often it was woken since `alive` was last set.
    quiet: u32,
    /// The ping interval in which it was last woken.
    interval: u32,
    /// Its slot in the list of those that wait, and the waker there.
    slot: u32,
    waker: Waker,
}

impl Alarm {
    pub(crate) fn new(clock: &Arc<Clock>) -> Self {
        let (clock, waker) = (Arc::clone(clock), Waker::noop().clone());
        let (quiet, interval, slot) = (0, 0, NOWHERE);
        Self { clock, alive: true, knows_of_stop: false, quiet, interval, slot, waker }
    }

    /// Ready when nothing came for a ping interval: a ping will show whether the peer is there.
    ///
    /// # Errors
    /// [`Ended::Idle`] when nothing came for the idle time, and [`Ended::Stopped`], once, when the
    /// clock was stopped.
    pub(crate) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Ended>> {
        if !self.waker.will_wake(context.waker()) {
            self.wait(context.waker());
        }
        self.check_stopped()?;
        let interval = self.current_interval();
        if self.interval == interval {
            return Poll::Pending;
        }
        self.interval = interval;
        if std::mem::take(&mut self.alive) {
            self.quiet = 0;
            return Poll::Pending;
        }
        self.quiet += 1;
        let is_idle = self.clock.timeouts.ping * self.quiet >= self.clock.timeouts.idle;
        Poll::Ready(if is_idle { Err(Ended::Idle) } else { Ok(()) })
    }

    /// Checks that the clock was not stopped.
    ///
    /// # Errors
    /// [`Ended::Stopped`], once.
    pub(crate) fn check_stopped(&mut self) -> Result<(), Ended> {
        if !self.knows_of_stop && self.clock.stopped.load(Ordering::SeqCst) {
            self.knows_of_stop = true;
            return Err(Ended::Stopped);
        }
        Ok(())
    }

    /// The number of the ping interval. The intervals of each group begin at its own tick.
    fn current_interval(&self) -> u32 {
        let ticks = self.clock.ticks.load(Ordering::Relaxed);
        ticks.wrapping_add(GROUPS - self.slot % GROUPS) / GROUPS
    }

    /// From now on the clock wakes `waker`.
    #[cold]
    fn wait(&mut self, waker: &Waker) {
        self.waker.clone_from(waker);
        let is_first = self.slot == NOWHERE;
        let mut waiting = self.clock.waiting();
        waiting.try_remove(self.slot as usize);
        // There are never more connections than file descriptors, so the number is a small one.
        self.slot = u32::try_from(waiting.insert(waker.clone())).unwrap_or(NOWHERE);
        drop(waiting);
        if is_first {
            // The interval that runs has begun before this connection, and does not count.
            self.interval = self.current_interval();
        }
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        self.clock.waiting().try_remove(self.slot as usize);
    }
}
