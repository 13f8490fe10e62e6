//! A process, as its driver and its users share it.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, oneshot, watch};
use tokio::time::Instant;
use tracing::warn;

use crate::clock::unix_milliseconds;
use crate::process::command::{Command, Lane};
use crate::process::core::{News, Outcome};
use crate::process::process::{Now, Process};
use crate::wakeups::Wakeups;

/// A process, and those who wait for its news.
pub(crate) struct Shared {
    state: Mutex<State>,
    began: Instant,
    /// Those who wait for news of a topic, and for news of who is in a room.
    pub(crate) topics: Wakeups,
    pub(crate) rooms: Wakeups,
    pub(crate) connected: watch::Sender<bool>,
    /// Notified when there is a command for the driver.
    commands: Notify,
}

struct State {
    process: Process,
    /// Those who wait for the outcome of an attempt to enter, or for the end of what it has led to.
    attempts: HashMap<u64, Attempt>,
}

/// Who wants to know what becomes of an attempt.
struct Attempt {
    /// Whether the attempt was admitted. Taken when it is told.
    admitted: Option<oneshot::Sender<bool>>,
    /// Dropped when the name goes on in another connection.
    _held: oneshot::Sender<()>,
}

impl Shared {
    pub(crate) fn new(process: impl FnOnce(Now) -> Process) -> Self {
        let began = Instant::now();
        let process = process(now(began));
        Self {
            connected: watch::Sender::new(process.is_shared()),
            state: Mutex::new(State { process, attempts: HashMap::new() }),
            began,
            topics: Wakeups::new(),
            rooms: Wakeups::new(),
            commands: Notify::new(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    // ANCHOR: with
    /// Calls a method of the process, and tells everybody what is new. Nobody holds the lock while
    /// waiting for something else.
    pub(crate) fn with<T>(&self, call: impl FnOnce(&mut Process, Now) -> T) -> T {
        let mut state = self.state();
        let result = call(&mut state.process, now(self.began));
        self.tell_news(&mut state);
        result
    }
    // ANCHOR_END: with

    /// Looks at the process.
    pub(crate) fn look<T>(&self, look: impl FnOnce(&Process) -> T) -> T {
        look(&self.state().process)
    }

    /// Begins an attempt to enter. Returns its number, and two receivers: whether it was admitted, and
    /// one that ends when the name goes on elsewhere.
    pub(crate) fn enter<E>(
        &self,
        begin: impl FnOnce(&mut Process, Now) -> Result<u64, E>,
    ) -> Result<(u64, oneshot::Receiver<bool>, oneshot::Receiver<()>), E> {
        let (admitted, is_admitted) = oneshot::channel();
        let (held, replaced) = oneshot::channel();
        let mut state = self.state();
        let number = begin(&mut state.process, now(self.began))?;
        let admitted = Some(admitted);
        // Known before the news of it is told.
        state.attempts.insert(number, Attempt { admitted, _held: held });
        self.tell_news(&mut state);
        Ok((number, is_admitted, replaced))
    }

    /// Gives up an attempt, or what it has led to.
    pub(crate) fn leave(&self, number: u64) {
        let mut state = self.state();
        state.attempts.remove(&number);
        state.process.leave(number, now(self.began));
        self.tell_news(&mut state);
    }

    fn tell_news(&self, state: &mut State) {
        while let Some(news) = state.process.news() {
            match news {
                News::Topic(topic) => self.topics.wake(&topic),
                News::Room(room) => self.rooms.wake(&room),
                News::Shared(is_shared) => drop(self.connected.send_replace(is_shared)),
                News::Problem(problem) => warn!("{problem}"),
                News::Seat(number, Outcome::Admitted) => {
                    let attempt = state.attempts.get_mut(&number);
                    if let Some(admitted) = attempt.and_then(|attempt| attempt.admitted.take()) {
                        let _ = admitted.send(true);
                    }
                }
                News::Seat(number, Outcome::Refused | Outcome::Replaced) => {
                    if let Some(Attempt { admitted: Some(admitted), .. }) =
                        state.attempts.remove(&number)
                    {
                        let _ = admitted.send(false);
                    }
                }
            }
        }
        if state.process.has_command() {
            self.commands.notify_one();
        }
    }

    /// Returns the next command for the driver.
    pub(crate) fn command(&self) -> Option<(Lane, Command)> {
        self.state().process.command()
    }

    /// Waits until there may be a command.
    pub(crate) async fn has_command(&self) {
        self.commands.notified().await;
    }

    /// Returns when the driver must call [`Process::advance`] at the latest.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        let deadline: Option<Duration> = self.state().process.deadline();
        deadline.map(|deadline| self.began + deadline)
    }
}

fn now(began: Instant) -> Now {
    Now { elapsed: began.elapsed(), unix_milliseconds: unix_milliseconds() }
}
