//! Finds a way to run Autobahn, which itself runs on nothing newer than Python 2.7.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fmt, fs};

use clap::ValueEnum;

use crate::autobahn::original::docker;
use crate::autobahn::original::finish::finish;

/// How Autobahn can be run, in the order in which the ways are tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Way {
    /// In a container, from the image that its makers publish.
    Docker,
    /// By the `wstest` on the PATH.
    Wstest,
    /// By a Python 2.7, with a copy of Autobahn under this workspace's target directory. This is
    /// the fastest: it compresses nothing twice.
    Python,
}

/// A way to run Autobahn that has been found to work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Autobahn {
    /// A Docker engine that runs Linux containers.
    Docker {
        /// Whether a container can share this machine's loopback interface. It can if the engine
        /// runs on this very Linux, and not if it lives in a virtual machine.
        shares_loopback: bool,
    },
    /// The `wstest` on the PATH.
    Wstest,
    /// The executable of a Python 2.7.
    Python(PathBuf),
}

impl Autobahn {
    /// The address at which it reaches the server that is `url` to this machine.
    pub(crate) fn reaches(&self, url: &str) -> String {
        match self {
            Self::Docker { shares_loopback: false } => docker::from_a_virtual_machine(url),
            _ => url.to_owned(),
        }
    }
}

impl fmt::Display for Autobahn {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Docker { .. } => formatter.write_str("Docker"),
            Self::Wstest => formatter.write_str("wstest"),
            Self::Python(executable) => write!(formatter, "Python 2.7, {}", executable.display()),
        }
    }
}

/// Runs a program with arguments, and returns what it printed, or `None` if there is no such program
/// or it failed.
pub(crate) type Ask<'a> = &'a dyn Fn(&OsStr, &[&str]) -> Option<String>;

/// Returns the first way that works, or the one in `choice` if it does. Installs nothing.
///
/// # Errors
/// A line that says what to install.
pub(crate) fn find(
    choice: Option<Way>,
    pyenv_pythons: &[PathBuf],
    ask: Ask,
) -> Result<Autobahn, String> {
    let wanted = Way::value_variants().iter().filter(|way| choice.is_none_or(|it| it == **way));
    let mut found = wanted.filter_map(|way| match way {
        Way::Docker => find_docker(ask),
        Way::Wstest => find_wstest(ask),
        Way::Python => find_python(pyenv_pythons, ask),
    });
    let nothing = match choice {
        None => "Autobahn needs Docker or a Python 2.7: start Docker, or install one of them",
        Some(Way::Docker) => "no Docker engine with Linux containers answers: start Docker",
        Some(Way::Wstest) => "no working wstest is on the PATH: install autobahntestsuite",
        Some(Way::Python) => "no Python 2.7 was found: install one, as python2.7 or in pyenv",
    };
    found.next().ok_or_else(|| nothing.to_owned())
}

/// Asks the engine and not the client, which may be installed without one.
fn find_docker(ask: Ask) -> Option<Autobahn> {
    let format = "{{.OSType}} {{.OperatingSystem}}";
    let answer = ask(OsStr::new("docker"), &["info", "--format", format])?;
    // An engine may be set up for Windows containers; Autobahn's image is a Linux one.
    let system = answer.trim().strip_prefix("linux ")?;
    let shares_loopback = cfg!(target_os = "linux") && system != "Docker Desktop";
    Some(Autobahn::Docker { shares_loopback })
}

/// Asks `wstest` for its version: a version manager's shim may be on the PATH and run nothing.
fn find_wstest(ask: Ask) -> Option<Autobahn> {
    let answer = ask(OsStr::new("wstest"), &["--autobahnversion"])?;
    answer.contains("AutobahnTestSuite").then_some(Autobahn::Wstest)
}

/// Asks every program that may be a Python 2.7 for its version and for the path of its executable.
fn find_python(pyenv_pythons: &[PathBuf], ask: Ask) -> Option<Autobahn> {
    let script = "import sys; print('%d.%d' % sys.version_info[:2]); print(sys.executable)";
    let python = |program: &OsStr, flags: &[&str]| {
        let answer = ask(program, &[flags, &["-c", script]].concat())?;
        let executable = answer.strip_prefix("2.7")?.trim();
        Some(Autobahn::Python(executable.into()))
    };
    let on_the_path = ["python2.7", "python2"].map(OsStr::new).into_iter();
    let in_pyenv = pyenv_pythons.iter().map(|path| path.as_os_str());
    let mut programs = on_the_path.chain(in_pyenv);
    python(OsStr::new("py"), &["-2.7"]).or_else(|| programs.find_map(|it| python(it, &[])))
}

