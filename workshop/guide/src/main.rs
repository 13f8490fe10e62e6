//! The command `guide`, which the justfile runs.

use std::path::PathBuf;
use std::process::{ExitCode, exit};
use std::sync::atomic::{AtomicBool, Ordering};

use clap::{Parser, Subcommand};
use guide::commands::grade::GradeWorkshop;
use guide::commands::hint::Hint;
use guide::commands::next::Next;
use guide::commands::reveal::Reveal;
use guide::{Slot, Workshop};

/// The exit code if nothing could be done, so that a script can tell this from a stage that is open.
const NOTHING_DONE: u8 = 2;
/// The exit code of a program that Ctrl-C has ended.
const INTERRUPTED: u8 = 130;
/// Set before the server is killed, so that its end is not taken for a result.
static IS_INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Guides a reader who builds a WebSocket server, one stage after the other.
#[derive(Parser)]
#[command(name = "guide", version)]
struct Arguments {
    /// A reader's folder, in place of workshop/
    #[arg(long, global = true, hide = true, value_name = "FOLDER")]
    folder: Option<PathBuf>,

    /// What to do.
    #[command(subcommand)]
    command: Command,
}

/// What can be done.
#[derive(Subcommand)]
enum Command {
    /// Judge the reader's server stage by stage, and say what to do next.
    ///
    /// Exits with 0 if all stages are green, with 1 if one is open, and with 2 if nothing could be
    /// judged.
    Next(Next),
    /// Show one more hint of the stage that is open, or the hint of an exercise.
    Hint(Hint),
    /// Say how many stages the servers of learners pass.
    ///
    /// Exits with 0 if everyone passes everything, with 1 if not, and with 2 if something cannot be
    /// graded. It compiles and runs what the learners have written: grade strangers in a container.
    Grade(GradeWorkshop),
    /// Show the solution of a stage as the difference to the one before, after asking.
    Reveal(Reveal),
}

fn main() -> ExitCode {
    let Arguments { folder, command } = Arguments::parse();
    let workshop = folder.map_or_else(Workshop::own, Workshop::at);
    let slot = Slot::default();
    let running = slot.clone();
    let set = ctrlc::set_handler(move || {
        IS_INTERRUPTED.store(true, Ordering::SeqCst);
        running.clear();
        exit(INTERRUPTED.into());
    });
    if let Err(error) = set {
        eprintln!("Ctrl-C cannot be watched for: {error}");
        return ExitCode::from(NOTHING_DONE);
    }
    let outcome = match command {
        Command::Next(next) => next.run(&workshop, &slot),
        Command::Grade(grade) => grade.run(&workshop, &slot),
        Command::Hint(hint) => hint.run(&workshop),
        Command::Reveal(reveal) => reveal.run(&workshop),
    };
    match outcome {
        _ if IS_INTERRUPTED.load(Ordering::SeqCst) => ExitCode::from(INTERRUPTED),
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(text) => {
            eprintln!("{}", text.trim_end());
            ExitCode::from(NOTHING_DONE)
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
