//! Runs some of Autobahn's cases against one peer.

use std::fs;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use testkit::Program;

use crate::autobahn::original::docker::Container;
use crate::autobahn::original::find::Autobahn;
use crate::autobahn::original::folders::{CONFIGURATION, REPORT, empty_folder, home};
use crate::autobahn::original::peer::{Contact, Peer};
use crate::autobahn::original::wstest;

/// How long to wait before a fuzzing server is asked again whether it is there.
const PAUSE: Duration = Duration::from_millis(50);
/// How many of the last lines of a program are shown after a failure.
const LAST_LINES: usize = 12;

/// Some of the cases for one peer.
pub(crate) struct Part<'a> {
    pub(crate) peer: &'a Peer,
    pub(crate) cases: Vec<String>,
    /// The folder in which they are run. Autobahn's report is in its `report/` then.
    pub(crate) folder: PathBuf,
}

/// Runs a part until `deadline`.
///
/// # Errors
/// If a program cannot be started, fails, or is not done in time: a sentence with its last lines.
pub(crate) fn run(autobahn: &Autobahn, part: &Part, deadline: Instant) -> Result<(), String> {
    let Part { peer, cases, folder } = part;
    empty_folder(folder)?;
    let wstest_port = free_port().map_err(|error| format!("no port is free: {error}"))?;
    let file = folder.join(CONFIGURATION);
    fs::write(&file, configuration(autobahn, peer, wstest_port, cases).to_string())
        .map_err(|error| format!("{}: {error}", file.display()))?;

    // It is declared before the program in it, and so is removed after that has ended.
    let container = matches!(autobahn, Autobahn::Docker { .. }).then(|| Container::reserve(folder));
    let command = wstest::command(autobahn, &peer.contact, wstest_port, &home()?, folder);
    let mut wstest = Program::start(command)?;
    match &peer.contact {
        Contact::Url(_) => {
            ends_well("Autobahn", &mut wstest, deadline)?;
            // Autobahn ends well, without a report on any case, if it cannot connect.
            let failed = wstest.line(Duration::ZERO, |line| line.starts_with("Connection to "));
            failed.map_or(Ok(()), Err)?;
        }
        Contact::Program(program) => {
            while !answers(wstest_port) {
                if wstest.exit_status(PAUSE).is_some() || Instant::now() >= deadline {
                    return Err(failure("Autobahn's server does not answer", &wstest));
                }
            }
            let mut client = Command::new(program);
            client.arg(url(wstest_port));
            ends_well("the client", &mut Program::start(client)?, deadline)?;
        }
    }
    container.map_or(Ok(()), |container| container.copy_report(&folder.join(REPORT)))
}

/// Waits for the end of a program.
fn ends_well(name: &str, program: &mut Program, deadline: Instant) -> Result<(), String> {
    match program.exit_status(deadline.saturating_duration_since(Instant::now())) {
        Some(status) if status.success() => Ok(()),
        Some(status) => Err(failure(&format!("{name} has failed ({status})"), program)),
        None => Err(failure(&format!("{name} is not done in time"), program)),
    }
}

/// What went wrong, and the last lines of the program, which may give the reason.
fn failure(what: &str, program: &Program) -> String {
    let printed = program.everything();
    let lines: Vec<&str> = printed.lines().filter(|line| !line.is_empty()).collect();
    let last = &lines[lines.len().saturating_sub(LAST_LINES)..];
    format!("{what}\n  {}", last.join("\n  "))
}

/// A port on loopback that is free at the moment.
fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// The address of Autobahn's server.
fn url(port: u16) -> String {
    format!("ws://127.0.0.1:{port}")
}

/// The configuration of `wstest`: the cases, and the server to judge or the address to listen on.
fn configuration(autobahn: &Autobahn, peer: &Peer, port: u16, cases: &[String]) -> Value {
    let mut configuration = json!({ "outdir": REPORT, "cases": cases });
    match &peer.contact {
        Contact::Url(url) => {
            configuration["servers"] = json!([{ "agent": "echo", "url": autobahn.reaches(url) }]);
        }
        Contact::Program(_) => configuration["url"] = json!(url(port)),
    }
    configuration
}

/// Whether an HTTP server answers on this port of loopback. A connection alone does not show it:
/// Docker accepts connections before the server in the container does.
fn answers(port: u16) -> bool {
    let ask = || -> io::Result<usize> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_read_timeout(Some(Duration::from_secs(1)))?;
        write!(stream, "GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n")?;
        stream.read(&mut [0; 64])
    };
    ask().is_ok_and(|bytes| bytes > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    #[test]
    fn a_server_is_named_by_its_url_and_a_client_gets_ours() {
        let peer = |contact| Peer {
            name: String::new(),
            contact,
            server: None,
            groups: &[],
            passes: true,
        };
        let cases = ["5.1", "6.22.3"].map(str::to_owned);
        let address = "ws://127.0.0.1:9005/";
        assert_eq!(
            configuration(&Autobahn::Wstest, &peer(Contact::Url(address.to_owned())), 9001, &cases),
            json!({ "outdir": "report", "servers": [{"agent": "echo", "url": address}], "cases": cases })
        );
        assert_eq!(
            configuration(
                &Autobahn::Wstest,
                &peer(Contact::Program("client".into())),
                9001,
                &cases
            ),
            json!({ "outdir": "report", "url": "ws://127.0.0.1:9001", "cases": cases })
        );
    }

    /// A program that ends, in its own way.
    fn cargo(argument: &str) -> Program {
        let mut command = Command::new(env!("CARGO"));
        command.arg(argument);
        Program::start(command).unwrap()
    }

    #[test]
    fn a_program_must_end_well_and_in_time() {
        let deadline = Instant::now() + Duration::from_mins(1);
        assert_eq!(ends_well("cargo", &mut cargo("--version"), deadline), Ok(()));
        let error = ends_well("cargo", &mut cargo("no-such-command"), deadline).unwrap_err();
        assert!(error.starts_with("cargo has failed (") && error.contains("no-such"), "{error}");
        let error = ends_well("cargo", &mut cargo("--version"), Instant::now()).unwrap_err();
        assert!(error.starts_with("cargo is not done in time"), "{error}");
    }

    #[test]
    fn a_port_that_accepts_and_sends_nothing_does_not_answer() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = thread::spawn(move || {
            drop(listener.accept().unwrap());
            let (mut stream, _) = listener.accept().unwrap();
            stream.read_exact(&mut [0; 4]).unwrap();
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
            stream.read_to_end(&mut Vec::new()).ok();
        });
        assert!(!answers(port));
        assert!(answers(port));
        server.join().unwrap();
    }
}
