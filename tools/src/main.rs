//! What the justfile runs: set-up, tests, a step, a step with its page, a cluster, the exercises,
//! the fuzz targets.

use std::process::ExitCode;

use clap::Parser;

mod apt;
mod cluster;
mod exercises;
mod first_failure;
mod fuzz;
mod linters;
mod mutants;
mod npm;
mod outcome;
mod page;
mod part;
mod servers;
mod setup;
mod step;
mod test;

/// The commands behind the justfile.
#[derive(Parser)]
#[command(name = "tools")]
enum Command {
    /// Run the chat of step 6, which keeps its messages in .data/chat, and open its page
    Start,
    /// Run a step
    #[command(disable_help_flag = true)]
    Step {
        /// Which one: 0 to 6, or a program that leads to a step, such as 5a
        label: String,
        /// Arguments of the step: its address and flags
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Run two chat servers that share one room over Redis
    Cluster,
    /// Show the exercises in rustlings, or pass arguments to it
    #[command(disable_help_flag = true)]
    Exercises {
        /// The arguments of rustlings
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Run the tests of an exercise, and show the first that fails
    #[command(hide = true)]
    FirstFailure {
        /// The tests that cargo has built
        program: String,
        /// The arguments of the tests
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Run a fuzz target, or list all
    Fuzz(fuzz::Options),
    /// Change the code in one small way at a time, and list the changes that no test notices
    Mutants {
        /// A step from 2 to 5, or its package, such as echo; all of them if it is missing
        subject: Option<String>,
        /// Arguments of cargo-mutants, such as `--file deflate.rs`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Install the programs that the tests need
    Setup,
    /// Run the tests, in minutes
    Test {
        /// Also run those that take long: all cases of all judges, and many random inputs
        #[arg(long)]
        all: bool,
    },
}

fn main() -> ExitCode {
    let outcome = match Command::parse() {
        Command::Start => servers::start(),
        Command::Step { label, arguments } => step::run(&label, &arguments),
        Command::Cluster => cluster::cluster(),
        Command::Exercises { arguments } => exercises::run(&arguments),
        Command::FirstFailure { program, arguments } => first_failure::run(&program, &arguments),
        Command::Fuzz(options) => fuzz::run(&options),
        Command::Mutants { subject, arguments } => mutants::run(subject.as_deref(), &arguments),
        Command::Setup => Ok(setup::setup()),
        Command::Test { all } => test::test(all),
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("{error}");
        ExitCode::FAILURE
    })
}
