//! The ways to run the original, which itself needs a Python 2.7.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs, process};

use testkit::target_folder;

use crate::autobahn::original::recording::VERSION;

/// The image that Autobahn's makers publish, for one family of processors.
const IMAGE: &str = "crossbario/autobahn-testsuite:25.10.1";
const PLATFORM: &str = "linux/amd64";
/// Prints the version of a Python, and where its program is.
const WHICH_PYTHON: &str =
    "import sys; print('%d.%d' % sys.version_info[:2]); print(sys.executable)";
/// Runs the `wstest` in the folder that is the first argument. `addsitedir` finds the packages that
/// `pip --target` leaves without an `__init__.py`.
const WSTEST: &str = "import site, sys; site.addsitedir(sys.argv.pop(1)); \
                      from autobahntestsuite import wstest; wstest.run()";

/// A way to run the original that works on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// A Docker engine.
    Docker {
        /// Whether containers can share this machine's loopback interface. They can if the engine
        /// runs on this very Linux, and cannot if it runs in a virtual machine.
        shares_loopback: bool,
    },
    /// The `wstest` on the PATH.
    Wstest,
    /// The program of a Python 2.7, and the folder into which pip has installed Autobahn.
    Python(PathBuf, PathBuf),
}

impl Way {
    /// Finds the first way that works, and installs what it needs: Docker pulls the image, and pip
    /// installs Autobahn under the target folder.
    ///
    /// # Errors
    /// A sentence that says what to install, or why it could not be installed.
    pub(crate) fn find() -> Result<Self, String> {
        let installed = target_folder()?.join(format!("autobahntestsuite-{VERSION}"));
        let way = Self::search(installed).ok_or_else(|| {
            format!(
                "the original Autobahn needs Docker, a wstest {VERSION} on the PATH, or a \
                 Python 2.7 on the PATH or in pyenv; `just conformance` runs the same cases \
                 without any of them"
            )
        })?;
        way.install()?;
        Ok(way)
    }

    /// Finds the first way that works; pip would install Autobahn into the folder `installed`.
    fn search(installed: PathBuf) -> Option<Self> {
        let engine = ["info", "--format", "{{.OSType}} {{.OperatingSystem}}"];
        if let Ok(info) = output(Command::new("docker").args(engine))
            && let Some(way) = docker(&info)
        {
            return Some(way);
        }
        if is_version(output(Command::new("wstest").arg("--autobahnversion"))) {
            return Some(Self::Wstest);
        }
        let python = pythons().into_iter().find_map(|program| {
            let python = output(Command::new(program).args(["-c", WHICH_PYTHON])).ok()?;
            Some(PathBuf::from(python.strip_prefix("2.7")?.trim()))
        })?;
        Some(Self::Python(python, installed))
    }

    /// Installs what this way needs, unless it is there.
    fn install(&self) -> Result<(), String> {
        match self {
            Self::Docker { .. } => {
                if output(Command::new("docker").args(["image", "inspect", IMAGE])).is_err() {
                    println!("Pulling the image {IMAGE} takes a minute, once.");
                    let pull = ["pull", "--quiet", "--platform", PLATFORM, IMAGE];
                    output(Command::new("docker").args(pull))?;
                }
            }
            Self::Wstest => {}
            Self::Python(python, installed) => {
                let is_there =
                    || is_version(output(self.wstest(installed).arg("--autobahnversion")));
                if !is_there() {
                    println!("Installing Autobahn {VERSION} takes half a minute, once.");
                    install_by_pip(python, installed)?;
                }
                if !is_there() {
                    return Err("Autobahn is installed, but does not run".to_owned());
                }
            }
        }
        Ok(())
    }

    /// The command that runs `wstest` in `folder`, without arguments.
    fn wstest(&self, folder: &Path) -> Command {
        let mut command = match self {
            Self::Python(python, installed) => {
                let mut command = Command::new(python);
                command.env("PYTHONPATH", installed).arg("-c").arg(WSTEST).arg(installed);
                command
            }
            _ => Command::new("wstest"),
        };
        command.current_dir(folder).env("PYTHONUNBUFFERED", "1");
        command
    }

