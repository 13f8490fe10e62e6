//! The command line of steps 1, 3 and 4, which is one argument: where to listen. And what the flags
//! of the other steps share.

use std::env;
use std::ffi::OsStr;
use std::fmt::Display;
use std::marker::PhantomData;
use std::net::TcpListener;
use std::ops::RangeInclusive;
use std::process::exit;
use std::str::FromStr;
use std::time::Duration;

use clap::builder::{RangedU64ValueParser, TypedValueParser};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Args, Command, Error, FromArgMatches, Parser};

use crate::listen::listen;
use crate::output::{print_error_line, print_line, wait_until_printed};
use crate::secret::without_secrets;

/// Listens on the address of the command line, or else on `standard`. `about` is the
/// first line of `--help`. If the program cannot listen, it prints the reason and ends.
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

/// Prints `problem`, which is a sentence, and ends the program.
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
    number.ok_or_else(|| "expected a number, 1 or more".to_owned())
}

/// Reads the command line. If it makes no sense, prints why and ends the program.
///
/// The message does not repeat a value that may contain a password: a URL for `--redis` may have
/// been written without `--redis`.
pub fn parse_command_line<Options: Parser>() -> Options {
    parse_command(Options::command())
}

/// Reads the command line as [`parse_command_line`] does, by this description of it.
pub fn parse_command<Options: FromArgMatches>(mut command: Command) -> Options {
    let matches = command.try_get_matches_from_mut(env::args_os());
    let options = matches.and_then(|matches| {
        Options::from_arg_matches(&matches).map_err(|error| error.format(&mut command))
    });
    options.unwrap_or_else(|error| hide_secrets(error).exit())
}

/// Hides the values that may contain a password in an error of a command line.
fn hide_secrets(mut error: Error) -> Error {
    // What is unknown is a value in the place of an argument. Others are known by their own names.
    let is_unknown = error.kind() == ErrorKind::UnknownArgument;
    let kind = if is_unknown { ContextKind::InvalidArg } else { ContextKind::InvalidValue };
    if let Some(ContextValue::String(value)) = error.get(kind) {
        let value = without_secrets(value).to_owned();
        error.insert(kind, ContextValue::String(value));
    }
    error
}

/// Reads a value that may contain a password: an error does not repeat it.
pub fn secret<Value>() -> impl TypedValueParser<Value = Value>
where
    Value: FromStr<Err: Display> + Clone + Send + Sync + 'static,
{
    Secret(PhantomData)
}

struct Secret<Value>(PhantomData<fn() -> Value>);

impl<Value> Clone for Secret<Value> {
    fn clone(&self) -> Self {
        Self(PhantomData)
    }
}

impl<Value> TypedValueParser for Secret<Value>
where
    Value: FromStr<Err: Display> + Clone + Send + Sync + 'static,
{
    type Value = Value;

    fn parse_ref(
        &self,
        command: &Command,
        argument: Option<&Arg>,
        value: &OsStr,
    ) -> Result<Value, Error> {
        let problem = match value.to_str().map(str::parse) {
            Some(Ok(value)) => return Ok(value),
            Some(Err(problem)) => problem.to_string(),
            None => "it is not UTF-8".to_owned(),
        };
        let argument = argument.map(|argument| format!(" for '{argument}'")).unwrap_or_default();
        let message = format!("invalid value{argument}: {problem}");
        Err(command.clone().error(ErrorKind::ValueValidation, message))
    }
}

/// Reads an address to listen on, without looking whether that is possible.
///
/// # Errors
/// What was expected, if `text` is a URL.
pub fn address_and_port(text: &str) -> Result<String, String> {
    let is_url = text.contains(['/', '@']);
    let expected = || "expected an address and a port, such as 127.0.0.1:9000".to_owned();
    (!is_url).then(|| text.to_owned()).ok_or_else(expected)
}
