//! A process whose words are heard as they come, and which never outlives its owner.

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc::Sender,
    thread,
};

/// Who says something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Speaker {
    /// Autobahn's `wstest`.
    Autobahn,
    /// The server or client that is judged.
    Judged,
}

/// What a process does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// It has printed a line.
    Said(String),
    /// It has printed a line to its standard error.
    Complained(String),
    /// It has closed its standard output, having said all it had to say.
    Ended,
}

/// A running process. It is killed when this value is dropped.
pub(crate) struct Process(Child);

impl Process {
    /// Starts `command`. All that it prints goes to `events`: a pipe that nobody empties would stop
    /// the process once it is full.
    ///
    /// # Errors
    /// If it cannot be started.
    pub(crate) fn start(
        mut command: Command,
        speaker: Speaker,
        events: &Sender<(Speaker, Event)>,
    ) -> Result<Self, String> {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| {
            format!("{} cannot be started: {error}", command.get_program().display())
        })?;
        let (output, errors) = (child.stdout.take(), child.stderr.take());
        let (output_events, error_events) = (events.clone(), events.clone());
        let complaining =
            thread::spawn(move || listen(errors, speaker, Event::Complained, &error_events));
        thread::spawn(move || {
            listen(output, speaker, Event::Said, &output_events);
            // So that nothing is said after the end. A thread that panicked has said all it will.
            let _ = complaining.join();
            let _ = output_events.send((speaker, Event::Ended));
        });
        Ok(Self(child))
    }

    /// What the operating system calls it.
    pub(crate) fn id(&self) -> u32 {
        self.0.id()
    }

    /// Waits for a process that has ended or is about to.
    ///
    /// # Errors
    /// If the operating system has lost it.
    pub(crate) fn wait(&mut self) -> Result<ExitStatus, String> {
        self.0.wait().map_err(|error| format!("a process cannot be waited for: {error}"))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself: then there is nothing to kill, which is as good.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Sends each line of a stream, to its end. Bytes that are no UTF-8 do not end it.
fn listen(
    stream: Option<impl Read>,
    speaker: Speaker,
    event: fn(String) -> Event,
    events: &Sender<(Speaker, Event)>,
) {
    let lines = stream.into_iter().flat_map(|stream| BufReader::new(stream).split(b'\n'));
    for line in lines.map_while(Result::ok) {
        let line = String::from_utf8_lossy(&line).trim_end().to_owned();
        // Nobody listens any more, but the pipe must be emptied all the same.
        let _ = events.send((speaker, event(line)));
    }
}

/// Runs a command to its end and hands back what it printed.
///
/// # Errors
/// Its own last words, if it fails.
pub(crate) fn finish(command: &mut Command) -> Result<String, String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output =
        command.output().map_err(|error| format!("{program} cannot be started: {error}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let words = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(format!("{program} failed ({}): {words}", output.status))
}

/// Removes a folder with all that is in it, if it is there.
///
/// # Errors
/// If it is there and stays.
pub(crate) fn remove(folder: &Path) -> Result<(), String> {
    if folder.exists() {
        fs::remove_dir_all(folder)
            .map_err(|error| format!("{} cannot be removed: {error}", folder.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    #[test]
    fn a_process_is_heard_to_its_end_and_no_further() {
        let (sender, events) = mpsc::channel();
        let mut command = Command::new(env!("CARGO"));
        command.arg("no-such-command");
        let mut process = Process::start(command, Speaker::Judged, &sender).unwrap();
        drop(sender);
        let heard: Vec<_> = events.into_iter().map(|(_, event)| event).collect();
        let (last, before) = heard.split_last().unwrap();
        assert_eq!(last, &Event::Ended);
        assert!(
            before.iter().any(|event| matches!(event, Event::Complained(line)
                if line.contains("no-such-command"))),
            "{before:?}"
        );
        assert!(!process.wait().unwrap().success());
    }

    #[test]
    fn lines_that_are_no_utf_8_are_heard_too() {
        let (sender, events) = mpsc::channel();
        listen(Some(&b"one\r\n\xff\ntwo"[..]), Speaker::Autobahn, Event::Said, &sender);
        drop(sender);
        let heard: Vec<_> = events.into_iter().map(|(_, event)| event).collect();
        assert_eq!(heard, ["one", "\u{fffd}", "two"].map(|line| Event::Said(line.to_owned())));
    }

    #[test]
    fn a_command_that_fails_is_told_with_its_last_words() {
        let error = finish(Command::new(env!("CARGO")).arg("no-such-command")).unwrap_err();
        assert!(error.contains("failed") && error.contains("no-such-command"), "{error}");
    }
}
