//! `just book`, `just figures`, `just diff`: builds the book, and what it shows.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use weave::page::Page;
use weave::{Outcome, book, difference, generated, place};

/// Weaves the book from the code.
#[derive(Parser)]
struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build the book into book/book
    Build,
    /// Make anew what is made from the code, in book/src/generated
    Figures,
    /// Show what the main program of one step changes in that of another
    Diff {
        /// The number of the one step
        from: u8,
        /// The number of the other
        to: u8,
    },
}

fn main() -> ExitCode {
    match run(Options::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Outcome<()> {
    match command {
        Command::Build => {
            let folder = place::book().join("book");
            book::build(&folder)?;
            println!("{}", folder.join("index.html").display());
        }
        Command::Figures => {
            for line in generated::write(&Page::all()?)? {
                println!("{line}");
            }
        }
        Command::Diff { from, to } => print!("{}", difference::difference(from, to)?),
    }
    Ok(())
}