    /// The command that runs `wstest` in `folder` with these arguments. In the mode
    /// `fuzzingserver` it listens on `port`.
    pub(crate) fn command(&self, folder: &Path, arguments: &[&str], port: Option<u16>) -> Command {
        let mut command = if let Self::Docker { shares_loopback } = self {
            let mut command = Command::new("docker");
            command.args(docker_arguments(*shares_loopback, folder, port));
            command
        } else {
            self.wstest(folder)
        };
        command.args(arguments);
        command
    }

    /// The address at which the original reaches the server that this machine knows as `url`.
    pub(crate) fn reaches(&self, url: &str) -> String {
        let is_virtual = matches!(self, Self::Docker { shares_loopback: false });
        let authority = url.split('/').nth(2).unwrap_or_default();
        let host = ["127.0.0.1", "localhost", "[::1]"].into_iter().find(|host| {
            let rest = authority.strip_prefix(host);
            is_virtual && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
        });
        match host {
            Some(host) => url.replacen(host, "host.docker.internal", 1),
            None => url.to_owned(),
        }
    }

    /// Stops the container of the run. Killing the `docker` program would not end it.
    pub(crate) fn clean_up(&self) {
        if matches!(self, Self::Docker { .. }) {
            let _ = output(Command::new("docker").args(["rm", "--force", &container()]));
        }
    }
}

/// The way that `docker info` describes. An engine may also be set up for Windows containers.
fn docker(info: &str) -> Option<Way> {
    let system = info.trim().strip_prefix("linux ")?;
    Some(Way::Docker { shares_loopback: cfg!(target_os = "linux") && system != "Docker Desktop" })
}

/// The arguments that run `wstest` in a container.
///
/// A fuzzing server listens on all interfaces of its container, so only one port of this machine's
/// loopback interface leads to it.
fn docker_arguments(shares_loopback: bool, folder: &Path, port: Option<u16>) -> Vec<OsString> {
    let mut volume = folder.as_os_str().to_owned();
    volume.push(":/judge");
    let container = container();
    let mut arguments = vec!["run", "--rm", "--name", &container, "--platform", PLATFORM];
    let publish = port.map(|port| format!("127.0.0.1:{port}:{port}"));
    match &publish {
        Some(publish) => arguments.extend(["--publish", publish]),
        None if shares_loopback => arguments.extend(["--network", "host"]),
        None => {}
    }
    arguments.extend(["--env", "PYTHONUNBUFFERED=1", "--workdir", "/judge", "--volume"]);
    let arguments = arguments.into_iter().map(OsString::from);
    arguments.chain([volume, IMAGE.into(), "wstest".into()]).collect()
}

/// The name of this program's container.
fn container() -> String {
    format!("ws-judge-{}", process::id())
}

/// Installs Autobahn beside the Python that runs it, and not into it.
fn install_by_pip(python: &Path, installed: &Path) -> Result<(), String> {
    // A copy that was installed by another Python does not run.
    let _ = fs::remove_dir_all(installed);
    let mut pip = Command::new(python);
    pip.args(["-m", "pip", "install", "--disable-pip-version-check", "--target"]);
    pip.arg(installed).arg(format!("autobahntestsuite=={VERSION}"));
    output(&mut pip).map(drop).map_err(|error| {
        format!(
            "{error}\npip cannot install Autobahn: it needs pip itself (`python2.7 -m ensurepip \
             --user`), the network and a C compiler; Docker needs none of them"
        )
    })
}

/// The programs that may be a Python 2.7. `pyenv` keeps some that are not on the PATH.
fn pythons() -> Vec<PathBuf> {
    let root = env::var_os("PYENV_ROOT").map(PathBuf::from);
    let root = root.or_else(|| env::home_dir().map(|home| home.join(".pyenv")));
    let versions = root.and_then(|root| fs::read_dir(root.join("versions")).ok());
    let in_pyenv = versions.into_iter().flatten().flatten().map(|version| version.path());
    let in_pyenv = in_pyenv.map(|version| version.join("bin").join("python2.7"));
    ["python2.7", "python2"].into_iter().map(PathBuf::from).chain(in_pyenv).collect()
}

