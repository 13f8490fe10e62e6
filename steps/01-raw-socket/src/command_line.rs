//! The one argument that steps 1 to 4 take: where to listen.

use std::env;
use std::process::exit;

/// The address to listen on: the only argument, or `standard` when there is none.
///
/// `--help` prints `about` and ends the program, and so does anything else that is no address.
#[must_use]
pub fn address_from_command_line(about: &str, standard: &str) -> String {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let usage = format!(
        "{about}\n\n\
         Usage: [ADDRESS:PORT]\n\n  \
         ADDRESS:PORT  where to listen; 127.0.0.1:0 picks a free port [default: {standard}]"
    );
    match arguments.as_slice() {
        [] => standard.to_owned(),
        [help] if help == "--help" || help == "-h" => {
            println!("{usage}");
            exit(0)
        }
        [address] if !address.starts_with('-') => address.clone(),
        unknown => {
            eprintln!("expected one address at most, got: {}\n\n{usage}", unknown.join(" "));
            exit(2)
        }
    }
}
