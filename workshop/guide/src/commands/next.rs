//! `just next`: builds and starts the reader's server, judges it stage by stage, and says what to do.

use std::io::{IsTerminal as _, stderr, stdin, stdout};
use std::time::Duration;

use clap::Args;
use conformance::checker::options::Options;
use conformance::target::TargetOptions;
use conformance::terminal::{has_colours, print};
use testkit::show_progress;

use crate::commands::watch::wait_for_change;
use crate::course::solution::files;
use crate::course::stage::LAST;
use crate::judge::{Cases, Judgement, judge, options, options_of_own};
use crate::progress::{OWN, Progress};
use crate::run::server::Slot;
use crate::run::start::start;
use crate::screen::{screen, to_do};
use crate::workshop::Workshop;

/// Clears a terminal, and goes to its first line.
const CLEAR: &str = "\x1b[2J\x1b[H";

/// Which server, and how often.
#[derive(Args)]
pub struct Next {
    /// The address of a server in any language. Without it, the one in workshop/ is built and
    /// started
    #[arg(value_name = "ws://HOST:PORT/PATH")]
    url: Option<String>,

    /// Judge again whenever a file in workshop/ is saved or, with an address, at Enter
    #[arg(long)]
    watch: bool,

    /// Begin again: put the starter in the place of src, and keep what was there beside it
    #[arg(long, conflicts_with = "url")]
    restart: bool,

    /// In stages 16 and 17, run all of Autobahn's cases, even if they have passed before
    #[arg(long)]
    all: bool,

    /// How long the server may wait for a silent client, from stage 14 on [default: 30]
    #[arg(
        long,
        value_name = "SECONDS",
        requires = "url",
        value_parser = clap::value_parser!(u64).range(1..=300),
        help_heading = "The server"
    )]
    patience: Option<u64>,

    /// Use the random keys, masks and payloads of an earlier run
    #[arg(long, value_name = "N", hide = true)]
    seed: Option<u64>,

    #[command(flatten)]
    server: TargetOptions,
}

impl Next {
    /// Judges, and prints what comes next. Returns whether all stages are green.
    ///
    /// The server that runs meanwhile is in the slot.
    ///
    /// # Errors
    /// A text for people, if nothing could be judged.
    pub fn run(&self, workshop: &Workshop, slot: &Slot) -> Result<bool, String> {
        if self.restart {
            restart(workshop)?;
        }
        if !self.watch {
            let (screen, is_done) = self.judge(workshop, slot)?;
            print(&screen)?;
            return Ok(is_done);
        }
        loop {
            let before = workshop.saved();
            let judged = self.judge(workshop, slot);
            if stdout().is_terminal() {
                print(CLEAR)?;
            }
            match judged {
                Ok((screen, _)) => print(&screen)?,
                Err(text) => eprint!("{text}"),
            }
            if self.url.is_none() {
                show_progress("judges again when you save a file, Ctrl-C ends");
                wait_for_change(workshop, &before);
            } else {
                show_progress("Enter judges again, Ctrl-C ends");
                let read = stdin().read_line(&mut String::new());
                if !read.is_ok_and(|count| count > 0) {
                    return Ok(false);
                }
            }
            show_progress("judging …");
        }
    }

    /// Judges once. Returns the screen, and whether all stages are green.
    ///
    /// # Errors
    /// A text for people, if nothing could be judged.
    pub fn judge(&self, workshop: &Workshop, slot: &Slot) -> Result<(String, bool), String> {
        let mut progress = Progress::read(&workshop.folder)?;
        let key = self.url.as_deref().unwrap_or(OWN);
        let standing = progress.of(key);
        let cases = |stage: u8| {
            let has_passed = standing.passed_cases.contains(&stage);
            if has_passed && !self.all { Cases::Quick } else { Cases::All }
        };
        let open = standing.open.clamp(1, LAST);
        let (judgement, end) = match &self.url {
            // A reader who has not started a server yet needs the task.
            Some(url) => (self.of_address(url, cases).map_err(|why| why + &to_do(open))?, None),
            None => self.of_workshop(workshop, slot, cases)?,
        };
        standing.open = judgement.done() + 1;
        standing.passed_cases.extend(&judgement.passed_cases);
        progress.write(&workshop.folder)?;
        let screen = screen(&judgement, &self.again(), end.as_deref(), has_colours());
        Ok((screen, judgement.open.is_none()))
    }

    /// Returns the command that judges the same server again.
    fn again(&self) -> String {
        let url = self.url.iter().map(|url| format!(" {url}"));
        let patience = self.patience.iter().map(|seconds| format!(" --patience {seconds}"));
        url.chain(patience).fold("just next".to_owned(), |command, word| command + &word)
    }

    /// Judges a server that runs already.
    fn of_address(&self, url: &str, cases: impl Fn(u8) -> Cases) -> Result<Judgement, String> {
        let mut options = options(self.server.target(url)?);
        self.set(&mut options);
        judge(&options, cases).map_err(|why| {
            format!("{url} cannot be judged. {why} Start your server, then run this again.\n")
        })
    }

    /// Builds the server in the workshop, and judges it. Returns what the program has said about its
    /// own end, too.
    fn of_workshop(
        &self,
        workshop: &Workshop,
        slot: &Slot,
        cases: impl Fn(u8) -> Cases,
    ) -> Result<(Judgement, Option<String>), String> {
        show_progress("building your server …");
        let server = start(workshop, stderr().is_terminal() && has_colours(), slot);
        show_progress("");
        let server = server.map_err(|trouble| trouble.for_people())?;
        let target = self.server.target(&format!("ws://{}/", server.address))?;
        let mut options = options_of_own(target, server.pid);
        self.set(&mut options);
        let judgement = judge(&options, cases);
        let end = server.end().map(|end| end.for_people());
        let judgement = judgement.map_err(|why| {
            let end = end.clone().unwrap_or_default();
            format!("Your server cannot be judged. {why} {end}\n")
        })?;
        Ok((judgement, end))
    }

    fn set(&self, options: &mut Options) {
        options.seed = self.seed.unwrap_or(options.seed);
        options.patience = self.patience.map_or(options.patience, Duration::from_secs);
    }
}

/// Puts the starter in the place of the reader's code, and forgets how far that had come.
fn restart(workshop: &Workshop) -> Result<(), String> {
    let kept = workshop.replace(&files(0)?)?;
    let mut progress = Progress::read(&workshop.folder)?;
    progress.forget(OWN);
    progress.write(&workshop.folder)?;
    for path in kept {
        eprintln!("kept: {}", path.display());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        next: Next,
    }

    #[test]
    fn the_command_for_the_same_server_keeps_its_address_and_patience() {
        let again = |line: &str| Line::parse_from(line.split(' ')).next.again();
        assert_eq!(again("next"), "just next");
        assert_eq!(again("next --watch"), "just next");
        let typed = "next ws://127.0.0.1:8080/ --patience 5";
        assert_eq!(again(typed), format!("just {typed}"));
    }
}
