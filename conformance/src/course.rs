//! Follows one part of a run: tells how far it has come, and what went wrong if it ends badly.

use std::{
    sync::mpsc::Receiver,
    time::{Duration, Instant},
};

use crate::{
    judged::Role,
    process::{Event, Process, Speaker},
    run::answers,
};

/// How long to leave a fuzzing server alone before it is asked again whether it is there.
const PATIENCE: Duration = Duration::from_millis(50);

/// How far a part has come.
pub(crate) struct Course<'a> {
    /// What the processes do.
    events: Receiver<(Speaker, Event)>,
    /// What is judged.
    role: Role,
    /// Whom to tell of each case that begins.
    begins: &'a (dyn Fn(&str) + Sync),
    /// When it is too late.
    deadline: Instant,
    /// The case that has begun last.
    case: Option<String>,
    /// What was said on the standard errors, which matters once something has failed.
    complaints: Vec<String>,
}

impl<'a> Course<'a> {
    /// A part that is about to begin.
    pub(crate) fn new(
        events: Receiver<(Speaker, Event)>,
        role: Role,
        begins: &'a (dyn Fn(&str) + Sync),
        deadline: Instant,
    ) -> Self {
        Self { events, role, begins, deadline, case: None, complaints: Vec::new() }
    }

    /// Waits for the first line of a server and takes its address from it, as `ws://ADDR:PORT`.
    ///
    /// # Errors
    /// If the server says something else, or nothing.
    pub(crate) fn server_address(&mut self) -> Result<String, String> {
        match self.next(self.deadline) {
            Some((_, Event::Said(line))) => address_in(&line),
            _ => Err(self.failure("the server has named no address")),
        }
    }

    /// Waits until the fuzzing server answers on `port`.
    ///
    /// # Errors
    /// If it ends, or does not answer in time.
    pub(crate) fn wait_for_answer(&mut self, port: u16) -> Result<(), String> {
        while !answers(port) {
            let event = self.next(self.deadline.min(Instant::now() + PATIENCE));
            if matches!(event, Some((_, Event::Ended))) || Instant::now() >= self.deadline {
                return Err(self.failure("Autobahn's server does not answer"));
            }
        }
        Ok(())
    }

    /// Tells of each case until `last` is done, which is Autobahn if it is the client and else the
    /// client that it judges.
    ///
    /// # Errors
    /// If it fails, if another ends before it, if the server cannot be reached, or if time is up.
    pub(crate) fn follow(&mut self, last: &mut Process) -> Result<(), String> {
        loop {
            match self.next(self.deadline) {
                Some((Speaker::Autobahn, Event::Said(line))) => {
                    if let Some(case) = case_in(&line) {
                        (self.begins)(case);
                        self.case = Some(case.to_owned());
                    } else if line.starts_with("Connection to ") {
                        return Err(self.failure(&line));
                    }
                }
                Some((speaker, Event::Ended)) => return self.judge_end(speaker, last),
                Some(_) => {}
                None => return Err(self.failure("time is up, and something hangs,")),
            }
        }
    }

    /// Whether the end of what `speaker` had to say is the end of a run that went well.
    fn judge_end(&self, speaker: Speaker, last: &mut Process) -> Result<(), String> {
        let (who, its_turn) = match (speaker, self.role) {
            (Speaker::Autobahn, role) => ("Autobahn", role == Role::Server),
            (Speaker::Judged, Role::Server) => ("the server", false),
            (Speaker::Judged, Role::Client) => ("the client", true),
        };
        if !its_turn {
            return Err(self.failure(&format!("{who} has ended too early")));
        }
        match last.wait()? {
            status if status.success() => Ok(()),
            status => Err(self.failure(&format!("{who} has failed ({status})"))),
        }
    }

    /// What happens next, complaints aside, or `None` if nothing does before `until`.
    fn next(&mut self, until: Instant) -> Option<(Speaker, Event)> {
        loop {
            let left = until.saturating_duration_since(Instant::now());
            match self.events.recv_timeout(left).ok()? {
                (_, Event::Complained(line)) => self.complaints.push(line),
                event => return Some(event),
            }
        }
    }

