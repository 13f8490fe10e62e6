//! One part of a run: Autobahn and the peer that it judges are started, followed and stopped.

use std::{
    fs,
    io::{self, Read, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::Path,
    process::Command,
    sync::mpsc::channel,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{
    case::CaseId,
    course::Course,
    docker::Container,
    find::Autobahn,
    judged::{Judged, Peer, Role},
    process::{Process, Speaker},
    wstest,
};

/// The file with the configuration of `wstest`, in the folder of its part.
pub(crate) const CONFIGURATION: &str = "configuration.json";
/// The folder of its report. It is relative, so that one configuration does in a container too.
pub(crate) const REPORT: &str = "report";

/// Runs `cases` against one peer, in `folder`, until `deadline`, and leaves Autobahn's
/// report in its `report/`. `begins` is told of each case; `directory` is the target directory's
/// `autobahn/`.
///
/// # Errors
/// If something cannot be started, ends too early, fails, or is not done in time.
pub(crate) fn run(
    autobahn: &Autobahn,
    judged: &Judged,
    cases: &[CaseId],
    directory: &Path,
    folder: &Path,
    begins: &(dyn Fn(&str) + Sync),
    deadline: Instant,
) -> Result<(), String> {
    let role = judged.role();
    fs::create_dir_all(folder)
        .map_err(|error| format!("{} cannot be created: {error}", folder.display()))?;
    // Before the processes and so dropped after them: it goes once nothing runs in it.
    let container = autobahn.is_docker().then(|| Container::reserve(folder));

    let (sender, events) = channel();
    let mut course = Course::new(events, role, begins, deadline);
    let start = |program: &Path, argument: &str, flags: &[&str]| {
        let mut command = Command::new(program);
        command.arg(argument).args(flags);
        Process::start(command, Speaker::Judged, &sender)
    };
    let port = free_port()?;
    // A server lives until the end of this function.
    let (url, _server) = match &judged.peer {
        Peer::Url(url) => (url.clone(), None),
        Peer::Server { program, path, flags } => {
            let server = start(program, "127.0.0.1:0", flags)?;
            (format!("{}{path}", course.server_address()?), Some(server))
        }
        Peer::Client(_) => (format!("ws://127.0.0.1:{port}"), None),
    };

    let file = folder.join(CONFIGURATION);
    let configuration = configuration(role, &autobahn.reaches(&url), cases);
    fs::write(&file, configuration.to_string())
        .map_err(|error| format!("{} cannot be written: {error}", file.display()))?;
    let command = wstest::command(autobahn, role, port, directory, folder);
    let mut wstest = Process::start(command, Speaker::Autobahn, &sender)?;
    if let Peer::Client(program) = &judged.peer {
        course.wait_for_answer(port)?;
        course.follow(&mut start(program, &url, &[])?)?;
    } else {
        course.follow(&mut wstest)?;
    }
    if let Some(container) = container {
        container.copy_report(&folder.join(REPORT))?;
    }
    Ok(())
}

/// A port on loopback that is free at the moment.
fn free_port() -> Result<u16, String> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| Ok(listener.local_addr()?.port()))
        .map_err(|error| format!("no port is free on 127.0.0.1: {error}"))
}

/// The configuration of `wstest`: the `url` to judge or to be reached at, and the cases.
fn configuration(role: Role, url: &str, cases: &[CaseId]) -> Value {
    let cases: Vec<String> = cases.iter().map(CaseId::to_string).collect();
    let mut configuration = json!({ "outdir": REPORT, "cases": cases });
    match role {
        Role::Server => configuration["servers"] = json!([{ "agent": "echo", "url": url }]),
        Role::Client => configuration["url"] = json!(url),
    }
    configuration
}

/// Whether an HTTP server answers on this port of loopback. That it accepts is not enough: Docker
/// accepts connections before the server in the container does.
pub(crate) fn answers(port: u16) -> bool {
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
    fn a_server_is_named_by_its_url_and_a_client_is_told_ours() {
        let cases = ["5.1", "6.22.3"].map(|case| case.parse().unwrap());
        let url = "ws://127.0.0.1:9005/";
        let (report, numbers) = ("report", ["5.1", "6.22.3"]);
        assert_eq!(
            configuration(Role::Server, url, &cases),
            json!({ "outdir": report, "servers": [{"agent": "echo", "url": url}], "cases": numbers })
        );
        assert_eq!(
            configuration(Role::Client, url, &cases),
            json!({ "outdir": report, "url": url, "cases": numbers })
        );
    }

    #[test]
    fn a_port_that_accepts_and_says_nothing_does_not_answer() {
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
