//! A step's server, built and started on a free port, for the checker.

use std::{
    process::Command,
    sync::mpsc::{RecvTimeoutError, channel},
    time::{Duration, Instant},
};

use crate::{
    course::address_in,
    process::{Event, Process, Speaker},
    steps,
};

/// How long a server may take to say where it listens.
const START: Duration = Duration::from_secs(10);

/// What the checker has to know about a step.
struct Step {
    package: &'static str,
    /// Where it echoes, or just answers.
    path: &'static str,
    /// What makes it impatient, so that the hostile checks need not wait for minutes.
    hostile: &'static [&'static str],
}

/// The flags that steps 5 and 6 share.
const IMPATIENT: &[&str] = &[
    "--handshake-timeout",
    "2",
    "--ping-interval",
    "1",
    "--idle-timeout",
    "4",
    "--close-timeout",
    "2",
    "--max-message",
    "8388608",
];
/// Step 6 has a few more.
const IMPATIENT_CHAT: &[&str] = &[
    "--handshake-timeout",
    "2",
    "--ping-interval",
    "1",
    "--idle-timeout",
    "4",
    "--close-timeout",
    "2",
    "--max-message",
    "8388608",
    "--compression",
    "on",
    "--rate",
    "10000",
    "--max-queue",
    "65536",
];

/// Step 1 and those after it.
const STEPS: [Step; 6] = [
    Step { package: "raw-socket", path: "/", hostile: &[] },
    Step { package: "handshake", path: "/", hostile: &[] },
    Step { package: "unmasking", path: "/", hostile: &[] },
    Step { package: "framing", path: "/", hostile: &[] },
    Step { package: "echo", path: "/", hostile: IMPATIENT },
    Step { package: "chat", path: "/echo", hostile: IMPATIENT_CHAT },
];

/// A running step. It ends when this value is dropped.
pub(crate) struct JudgedStep {
    process: Process,
    /// Its `ws://` address.
    pub(crate) url: String,
    /// How long it waits for a silent peer, and a bit more.
    pub(crate) patience: Duration,
    /// The longest message that it takes, where that is known.
    pub(crate) message_max: Option<u64>,
}

impl JudgedStep {
    /// Builds and starts a step.
    ///
    /// # Errors
    /// If there is none with this number, or if it does not build or start.
    pub(crate) fn start(number: u8, hostile: bool) -> Result<Self, String> {
        let step = usize::from(number).checked_sub(1).and_then(|index| STEPS.get(index));
        let step = step.ok_or_else(|| format!("there is no step {number}: choose 1 to 6"))?;
        let mut command = Command::new(steps::build_server(step.package)?);
        let flags = if hostile { step.hostile } else { &[] };
        command.arg("127.0.0.1:0").args(flags);
        let (sender, events) = channel();
        let process = Process::start(command, Speaker::Judged, &sender)?;
        drop(sender);
        let until = Instant::now() + START;
        let mut complaints = Vec::new();
        let address = loop {
            match events.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok((_, Event::Said(line))) => break address_in(&line)?,
                Ok((_, Event::Complained(line))) => complaints.push(line),
                Ok((_, Event::Ended)) | Err(RecvTimeoutError::Disconnected) => {
                    return Err(format!(
                        "step {number} has ended at once: {}",
                        complaints.join("\n")
                    ));
                }
                Err(RecvTimeoutError::Timeout) => {
                    return Err(format!(
                        "step {number} does not say where it listens: {}",
                        complaints.join("\n")
                    ));
                }
            }
        };
        let is_told = flags.contains(&"--max-message");
        Ok(Self {
            process,
            url: format!("{address}{}", step.path),
            patience: Duration::from_secs(15),
            message_max: is_told.then_some(8 * 1024 * 1024),
        })
    }

    /// The number of its process.
    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_that_is_none_is_answered_with_those_there_are() {
        for number in [0, 7] {
            let problem = JudgedStep::start(number, false).err().unwrap();
            assert_eq!(problem, format!("there is no step {number}: choose 1 to 6"));
        }
    }
}
