//! The command `ws-judge`.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use conformance::autobahn::command::Conformance;
use conformance::autobahn::original::command::Original;
use conformance::autobahn::score::Score;
use conformance::checker::command::Checker;

/// The exit code if nothing could be judged, so that a script can tell this from a failure.
const COULD_NOT_JUDGE: u8 = 2;

/// Judges a WebSocket server or client from outside.
#[derive(Parser)]
#[command(name = "ws-judge", version)]
struct Arguments {
    /// Which judge.
    #[command(subcommand)]
    judge: Judge,
}

/// The judges.
#[derive(Subcommand)]
enum Judge {
    /// Check a step, or a server of your own in any language, level by level.
    ///
    /// Each failure says what was expected, what happened, which byte was the first wrong one, and
    /// where to look. Exits with 0 if nothing failed, with 1 if something did, and with 2 if nothing
    /// could be checked.
    Check(Checker),
    /// Run Autobahn's 517 cases against a server or a client, and write a report.
    ///
    /// Exits with 0 if no case failed, with 1 if one did, and with 2 if nothing could be judged.
    /// NON-STRICT and UNIMPLEMENTED are not failures, except for the programs of this workspace.
    Conformance(Conformance),
    /// Run the original Autobahn and ours over the same cases, and compare their verdicts.
    ///
    /// Needs Docker, a wstest on the PATH, or a Python 2.7. Exits with 0 if the verdicts are the
    /// same, with 1 if one differs, and with 2 if nothing could be judged.
    Autobahn(Original),
    /// Count how many of Autobahn's cases every step passes, and another library; write
    /// conformance/scorecard.json and its picture in the book.
    Scorecard(Score),
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().judge {
        Judge::Check(checker) => checker.run(),
        Judge::Conformance(conformance) => conformance.run(),
        Judge::Autobahn(original) => original.run(),
        Judge::Scorecard(score) => score.run(),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::from(COULD_NOT_JUDGE)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_arguments_are_consistent() {
        Arguments::command().debug_assert();
    }
}
