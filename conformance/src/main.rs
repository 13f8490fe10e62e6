//! Judges a WebSocket server or client from outside: by the checker, or by Autobahn, the field's
//! conformance suite.
//!
//! It depends on no step: a judge that shares code with the accused is no judge.

mod autobahn;
mod case;
mod checker;
mod course;
mod docker;
mod expected;
mod figure;
mod find;
mod judge;
mod judged;
mod judged_step;
mod merge;
mod page;
mod part;
mod process;
mod progress;
mod report;
mod run;
mod scorecard;
mod steps;
mod table;
mod wstest;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::{
    autobahn::{Choice, Judge, Score},
    checker::Checker,
};

/// The exit code if there is no way to run Autobahn, so that a script can tell this from a failure.
const NOT_FOUND: u8 = 2;

/// Judges a WebSocket server or client from outside.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Who judges.
    #[command(subcommand)]
    judge: Judges,
}

/// The judges.
#[derive(Subcommand)]
enum Judges {
    /// Check a step, or a server of your own in any language, level by level.
    ///
    /// Each failure says what was expected, what happened, which byte was the first wrong one, and
    /// where to look. Exits with 0 if nothing failed, with 1 if something did, and with 2 if nothing
    /// could be checked.
    Check(Checker),
    /// Autobahn.
    #[command(flatten)]
    Autobahn(Task),
}

/// What can be done with Autobahn.
#[derive(Subcommand)]
enum Task {
    /// Run Autobahn's conformance cases against a step, or against a server or client of your own.
    ///
    /// Prints a table, says where the report is, and names each case that did not come out as
    /// conformance/expected.json says: worse, better, missing or extra. Exits with 0 if there is no
    /// such case, with 1 if there is, and with 2 if there is no way to run Autobahn.
    Autobahn(Judge),
    /// Count how many cases every step passes, and another library, and write
    /// conformance/scorecard.json and its picture in the book.
    Scorecard(Score),
    /// Find a way to run Autobahn, and install it if need be.
    Setup(Choice),
    /// Say which way to run Autobahn would be used; exit with 2 if there is none.
    Find(Choice),
}

fn main() -> ExitCode {
    let task = match Arguments::parse().judge {
        Judges::Check(checker) => return checker.carry_out(),
        Judges::Autobahn(task) => task,
    };
    let choice = match &task {
        Task::Autobahn(judge) => &judge.choice,
        Task::Scorecard(score) => &score.choice,
        Task::Setup(choice) | Task::Find(choice) => choice,
    };
    let autobahn = match find::find(choice.way, &find::pyenv_pythons(), &find::ask) {
        Ok(autobahn) => autobahn,
        Err(line) => {
            eprintln!("{line}");
            return ExitCode::from(NOT_FOUND);
        }
    };
    let as_expected = match &task {
        Task::Find(_) => {
            println!("{autobahn}");
            Ok(true)
        }
        Task::Setup(_) => autobahn::setup(&autobahn).map(|_| {
            println!("Autobahn is ready: {autobahn}");
            true
        }),
        Task::Autobahn(judge) => judge.carry_out(&autobahn),
        Task::Scorecard(score) => score.carry_out(&autobahn),
    };
    match as_expected {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
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

    #[test]
    fn a_step_a_server_and_a_client_of_ones_own_exclude_each_other() {
        let parse = |line: &str| Arguments::try_parse_from(line.split(' ')).is_ok();
        assert!(parse("conformance autobahn"));
        assert!(parse("conformance autobahn 5 --role client --cases 1.*,5.1"));
        assert!(parse("conformance autobahn --url ws://127.0.0.1:9005/ --autobahn wstest"));
        assert!(parse("conformance autobahn --client ./my-client --jobs 1"));
        assert!(parse("conformance scorecard --check"));
        assert!(!parse("conformance autobahn 5 --url ws://127.0.0.1:9005/"));
        assert!(!parse("conformance autobahn --role client --url ws://127.0.0.1:9005/"));
        assert!(!parse("conformance autobahn --client ./mine --url ws://127.0.0.1:9005/"));
        assert!(!parse("conformance autobahn --url http://127.0.0.1:9005/"));
        assert!(!parse("conformance autobahn --jobs 0"));
    }
}
