//! A real nginx, HAProxy or Caddy on free ports, as operators put it in front of a server.
//!
//! A test that needs them is marked `#[ignore = "needs nginx, haproxy and caddy: just setup"]`.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
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
/// The whole configuration of nginx, around what an operator writes. nginx runs in one process, which
/// ends when it is killed.
const NGINX: &str = "daemon off; master_process off; pid FOLDER/pid; error_log stderr;
events { worker_connections 256; }
http {
    access_log off;
    client_body_temp_path FOLDER/body; proxy_temp_path FOLDER/proxy; fastcgi_temp_path FOLDER/fastcgi;
    uwsgi_temp_path FOLDER/uwsgi; scgi_temp_path FOLDER/scgi;
    SETTINGS
}
";
/// An operator writes the whole configuration of HAProxy.
const HAPROXY: &str = "SETTINGS\n";
/// The whole configuration of Caddy, which here is its own authority for certificates.
const CADDY: &str = "{
	admin off
	default_bind 127.0.0.1
	http_port HTTP_PORT
	https_port HTTPS_PORT
	storage file_system FOLDER
	local_certs
	skip_install_trust
	servers {
		protocols h1 h2
	}
}
SETTINGS
";
/// What Caddy logs when it has a certificate, before the name that it is for.
const HAS_CERTIFICATE: &str = "certificate obtained successfully";
/// The certificate of Caddy's own authority, in its folder.
const CADDY_ROOT: &str = "pki/authorities/local/root.crt";

/// A reverse proxy of a test's own, killed when dropped.
///
/// In its configuration, `HTTP_PORT` and `HTTPS_PORT` become free ports, and `FOLDER` becomes a folder
/// of its own.
pub struct ReverseProxy {
    http: SocketAddr,
    https: SocketAddr,
    program: Program,
    folder: TempDir,
}

impl ReverseProxy {
    /// The packages that contain all three.
    pub const PACKAGES: Packages = Packages {
        apt: &["nginx-light", "haproxy", "caddy"],
        brew: "nginx haproxy caddy",
        windows: "run the tests in WSL: there is no HAProxy for Windows",
        dnf: "nginx haproxy caddy",
        pacman: "nginx haproxy caddy",
    };

    /// Where nginx, HAProxy and Caddy are, if all are there; [`PACKAGES`](Self::PACKAGES) contain them.
    pub fn find() -> Option<Vec<PathBuf>> {
        ["nginx", "haproxy", "caddy"].into_iter().map(program).collect()
    }

    /// Starts nginx with these settings in its `http` block.
    #[track_caller]
    pub fn nginx(settings: &str) -> Self {
        Self::start(NGINX, settings, |config| {
            let mut command = Command::new(program("nginx").expect("nginx should be installed"));
            // Without -e, it complains about a log that only root may write.
            command.arg("-e").arg("stderr").arg("-c").arg(config);
            command
        })
    }

    /// Starts HAProxy with this configuration.
    #[track_caller]
    pub fn haproxy(settings: &str) -> Self {
        Self::start(HAPROXY, settings, |config| {
            let haproxy = program("haproxy").expect("haproxy should be installed");
            let mut command = Command::new(haproxy);
            command.arg("-db").arg("-f").arg(config);
            command
        })
    }

    /// Starts Caddy with these sites, and waits until it has a certificate for each of `names`. It
    /// listens on its two ports without being told.
    #[track_caller]
    pub fn caddy(settings: &str, names: &[&str]) -> Self {
        let proxy = Self::start(CADDY, settings, |config| {
            let mut command = Command::new(program("caddy").expect("caddy should be installed"));
            command.args(["run", "--adapter", "caddyfile", "--config"]).arg(config);
            command
        });
        for name in names {
            let is_it = |line: &str| line.contains(HAS_CERTIFICATE) && line.contains(name);
            let has_one = proxy.program.line(PATIENCE, is_it).is_some();
            assert!(has_one, "no certificate for {name}:\n{}", proxy.program.everything());
        }
        proxy
    }

    /// The address that browsers connect to in the clear.
    pub fn http(&self) -> SocketAddr {
        self.http
    }

    /// The address that browsers connect to with TLS.
    pub fn https(&self) -> SocketAddr {
        self.https
    }

    /// The folder that the configuration calls `FOLDER`.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The certificate of the authority that has signed Caddy's certificates.
    pub fn caddy_root(&self) -> PathBuf {
        self.folder().join(CADDY_ROOT)
    }

    #[track_caller]
    fn start(frame: &str, settings: &str, command: impl Fn(&Path) -> Command) -> Self {
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
        command: impl Fn(&Path) -> Command,
    ) -> Result<Self, String> {
        let [http, https] = free_addresses();
        let folder = TempDir::new().expect("a folder for the proxy is needed");
        let config = folder.path().join("config");
        let text = frame
            .replace("SETTINGS", settings)
            .replace("FOLDER", &folder.path().display().to_string())
            .replace("HTTP_PORT", &http.port().to_string())
            .replace("HTTPS_PORT", &https.port().to_string());
        fs::write(&config, text).map_err(|error| error.to_string())?;
        let mut command = command(&config);
        // Caddy keeps its last configuration there.
        command.env("HOME", folder.path()).env_remove("XDG_CONFIG_HOME");
        let mut program = Program::start(command)?;
        let deadline = Instant::now() + PATIENCE;
        // None of them prints that it listens.
        while [http, https].iter().any(|address| TcpStream::connect(address).is_err()) {
            if program.exit_status(Duration::ZERO).is_some() || Instant::now() > deadline {
                return Err(program.last_words());
            }
            yield_now();
        }
        Ok(Self { http, https, program, folder })
    }
}

/// Two addresses that nobody listens on.
fn free_addresses() -> [SocketAddr; 2] {
    let listeners = [(); 2]
        .map(|()| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port is needed"));
    listeners.map(|listener| listener.local_addr().expect("a listener has an address"))
}

/// A program that may be in a folder for administrators, which is not in everybody's search path.
fn program(name: &str) -> Option<PathBuf> {
    let in_sbin = || Some(PathBuf::from(format!("/usr/sbin/{name}"))).filter(|it| it.is_file());
    find_program(&[name]).or_else(in_sbin)
}