    /// Says what went wrong, where, and what was complained of last: there the reason is found.
    fn failure(&self, what: &str) -> String {
        let case = self
            .case
            .as_ref()
            .map_or("before the first case".to_owned(), |case| format!("in case {case}"));
        let words: Vec<&String> = self.complaints.iter().filter(|line| !line.is_empty()).collect();
        let last = &words[words.len().saturating_sub(12)..];
        last.iter().fold(format!("{what} {case}"), |words, line| words + "\n  " + line)
    }
}

/// The case that begins with this line of `wstest`'s, if one does.
fn case_in(line: &str) -> Option<&str> {
    line.strip_prefix("Running test case ID ")?.split(' ').next()
}

/// The `ws://` address of the server whose first line this is.
pub(crate) fn address_in(line: &str) -> Result<String, String> {
    line.strip_prefix("listening on http://")
        .map(|address| format!("ws://{}", address.trim_end_matches('/')))
        .ok_or_else(|| format!("the server's first line is `{line}`, and not `listening on …`"))
}

#[cfg(test)]
mod tests {
    use std::{process::Command, sync::mpsc::channel};

    use super::*;

    #[test]
    fn the_first_line_of_a_server_names_its_address() {
        assert_eq!(
            address_in("listening on http://127.0.0.1:9005"),
            Ok("ws://127.0.0.1:9005".to_owned())
        );
        assert!(address_in("hello").unwrap_err().contains("`hello`"));
    }

    #[test]
    fn a_line_about_a_case_names_it() {
        let line = "Running test case ID 5.12 for agent echo from peer tcp4:127.0.0.1:9005";
        assert_eq!(case_in(line), Some("5.12"));
        assert_eq!(case_in("Ok, will run 301 test cases against 1 servers"), None);
    }

    /// A course in the server role, in which these things happen before the processes are gone.
    fn course(happening: &[(Speaker, Event)]) -> Course<'static> {
        let (sender, events) = channel();
        for event in happening {
            sender.send(event.clone()).unwrap();
        }
        Course::new(events, Role::Server, &|_| {}, Instant::now() + Duration::from_mins(1))
    }

    /// A process that ends, in its own way.
    fn cargo(argument: &str) -> Process {
        let mut command = Command::new(env!("CARGO"));
        command.arg(argument);
        Process::start(command, Speaker::Autobahn, &channel().0).unwrap()
    }

    const RUNNING: &str = "Running test case ID 5.12 for agent echo from peer tcp4:127.0.0.1:9005";

    #[test]
    fn a_server_that_ends_is_blamed_with_the_case_and_its_last_words() {
        let mut course = course(&[
            (Speaker::Autobahn, Event::Said(RUNNING.to_owned())),
            (Speaker::Judged, Event::Complained("thread panicked".to_owned())),
            (Speaker::Judged, Event::Ended),
        ]);
        let error = course.follow(&mut cargo("--version")).unwrap_err();
        assert_eq!(error, "the server has ended too early in case 5.12\n  thread panicked");
    }

    #[test]
    fn autobahn_must_end_well() {
        let ended = [
            (Speaker::Autobahn, Event::Said(RUNNING.to_owned())),
            (Speaker::Autobahn, Event::Ended),
        ];
        assert_eq!(course(&ended).follow(&mut cargo("--version")), Ok(()));
        let error = course(&ended).follow(&mut cargo("no-such-command")).unwrap_err();
        assert!(error.starts_with("Autobahn has failed ("), "{error}");
    }

    #[test]
    fn a_server_that_cannot_be_reached_is_named() {
        let line = "Connection to ws://127.0.0.1:9005 failed (Connection was refused)";
        let mut course = course(&[(Speaker::Autobahn, Event::Said(line.to_owned()))]);
        let error = course.follow(&mut cargo("--version")).unwrap_err();
        assert!(error.starts_with(line) && error.contains("before the first case"), "{error}");
    }

    #[test]
    fn a_run_that_hangs_ends_when_time_is_up() {
        let (sender, events) = channel();
        sender.send((Speaker::Autobahn, Event::Said(RUNNING.to_owned()))).unwrap();
        let mut course = Course::new(events, Role::Server, &|_| {}, Instant::now());
        let error = course.follow(&mut cargo("--version")).unwrap_err();
        assert_eq!(error, "time is up, and something hangs, in case 5.12");
    }
}