/// Whether this is what `wstest --autobahnversion` prints for our version. A shim of a version
/// manager may be on the PATH and run nothing.
fn is_version(printed: Result<String, String>) -> bool {
    printed.is_ok_and(|printed| printed.contains(&format!("AutobahnTestSuite {VERSION}")))
}

/// Runs a command to its end, and returns what it printed.
///
/// # Errors
/// What it printed to standard error, if it fails.
fn output(command: &mut Command) -> Result<String, String> {
    let program = command.get_program().display().to_string();
    let output = command.stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("{program} cannot be started: {error}"))?;
    let [printed, errors] =
        [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    if output.status.success() {
        return Ok(printed);
    }
    Err(format!("{program} has failed ({}): {}", output.status, errors.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const VIRTUAL: Way = Way::Docker { shares_loopback: false };

    #[test]
    fn only_an_engine_for_linux_containers_is_used() {
        for info in ["", " \n", "windows Windows Server 2025\n"] {
            assert_eq!(docker(info), None, "{info}");
        }
        assert_eq!(docker("linux Docker Desktop\n"), Some(VIRTUAL));
        let here = Way::Docker { shares_loopback: cfg!(target_os = "linux") };
        assert_eq!(docker("linux Debian GNU/Linux 13\n"), Some(here));
    }

    /// What `docker` is given, with the number of this process left out.
    fn docker_line(shares_loopback: bool, port: Option<u16>) -> String {
        let way = Way::Docker { shares_loopback };
        let command = way.command(Path::new("/run"), &["--mode", "fuzzing"], port);
        let words: Vec<_> = command.get_args().map(|word| word.to_string_lossy()).collect();
        words.join(" ").replace(&process::id().to_string(), "ID")
    }

    #[test]
    fn a_container_reaches_a_server_on_this_machine() {
        let line = "run --rm --name ws-judge-ID --platform linux/amd64 --network host \
                    --env PYTHONUNBUFFERED=1 --workdir /judge --volume /run:/judge \
                    crossbario/autobahn-testsuite:25.10.1 wstest --mode fuzzing";
        assert_eq!(docker_line(true, None), line);
        assert!(!docker_line(false, None).contains("--network"));
    }

    #[test]
    fn only_loopback_leads_to_a_fuzzing_server_in_a_container() {
        for shares_loopback in [true, false] {
            let line = docker_line(shares_loopback, Some(9001));
            assert!(line.contains(" --publish 127.0.0.1:9001:9001 "), "{line}");
            assert!(!line.contains("--network"), "{line}");
        }
    }

    #[test]
    fn only_loopback_has_another_name_in_a_virtual_machine() {
        for host in ["127.0.0.1", "localhost", "[::1]"] {
            let url = format!("ws://{host}:9005/echo");
            assert_eq!(VIRTUAL.reaches(&url), "ws://host.docker.internal:9005/echo");
            assert_eq!(Way::Wstest.reaches(&url), url);
        }
        for elsewhere in ["ws://example.org:9005/?from=localhost", "ws://localhost.example.org/"] {
            assert_eq!(VIRTUAL.reaches(elsewhere), elsewhere);
        }
    }

    #[test]
    fn the_image_and_pip_mean_one_version() {
        assert!(IMAGE.ends_with(&format!(":{VERSION}")));
        assert!(is_version(Ok(format!("Autobahn 0.10.9\nAutobahnTestSuite {VERSION}\n"))));
        assert!(!is_version(Ok("AutobahnTestSuite 0.8.2\n".to_owned())));
        assert!(!is_version(Err("wstest: command not found".to_owned())));
    }

    #[test]
    fn the_error_of_a_command_that_fails_has_what_it_printed() {
        let error = output(Command::new(env!("CARGO")).arg("no-such-command")).unwrap_err();
        assert!(error.contains("failed") && error.contains("no-such-command"), "{error}");
    }
}
