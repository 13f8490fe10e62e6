//! `just book`, `just figures`, `just messages`, `just screens`, `just diff`: the book, and what it
//! shows of the code.

use std::path::PathBuf;

use anyhow::{Error, Result, ensure};
use clap::Parser;
use testkit::Step;
use tokio::runtime::Runtime;
use weave::{book, difference, generated, po, screens, serve, translation};
use web::{give_up, print_line, wait_until_printed};

/// Makes the book from the code.
#[derive(Parser)]
enum Options {
    /// Build the book in all its languages, serve it on this machine, and open it
    Serve {
        /// The address to listen on
        #[arg(value_name = "ADDRESS:PORT", default_value = "127.0.0.1:9010")]
        address: String,
        /// The language to open it in, which has a file book/po/LANGUAGE.po
        #[arg(long)]
        language: Option<String>,
        /// Do not open a browser
        #[arg(long)]
        no_open: bool,
    },
    /// Build the book in all its languages into a folder
    Build {
        /// The folder, which is emptied first
        into: PathBuf,
        /// Only in this language, which has a file book/po/LANGUAGE.po
        #[arg(long)]
        language: Option<String>,
    },
    /// Update book/src/generated, which is made from the code
    Figures,
    /// Update book/po/LANGUAGE.po, and print which English texts have changed; without a language, write
    /// book/po/messages.pot
    Messages {
        /// The code of the language, such as de
        language: Option<String>,
    },
    /// Take screenshots of the steps' pages: those named, or all that are missing or stale
    Screens {
        /// Names from book/screens.toml
        names: Vec<String>,
    },
    /// Show what the main program of one step changes in that of another
    Diff {
        /// The first step, such as 4
        from: String,
        /// The second step, such as 5a
        to: String,
    },
}

fn main() {
    run(Options::parse()).unwrap_or_else(|error| give_up(&format!("{error:#}")));
    wait_until_printed();
}

fn run(options: Options) -> Result<()> {
    match options {
        Options::Serve { address, language, no_open } => {
            Runtime::new()?.block_on(serve::serve(&address, language, !no_open))
        }
        Options::Build { into, language } => {
            let folder = book::folder();
            match language {
                None => book::build_all(&folder, &into),
                Some(language) => {
                    let catalog = book::catalog(&folder, &language)?;
                    book::build(&folder, Some((&language, &catalog)), &into)
                }
            }
        }
        Options::Figures => {
            generated::write()?.iter().for_each(|path| print_line(path));
            Ok(())
        }
        Options::Messages { language: Some(language) } => {
            let report = po::update(&book::folder(), &language)?;
            for text in &report.changed {
                print_line(text);
            }
            print_line(&report.summary());
            let faults = translation::faults(&book::catalog(&book::folder(), &language)?);
            ensure!(faults.is_empty(), "broken translations:\n{}", faults.join("\n"));
            Ok(())
        }
        Options::Messages { language: None } => {
            print_line(&po::write_template(&book::folder())?);
            Ok(())
        }
        Options::Screens { names } => Runtime::new()?.block_on(screens::take(&names)),
        Options::Diff { from, to } => {
            let step = |label: &str| Step::labelled(label).map_err(Error::msg);
            print_line(difference::difference(&step(&from)?, &step(&to)?)?.trim_end());
            Ok(())
        }
    }
}
