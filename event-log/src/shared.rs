//! A process, as its driver and its users share it.

use std::collections::HashMap;
use std::future::pending;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, oneshot, watch};
use tokio::time::{Instant, sleep_until};
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

/// How a member loses a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// The name goes on in another connection of the same visitor.
    GoesOn,
    /// Another visitor had got the name, or one that looks like it, just before Redis went away.
    Taken,
}

/// Who wants to know what becomes of an attempt.
struct Attempt {
    /// Told what becomes of the attempt. Taken when it is told.
    entered: Option<oneshot::Sender<Outcome>>,
    /// Told when the member loses the name.
    lost: oneshot::Sender<Loss>,
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
    /// Calls a method of the process, and passes its news on. Nobody waits for anything else while
    /// holding the lock.
    pub(crate) fn with<T>(&self, call: impl FnOnce(&mut Process, Now) -> T) -> T {
        let mut state = self.state();
        let result = call(&mut state.process, now(self.began));
        self.tell_news(&mut state);
        result
    }
    // ANCHOR_END: with

    /// Lets the process do what has time until nobody waits.
    pub(crate) fn tidy(&self) {
        self.state().process.tidy();
    }

    /// Looks at the process.
    pub(crate) fn look<T>(&self, look: impl FnOnce(&Process) -> T) -> T {
        look(&self.state().process)
    }

    /// Begins an attempt to enter. Returns its number, and two receivers: what becomes of it, and
    /// how the member loses the name.
    pub(crate) fn enter<E>(
        &self,
        begin: impl FnOnce(&mut Process, Now) -> Result<u64, E>,
    ) -> Result<(u64, oneshot::Receiver<Outcome>, oneshot::Receiver<Loss>), E> {
        let (entered, has_entered) = oneshot::channel();
        let (lost, is_lost) = oneshot::channel();
        let mut state = self.state();
        let number = begin(&mut state.process, now(self.began))?;
        let entered = Some(entered);
        // Known before the news of it is told.
        state.attempts.insert(number, Attempt { entered, lost });
        self.tell_news(&mut state);
        Ok((number, has_entered, is_lost))
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
                    if let Some(entered) = attempt.and_then(|attempt| attempt.entered.take()) {
                        let _ = entered.send(Outcome::Admitted);
                    }
                }
                News::Seat(number, outcome) => {
                    let Some(Attempt { entered, lost }) = state.attempts.remove(&number) else {
                        continue;
                    };
                    if let Some(entered) = entered {
                        let _ = entered.send(outcome);
                    }
                    let _ = lost.send(match outcome {
                        Outcome::Taken => Loss::Taken,
                        _ => Loss::GoesOn,
                    });
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

    /// Waits until there may be a command. Moves the process on when its time has come. May be dropped
    /// and called again.
    pub(crate) async fn may_have_command(&self) {
        let deadline = self.state().process.deadline();
        let deadline_passed = async {
            match deadline {
                Some(deadline) => sleep_until(self.began + deadline).await,
                None => pending().await,
            }
        };
        tokio::select! {
            () = self.commands.notified() => {}
            () = deadline_passed => self.with(Process::advance),
        }
    }
}

fn now(began: Instant) -> Now {
    Now { elapsed: began.elapsed(), unix_milliseconds: unix_milliseconds() }
}
