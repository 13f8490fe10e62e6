//! `just book`, `just figures`, `just screens`, `just diff`: builds the book, and what it shows.

use std::net::SocketAddr;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tokio::runtime::Runtime;
use weave::page::Page;
use weave::{Outcome, book, difference, generated, place, screens, serve};

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
    /// Build the book, serve it on this machine, and open it
    Serve {
        /// Where to listen; the first free port from 127.0.0.1:9010 on, if it is left out
        #[arg(value_name = "ADDRESS:PORT")]
        address: Option<SocketAddr>,
        /// Leave the browser alone
        #[arg(long)]
        no_open: bool,
    },
    /// Make anew what is made from the code, in book/src/generated
    Figures,
    /// Take screenshots of the steps' pages: those named, or all that are missing or stale
    Screens {
        /// Names from book/screens.toml
        names: Vec<String>,
    },
    /// Show what the main program of one step changes in that of another
    Diff {
        /// The number of the one step
        from: u8,
        /// The number of the other
        to: u8,
    },
}

fn main() -> ExitCode {
    match run(&Options::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: &Command) -> Outcome<()> {
    match command {
        Command::Build => {
            let folder = place::book().join("book");
            book::build(&folder)?;
            println!("{}", folder.join("index.html").display());
        }
        Command::Serve { address, no_open } => {
            Runtime::new()?.block_on(serve::serve(*address, !no_open))?;
        }
        Command::Screens { names } => Runtime::new()?.block_on(screens::take(names))?,
        Command::Figures => {
            for line in generated::write(&Page::all()?)? {
                println!("{line}");
            }
        }
        Command::Diff { from, to } => print!("{}", difference::difference(*from, *to)?),
    }
    Ok(())
}