/// The way to [`Ask`] that really runs the program.
pub(crate) fn ask(program: &OsStr, arguments: &[&str]) -> Option<String> {
    finish(Command::new(program).args(arguments)).ok()
}

/// The Pythons 2.7 that pyenv keeps, whether or not they are switched on.
pub(crate) fn pyenv_pythons() -> Vec<PathBuf> {
    let chosen = env::var_os("PYENV_ROOT").map(PathBuf::from);
    let usual = env::home_dir().map(|home| home.join(".pyenv"));
    chosen.into_iter().chain(usual).flat_map(|root| pythons_in(&root.join("versions"))).collect()
}

/// The Pythons 2.7 among pyenv's `versions`, the latest first.
fn pythons_in(versions: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(versions).into_iter().flatten().flatten();
    let mut pythons: Vec<PathBuf> = entries
        .filter(|entry| entry.file_name().to_string_lossy().starts_with("2.7"))
        .map(|entry| entry.path().join("bin").join("python2.7"))
        .collect();
    pythons.sort();
    pythons.reverse();
    pythons
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A machine on which only these programs work, each with what it prints.
    fn on(
        programs: &[(&str, &str)],
        choice: Option<Way>,
        pyenv_pythons: &[PathBuf],
    ) -> Result<Autobahn, String> {
        find(choice, pyenv_pythons, &|program, _| {
            let found = programs.iter().find(|(name, _)| program == *name);
            found.map(|(_, answer)| (*answer).to_owned())
        })
    }

    const DOCKER: (&str, &str) = ("docker", "linux Debian GNU/Linux 13\n");
    const WSTEST: (&str, &str) = ("wstest", "Autobahn 0.10.9\nAutobahnTestSuite 25.10.1\n");
    const PYTHON: (&str, &str) = ("python2.7", "2.7\n/opt/python2.7\n");

    #[test]
    fn docker_comes_before_wstest_and_wstest_before_python() {
        let docker = on(&[PYTHON, WSTEST, DOCKER], None, &[]);
        assert!(matches!(docker, Ok(Autobahn::Docker { .. })), "{docker:?}");
        assert_eq!(on(&[PYTHON, WSTEST], None, &[]), Ok(Autobahn::Wstest));
        assert_eq!(on(&[PYTHON], None, &[]), Ok(Autobahn::Python("/opt/python2.7".into())));
    }

    #[test]
    fn a_docker_client_without_an_engine_for_linux_is_passed_over() {
        for answer in [" \n", "windows Windows Server 2025\n"] {
            assert_eq!(on(&[("docker", answer), WSTEST], None, &[]), Ok(Autobahn::Wstest));
        }
    }

    #[test]
    fn docker_desktop_never_shares_the_loopback_interface() {
        let found = on(&[("docker", "linux Docker Desktop\n")], None, &[]);
        assert_eq!(found, Ok(Autobahn::Docker { shares_loopback: false }));
        let shares_loopback = cfg!(target_os = "linux");
        assert_eq!(on(&[DOCKER], None, &[]), Ok(Autobahn::Docker { shares_loopback }));
    }

    #[test]
    fn a_python_that_is_no_2_7_is_passed_over_for_one_in_pyenv() {
        let pyenv = PathBuf::from("pyenv-python");
        let programs = [("python2", "3.13\n/usr/bin/python3\n"), ("pyenv-python", "2.7\nreal\n")];
        assert_eq!(on(&programs, None, &[pyenv]), Ok(Autobahn::Python("real".into())));
    }

    #[test]
    fn a_choice_is_kept_even_if_another_way_works() {
        assert_eq!(
            on(&[DOCKER, PYTHON], Some(Way::Python), &[]),
            Ok(Autobahn::Python("/opt/python2.7".into()))
        );
        assert!(on(&[DOCKER, PYTHON], Some(Way::Wstest), &[]).unwrap_err().contains("wstest"));
    }

    #[test]
    fn a_machine_with_nothing_is_told_in_one_line_what_to_install() {
        let line = on(&[], None, &[]).unwrap_err();
        assert!(line.contains("Docker") && line.contains("Python 2.7"), "{line}");
        assert_eq!(line.lines().count(), 1);
    }

    #[test]
    fn pyenv_offers_its_2_7_only_and_the_latest_first() {
        let versions = tempfile::tempdir().unwrap();
        for name in ["2.7.16", "3.12.1", "2.7.18"] {
            fs::create_dir(versions.path().join(name)).unwrap();
        }
        let expected = ["2.7.18", "2.7.16"]
            .map(|name| versions.path().join(name).join("bin").join("python2.7"));
        assert_eq!(pythons_in(versions.path()), expected);
        assert!(pythons_in(&versions.path().join("nowhere")).is_empty());
    }
}
