//! The command line of steps 1, 3 and 4, which is one argument: where to listen. And what the flags
//! of the other steps share.

use std::env;
use std::net::TcpListener;
use std::ops::RangeInclusive;
use std::process::exit;
use std::time::Duration;

use clap::builder::RangedU64ValueParser;
use clap::{Args, Command};

use crate::listen::listen;
use crate::output::{print_error_line, print_line, wait_until_printed};

/// Listens where the command line says, or at `standard` if it says nothing. `about` is the first
/// line of `--help`. If the program cannot listen, it ends with a line that says why.
pub fn listen_by_command_line(about: &str, standard: &str) -> TcpListener {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let usage = format!(
        "{about}\n\n\
         Usage: [ADDRESS:PORT]\n\n  \
         ADDRESS:PORT  where to listen; 127.0.0.1:0 picks a free port [default: {standard}]"
    );
    let address = match arguments.as_slice() {
        [] => standard,
        [help] if help == "--help" || help == "-h" => {
            print_line(&usage);
            end(0)
        }
        [address] if !address.starts_with('-') => address,
        unknown => {
            let got = unknown.join(" ");
            print_error_line(&format!("expected one address at most, got: {got}\n\n{usage}"));
            end(2)
        }
    };
    listen(address).unwrap_or_else(|problem| give_up(&problem))
}

/// Ends the program because of `problem`, which is a sentence for people.
pub fn give_up(problem: &str) -> ! {
    print_error_line(problem);
    end(1)
}

/// Ends the program once everything is printed, or cannot be.
fn end(code: i32) -> ! {
    wait_until_printed();
    exit(code)
}

/// The default of each of these flags.
pub fn flag_defaults<Flags: Args>() -> Flags {
    let given_nothing = Flags::augment_args(Command::new("")).get_matches_from([""]);
    Flags::from_arg_matches(&given_nothing).unwrap_or_else(|error| error.exit())
}

/// Reads a number in this range: of bytes, for example.
pub fn number_in(range: RangeInclusive<u64>) -> RangedU64ValueParser<usize> {
    RangedU64ValueParser::new().range(range)
}

/// Reads a time in seconds, such as `10` or `0.5`: from a millisecond to a day.
///
/// # Errors
/// What was expected.
pub fn seconds(text: &str) -> Result<Duration, String> {
    text.parse()
        .ok()
        .filter(|seconds| (0.001..=86_400.0).contains(seconds))
        .map(Duration::from_secs_f64)
        .ok_or_else(|| "expected seconds, from 0.001 to 86400".to_owned())
}

/// Parses a number from 1 on.
///
/// # Errors
/// What was expected.
pub fn positive<Number: std::str::FromStr + Default + PartialEq>(
    text: &str,
) -> Result<Number, String> {
    let number = text.parse().ok().filter(|number| *number != Number::default());
    number.ok_or_else(|| "expected a number from 1 on".to_owned())
}
