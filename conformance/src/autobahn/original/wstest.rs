//! Installs Autobahn once, and builds the command that runs its `wstest`.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::autobahn::original::docker;
use crate::autobahn::original::find::Autobahn;
use crate::autobahn::original::finish::finish;
use crate::autobahn::original::folders::{CONFIGURATION, empty_folder, home};
use crate::autobahn::original::peer::Contact;

/// The version that `expected.json` was written for.
const VERSION: &str = "25.10.1";
/// The folder into which pip installs it.
const INSTALLED: &str = "autobahntestsuite-25.10.1";
/// The script that a Python runs.
const SCRIPT: &str = include_str!("wstest.py");

/// Installs Autobahn if it is not there yet, and prints a line if that takes a while.
///
/// # Errors
/// If the image cannot be pulled, or if pip fails.
pub(crate) fn prepare(autobahn: &Autobahn) -> Result<(), String> {
    match autobahn {
        Autobahn::Docker { .. } => docker::pull(),
        Autobahn::Wstest => Ok(()),
        Autobahn::Python(executable) => install(executable, &home()?),
    }
}

/// Installs Autobahn beside the Python that runs it, and not into it.
fn install(executable: &Path, home: &Path) -> Result<(), String> {
    let check = || {
        let mut command = python(executable, home);
        let version = finish(command.arg("--autobahnversion"))?;
        if version.contains(VERSION) { Ok(()) } else { Err(version) }
    };
    // A copy that another Python has installed may be there, and does not run.
    if check().is_ok() {
        return Ok(());
    }
    println!("Installing Autobahn {VERSION} under the target folder: half a minute, once.");
    let (unfinished, installed) = (home.join("unfinished"), home.join(INSTALLED));
    empty_folder(&unfinished)?;
    empty_folder(&installed)?;
    let mut pip = Command::new(executable);
    pip.args(["-m", "pip", "install", "--disable-pip-version-check", "--target"]);
    finish(pip.arg(&unfinished).arg(format!("autobahntestsuite=={VERSION}"))).map_err(|error| {
        format!(
            "{error}\npip could not install Autobahn. It needs pip (`python2.7 -m ensurepip \
             --user`), the network and a C compiler; with Docker it needs none of them"
        )
    })?;
    // It gets its own name only now: an installation that is interrupted stays unfinished.
    fs::rename(&unfinished, &installed)
        .map_err(|error| format!("{} cannot be renamed: {error}", unfinished.display()))?;
    check().map_err(|error| format!("{error}\nAutobahn is installed, but does not run"))
}

/// The command that runs `wstest` against a peer with this `contact`, in `folder`, with the
/// configuration file in it. A fuzzing server listens on `port`.
pub(crate) fn command(
    autobahn: &Autobahn,
    contact: &Contact,
    port: u16,
    home: &Path,
    folder: &Path,
) -> Command {
    let mut command = match autobahn {
        Autobahn::Docker { shares_loopback } => {
            let mut command = Command::new("docker");
            command.args(docker::arguments(*shares_loopback, contact, port, folder));
            return command;
        }
        Autobahn::Wstest => Command::new("wstest"),
        Autobahn::Python(executable) => python(executable, home),
    };
    command.current_dir(folder).env("PYTHONUNBUFFERED", "1");
    command.args(["--mode", contact.mode(), "--webport", "0", "--spec", CONFIGURATION]);
    command
}

/// The command that runs the `wstest` that was installed for a Python.
fn python(executable: &Path, home: &Path) -> Command {
    let mut command = Command::new(executable);
    let installed = home.join(INSTALLED);
    // The search path puts this copy before one that the Python may have of its own.
    command.env("PYTHONPATH", &installed).arg("-c").arg(SCRIPT).arg(installed);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_image_the_folder_and_pip_mean_one_version() {
        assert_eq!(docker::IMAGE, format!("crossbario/autobahn-testsuite:{VERSION}"));
        assert_eq!(INSTALLED, format!("autobahntestsuite-{VERSION}"));
    }

    #[test]
    fn wstest_gets_its_mode_and_its_configuration() {
        let contact = Contact::Program("client".into());
        let folders = [Path::new("autobahn"), Path::new("part")];
        let command = command(&Autobahn::Wstest, &contact, 9001, folders[0], folders[1]);
        let arguments: Vec<_> = command.get_args().collect();
        assert_eq!(
            arguments,
            ["--mode", "fuzzingserver", "--webport", "0", "--spec", "configuration.json"]
        );
        assert_eq!(command.get_current_dir(), Some(folders[1]));
    }
}
