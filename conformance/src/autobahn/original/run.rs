//! Runs the original against one peer.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};
use testkit::{Program, show_progress, target_folder};

use crate::autobahn::original::recording::Pair;
use crate::autobahn::original::way::Way;
use crate::autobahn::peer::{Contact, Peer};

/// How often to look how far the original is.
const PAUSE: Duration = Duration::from_millis(200);
/// How many of the last lines of a program are shown after a failure.
const LAST_LINES: usize = 12;
/// The file that says what to run, and the folder for the report, both in the folder of the run.
const SPECIFICATION: &str = "specification.json";
const REPORT: &str = "report";

/// What the original says about a peer.
pub(crate) struct Judgement {
    /// Its verdicts, by case.
    pub(crate) verdicts: BTreeMap<String, Pair>,
    /// Its own report, for people.
    pub(crate) page: PathBuf,
}

/// Runs these cases against a peer, one after the other, as the original does.
///
/// # Errors
/// A sentence with the last lines of the program that has failed.
pub(crate) fn run(way: &Way, peer: &Peer, cases: &[&str]) -> Result<Judgement, String> {
    let folder =
        target_folder()?.join("autobahn").join(peer.name.replace(", ", "-").replace(' ', "-"));
    let port = match peer.contact {
        Contact::Server(_) => None,
        Contact::Client(_) => Some(free_port().map_err(|error| format!("no port: {error}"))?),
    };
    prepare(&folder, &specification(way, peer, port, cases))
        .map_err(|error| format!("{}: {error}", folder.display()))?;

    let printed = play(way, peer, &folder, port);
    way.clean_up();
    show_progress("");
    let printed = printed?;
    let verdicts = read(&folder.join(REPORT).join("index.json"), cases)
        .map_err(|error| format!("{error}; the last lines were:\n{printed}"))?;
    Ok(Judgement { verdicts, page: folder.join(REPORT).join("index.html") })
}

/// Lets the original and the peer talk until all cases are over. Returns the last lines that were
/// printed.
fn play(way: &Way, peer: &Peer, folder: &Path, port: Option<u16>) -> Result<String, String> {
    let mode = if port.is_some() { "fuzzingserver" } else { "fuzzingclient" };
    let arguments = ["--mode", mode, "--webport", "0", "--spec", SPECIFICATION];
    let mut wstest = Program::start(way.command(folder, &arguments, port))?;
    let mut client = None;
    if let (Contact::Client(line), Some(port)) = (&peer.contact, port) {
        while !answers(port) {
            if wstest.exit_status(PAUSE).is_some() {
                return Err(format!("Autobahn's server has ended:\n{}", last_lines(&wstest)));
            }
        }
        client = Some(Program::start(line.command(&url(port)))?);
    }
    // Autobahn's client ends by itself, and its server does not.
    while client.as_mut().unwrap_or(&mut wstest).exit_status(PAUSE).is_none() {
        let printed = wstest.output();
        let case =
            printed.lines().rev().find_map(|line| line.strip_prefix("Running test case ID "));
        let case = case.and_then(|line| line.split(' ').next()).unwrap_or_default();
        show_progress(&format!("{}: the original, case {case}", peer.name));
    }
    Ok(last_lines(client.as_ref().unwrap_or(&wstest)))
}

/// Creates an empty folder for a run, with the specification in it.
fn prepare(folder: &Path, specification: &Value) -> io::Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    // In a container the files are written by another user. We can remove them because the folder
    // of the report is ours.
    fs::create_dir_all(folder.join(REPORT))?;
    fs::write(folder.join(SPECIFICATION), specification.to_string())
}

/// What to run: the cases, and the server to judge or the address to listen on.
fn specification(way: &Way, peer: &Peer, port: Option<u16>, cases: &[&str]) -> Value {
    let mut specification = json!({ "outdir": REPORT, "cases": cases });
    match &peer.contact {
        Contact::Server(target) => {
            let url = way.reaches(&target.url);
            specification["servers"] = json!([{ "agent": peer.name, "url": url }]);
        }
        Contact::Client(_) => specification["url"] = json!(port.map(url)),
    }
    specification
}

/// Reads the verdicts on these cases. The client of step 5 gives its own name, so the name of the
/// peer is not looked up.
fn read(index: &Path, cases: &[&str]) -> Result<BTreeMap<String, Pair>, String> {
    let text = fs::read_to_string(index).map_err(|_| {
        "Autobahn has written no report: a client must ask for /getCaseCount, for each \
         /runCase?case=NUMBER&agent=NAME, and for /updateReports?agent=NAME"
    })?;
    let peers: BTreeMap<String, BTreeMap<String, Pair>> =
        serde_json::from_str(&text).map_err(|error| format!("{}: {error}", index.display()))?;
    let verdicts = peers.into_values().next().unwrap_or_default();
    match cases.iter().find(|case| !verdicts.contains_key(**case)) {
        Some(case) => Err(format!("Autobahn has not run case {case}")),
        None => Ok(verdicts),
    }
}

/// The last lines of a program, which may say why it has failed.
fn last_lines(program: &Program) -> String {
    let printed = program.everything();
    let lines: Vec<&str> = printed.lines().filter(|line| !line.is_empty()).collect();
    format!("  {}", lines[lines.len().saturating_sub(LAST_LINES)..].join("\n  "))
}

/// A port on loopback that is free at the moment.
fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// The address of Autobahn's server.
fn url(port: u16) -> String {
    format!("ws://127.0.0.1:{port}")
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
    use std::thread;

    use super::*;

    #[test]
    fn a_server_is_named_by_its_address_and_a_client_is_given_ours() {
        let address = "ws://127.0.0.1:9005/";
        let server = Peer::other("server", Contact::Server(address.parse().unwrap()));
        assert_eq!(
            specification(&Way::Wstest, &server, None, &["5.1"]),
            json!({
                "outdir": "report",
                "cases": ["5.1"],
                "servers": [{ "agent": "server", "url": address }],
            })
        );
        let client = Peer::other("client", Contact::Client("client".parse().unwrap()));
        assert_eq!(
            specification(&Way::Wstest, &client, Some(9001), &["5.1"]),
            json!({ "outdir": "report", "cases": ["5.1"], "url": "ws://127.0.0.1:9001" })
        );
    }

    #[test]
    fn a_report_must_have_every_case() {
        let folder = tempfile::tempdir().unwrap();
        let index = folder.path().join("index.json");
        assert!(read(&index, &[]).unwrap_err().contains("/updateReports"));
        let case = r#"{"behavior": "OK", "behaviorClose": "WRONG CODE", "duration": 5}"#;
        fs::write(&index, format!(r#"{{"some name": {{"5.1": {case}}}}}"#)).unwrap();
        assert_eq!(read(&index, &["5.1"]).unwrap()["5.1"].to_string(), "OK, close WRONG CODE");
        assert!(read(&index, &["5.1", "5.2"]).unwrap_err().contains("case 5.2"));
        fs::write(&index, "{}").unwrap();
        assert!(read(&index, &["5.1"]).unwrap_err().contains("case 5.1"));
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
