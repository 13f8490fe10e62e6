//! One clock for all connections. It wakes them, so that they find idle peers and can stop.
//!
//! A timer of its own would cost a connection more than a hundred bytes, and some time for each
//! message, because a message resets it. Instead, a connection sets a flag when it receives
//! something. The clock wakes each connection once in a ping interval, and the connection looks at
//! the flag.

use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use slab::Slab;
use tokio::time::sleep;

use super::{ended::Ended, timeouts::Timeouts};

/// The connections are woken in this number of groups, one after the other. So the pings to many
/// idle peers are not all sent at the same moment.
const GROUPS: u32 = 8;
/// The slot of an alarm that is not waiting yet. A waiting alarm has a smaller number.
const NOWHERE: u32 = u32::MAX;

// ANCHOR: clock
/// The clock of a program, which wakes its connections.
#[derive(Debug)]
pub struct Clock {
    pub(crate) timeouts: Timeouts,
    /// The number of ticks since the start. A ping interval has [`GROUPS`] ticks.
    ticks: AtomicU32,
    /// Whether the program stops.
    stopped: AtomicBool,
    /// The wakers of the waiting connections. A waker lets tokio run a task again.
    waiting: Mutex<Slab<Waker>>,
}
// ANCHOR_END: clock

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

    /// Stops all connections: [`recv`](crate::Connection::recv) returns [`Ended::Stopped`].
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::SeqCst);
        self.wake(|_| true);
    }

    /// Waits until the clock is stopped.
    pub(crate) async fn stopped(self: &Arc<Self>) {
        let mut alarm = Alarm::new(self);
        poll_fn(|context| {
            // The caller has a time limit of its own.
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

// ANCHOR: alarm
/// The part of a connection that belongs to the clock.
#[derive(Debug)]
pub(crate) struct Alarm {
    pub(crate) clock: Arc<Clock>,
    /// Whether bytes were received, or written, since the connection was last woken.
    pub(crate) alive: bool,
    /// Whether the connection knows that the clock was stopped.
    knows_of_stop: bool,
    /// The number of ping intervals in a row in which `alive` was not set.
    quiet: u32,
    /// The ping interval in which it was last woken.
    interval: u32,
    /// The place of its waker in the list of the clock, and a copy of the waker.
    slot: u32,
    waker: Waker,
}
// ANCHOR_END: alarm

impl Alarm {
    pub(crate) fn new(clock: &Arc<Clock>) -> Self {
        let (clock, waker) = (Arc::clone(clock), Waker::noop().clone());
        let (quiet, interval, slot) = (0, 0, NOWHERE);
        Self { clock, alive: true, knows_of_stop: false, quiet, interval, slot, waker }
    }

    /// Wakes the task that polled last.
    pub(crate) fn wake_task(&self) {
        self.waker.wake_by_ref();
    }

    // ANCHOR: poll
    /// Ready when nothing was received for a ping interval, and it is time for a ping.
    ///
    /// # Errors
    /// [`Ended::Idle`] when nothing was received for the idle time, and [`Ended::Stopped`], once, when
    /// the clock was stopped.
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
    // ANCHOR_END: poll

    /// Never ready, except with an error of [`poll`](Self::poll). A ping would have to wait behind
    /// other bytes, so none is sent.
    pub(crate) fn poll_without_ping(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Result<(), Ended>> {
        while self.poll(context)?.is_ready() {}
        Poll::Pending
    }

    /// Checks whether the clock was stopped.
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

    /// Returns the number of the current ping interval. Each group has its own first tick.
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
            // The current interval began before this connection, so it does not count.
            self.interval = self.current_interval();
        }
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        self.clock.waiting().try_remove(self.slot as usize);
    }
}
