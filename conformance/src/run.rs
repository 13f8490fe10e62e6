//! One run of Autobahn: it and the peer that it judges are started, followed and stopped.

use std::{
    fmt, fs,
    io::{self, Read, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::Command,
    sync::mpsc::channel,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{
    case::{CaseId, GROUPS},
    course::Course,
    docker::Container,
    find::Autobahn,
    process::{Process, Speaker, remove},
    steps::Step,
    wstest,
};

/// What is judged: a server, by Autobahn's fuzzing client; or a client, by its fuzzing server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// A server is judged.
    Server,
    /// A client is judged.
    Client,
}

impl fmt::Display for Role {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(match self {
            Self::Server => "server",
            Self::Client => "client",
        })
    }
}

impl Role {
    /// What `wstest` calls its part when the peer has this role.
    pub(crate) fn mode(self) -> &'static str {
        match self {
            Self::Server => "fuzzingclient",
            Self::Client => "fuzzingserver",
        }
    }

    /// The file with `wstest`'s configuration.
    pub(crate) fn configuration_file(self) -> String {
        format!("{self}.json")
    }

    /// The folder of the report. It is relative, so that one configuration does in a container too.
    pub(crate) fn report_folder(self) -> String {
        format!("report/{self}")
    }
}

/// The peer that is judged.
pub(crate) enum Judged {
    /// A server that is already there, at this `ws://` address.
    Url(String),
    /// The server of a step to start.
    Server(PathBuf, &'static Step),
    /// A client to start.
    Client(PathBuf),
}

impl Judged {
    /// The role that this peer is judged in.
    pub(crate) fn role(&self) -> Role {
        match self {
            Self::Url(_) | Self::Server(..) => Role::Server,
            Self::Client(_) => Role::Client,
        }
    }
}

/// Runs `cases` (all, if they are `None`) against one peer, until `deadline`, and hands back the
/// folder with Autobahn's report. `total` is how many cases there are to run; `directory` is the
/// target directory's `autobahn/`.
///
/// # Errors
/// If something cannot be started, ends too early, fails, or is not done in time.
pub(crate) fn run(
    autobahn: &Autobahn,
    judged: &Judged,
    cases: Option<&[CaseId]>,
    total: usize,
    directory: &Path,
    deadline: Instant,
) -> Result<PathBuf, String> {
    let role = judged.role();
    let report = directory.join(role.report_folder());
    remove(&report)?;
    // Before the processes and so dropped after them: it goes once nothing runs in it.
    let container = autobahn.is_docker().then(|| Container::reserve(role));

    let (sender, events) = channel();
    let mut course = Course::new(events, role, total, deadline);
    let start = |program: &Path, argument: &str, flags: &[&str]| {
        let mut command = Command::new(program);
        command.arg(argument).args(flags);
        Process::start(command, Speaker::Judged, &sender)
    };
    let port = free_port()?;
    // A server lives until the end of this function.
    let (url, _server) = match judged {
        Judged::Url(url) => (url.clone(), None),
        Judged::Server(program, step) => {
            let server = start(program, "127.0.0.1:0", step.flags)?;
            (format!("{}{}", course.server_address()?, step.path), Some(server))
        }
        Judged::Client(_) => (format!("ws://127.0.0.1:{port}"), None),
    };

    let file = directory.join(role.configuration_file());
    let configuration = configuration(role, &autobahn.reaches(&url), cases);
    fs::write(&file, configuration.to_string())
        .map_err(|error| format!("{} cannot be written: {error}", file.display()))?;
    let command = wstest::command(autobahn, role, port, directory);
    let mut wstest = Process::start(command, Speaker::Autobahn, &sender)?;
    if let Judged::Client(program) = judged {
        course.wait_for_answer(port)?;
        course.follow(&mut start(program, &url, &[])?)?;
    } else {
        course.follow(&mut wstest)?;
    }
    if let Some(container) = container {
        container.copy_report(&report)?;
    }
    Ok(report)
}

/// A port on loopback that is free at the moment.
fn free_port() -> Result<u16, String> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| Ok(listener.local_addr()?.port()))
        .map_err(|error| format!("no port is free on 127.0.0.1: {error}"))
}

/// The configuration of `wstest`: the `url` to judge or to be reached at, and the cases.
fn configuration(role: Role, url: &str, cases: Option<&[CaseId]>) -> Value {
    let cases: Vec<String> = match cases {
        Some(cases) => cases.iter().map(CaseId::to_string).collect(),
        None => GROUPS.iter().map(|(group, _)| format!("{group}.*")).collect(),
    };
    let mut configuration = json!({ "outdir": role.report_folder(), "cases": cases });
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
    fn a_server_is_judged_by_its_url_in_all_groups() {
        assert_eq!(
            configuration(Role::Server, "ws://127.0.0.1:9005/", None),
            json!({
                "outdir": "report/server",
                "servers": [{"agent": "echo", "url": "ws://127.0.0.1:9005/"}],
                "cases": [
                    "1.*", "2.*", "3.*", "4.*", "5.*", "6.*", "7.*", "9.*", "10.*", "12.*", "13.*",
                ],
            })
        );
    }

    #[test]
    fn a_client_is_told_only_the_chosen_cases() {
        let cases = ["5.1", "6.22.3"].map(|case| case.parse().unwrap());
        assert_eq!(
            configuration(Role::Client, "ws://127.0.0.1:9001", Some(&cases)),
            json!({
                "outdir": "report/client",
                "url": "ws://127.0.0.1:9001",
                "cases": ["5.1", "6.22.3"],
            })
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
