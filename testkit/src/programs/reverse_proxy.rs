//! A real nginx or HAProxy on a free port, as operators put it before a server.
//!
//! A test that needs them is marked `#[ignore = "needs nginx and haproxy: just setup"]`.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::Command;
use std::thread::yield_now;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::patience::PATIENCE;
use crate::programs::packages::Packages;
use crate::programs::program::Program;
use crate::programs::search_path::find_program;

/// A free port may be taken before the proxy has it.
const TRIES: usize = 5;
/// The whole configuration of nginx, around what an operator writes. It runs in one process, which ends
/// when it is killed.
const NGINX: &str = "daemon off; master_process off; pid FOLDER/pid; error_log stderr;
events { worker_connections 256; }
http {
    access_log off;
    client_body_temp_path FOLDER/body; proxy_temp_path FOLDER/proxy; fastcgi_temp_path FOLDER/fastcgi;
    uwsgi_temp_path FOLDER/uwsgi; scgi_temp_path FOLDER/scgi;
    SETTINGS
}
";
/// The same for HAProxy.
const HAPROXY: &str = "defaults
    mode http
    timeout connect 5s
    timeout client 60s
    timeout server 60s
SETTINGS
";

/// A reverse proxy of a test's own, killed when dropped.
pub struct ReverseProxy {
    address: SocketAddr,
    _program: Program,
    _folder: TempDir,
}

impl ReverseProxy {
    /// The packages that contain both.
    pub const PACKAGES: Packages = Packages {
        apt: &["nginx-light", "haproxy"],
        brew: "nginx haproxy",
        windows: "run the tests in WSL: there is no HAProxy for Windows",
        dnf: "nginx haproxy",
        pacman: "nginx haproxy",
    };

    /// Where nginx and HAProxy are, if both are there; [`PACKAGES`](Self::PACKAGES) contain them.
    pub fn find() -> Option<Vec<PathBuf>> {
        Some(vec![program("nginx")?, program("haproxy")?])
    }

    /// Starts nginx with these settings in its `http` block, which say `listen ADDRESS;`.
    #[track_caller]
    pub fn nginx(settings: &str) -> Self {
        Self::start(NGINX, settings, |config| {
            let mut command = Command::new(program("nginx").expect("nginx should be installed"));
            // Without -e, it complains about a log that only root may write.
            command.arg("-e").arg("stderr").arg("-c").arg(config);
            command
        })
    }

    /// Starts HAProxy with these frontends and backends, one of which says `bind ADDRESS`.
    #[track_caller]
    pub fn haproxy(settings: &str) -> Self {
        Self::start(HAPROXY, settings, |config| {
            let haproxy = program("haproxy").expect("haproxy should be installed");
            let mut command = Command::new(haproxy);
            command.arg("-db").arg("-f").arg(config);
            command
        })
    }

    /// The address that browsers connect to.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    #[track_caller]
    fn start(frame: &str, settings: &str, command: impl Fn(PathBuf) -> Command) -> Self {
        let mut told = String::new();
        for _ in 0..TRIES {
            match Self::tries_to_start(frame, settings, &command) {
                Ok(proxy) => return proxy,
                Err(problem) => told = problem,
            }
        }
        panic!("the proxy does not start:\n{told}");
    }

    fn tries_to_start(
        frame: &str,
        settings: &str,
        command: impl Fn(PathBuf) -> Command,
    ) -> Result<Self, String> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port is needed");
        let address = listener.local_addr().expect("a listener has an address");
        drop(listener);
        let folder = TempDir::new().expect("a folder for the proxy is needed");
        let config = folder.path().join("config");
        let text = frame
            .replace("SETTINGS", settings)
            .replace("FOLDER", &folder.path().display().to_string())
            .replace("ADDRESS", &address.to_string());
        fs::write(&config, text).map_err(|error| error.to_string())?;
        let mut program = Program::start(command(config))?;
        let deadline = Instant::now() + PATIENCE;
        // It prints nothing when it listens.
        while TcpStream::connect(address).is_err() {
            if program.exit_status(Duration::ZERO).is_some() || Instant::now() > deadline {
                return Err(program.last_words());
            }
            yield_now();
        }
        Ok(Self { address, _program: program, _folder: folder })
    }
}

/// A program that may be in a folder for administrators, which is not in everybody's search path.
fn program(name: &str) -> Option<PathBuf> {
    let in_sbin = || Some(PathBuf::from(format!("/usr/sbin/{name}"))).filter(|it| it.is_file());
    find_program(&[name]).or_else(in_sbin)
}
