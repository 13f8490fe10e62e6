//! Installs Autobahn once, and builds the command that runs its `wstest`.

use std::{fs, path::Path, process::Command};

use crate::{
    docker,
    find::Autobahn,
    judged::Role,
    process::{finish, remove},
    run::CONFIGURATION,
};

/// The version that `expected.json` was written for.
const VERSION: &str = "25.10.1";
/// Where pip installs it, under the target directory's `autobahn/`.
const INSTALLED: &str = "autobahntestsuite-25.10.1";
/// What that Python runs.
const SCRIPT: &str = include_str!("wstest.py");

/// Makes sure that Autobahn is there, and says so where that takes a while. `directory` is the
/// target directory's `autobahn/`.
///
/// # Errors
/// If the image cannot be pulled, or if pip fails.
pub(crate) fn prepare(autobahn: &Autobahn, directory: &Path) -> Result<(), String> {
    fs::create_dir_all(directory)
        .map_err(|error| format!("{} cannot be created: {error}", directory.display()))?;
    match autobahn {
        Autobahn::Docker { .. } => docker::pull(),
        Autobahn::Wstest => Ok(()),
        Autobahn::Python(executable) => install(executable, directory),
    }
}

/// Installs Autobahn beside, and not into, the Python that runs it.
fn install(executable: &Path, directory: &Path) -> Result<(), String> {
    let check = || {
        let mut command = python(executable, directory);
        let version = finish(command.arg("--autobahnversion"))?;
        if version.contains(VERSION) { Ok(()) } else { Err(version) }
    };
    // Asking beats looking: what was installed by another Python is there, and does not run.
    if check().is_ok() {
        return Ok(());
    }
    println!("Installing Autobahn {VERSION} under the target directory: half a minute, once.");
    let unfinished = directory.join("unfinished");
    let installed = directory.join(INSTALLED);
    for old in [&unfinished, &installed] {
        remove(old)?;
    }
    let mut pip = Command::new(executable);
    pip.args(["-m", "pip", "install", "--disable-pip-version-check", "--target"]);
    finish(pip.arg(&unfinished).arg(format!("autobahntestsuite=={VERSION}"))).map_err(|error| {
        format!(
            "{error}\npip could not install Autobahn. It needs pip (`python2.7 -m ensurepip \
             --user`), the network and a C compiler; with Docker it needs none of them"
        )
    })?;
    // Under its own name only once it is whole: a run that is interrupted leaves it unfinished.
    fs::rename(&unfinished, &installed)
        .map_err(|error| format!("{} cannot be renamed: {error}", unfinished.display()))?;
    check().map_err(|error| format!("{error}\nAutobahn is installed, but does not run"))
}

/// The command that runs `wstest` against a peer in this `role`, in `folder`, with the
/// configuration written there. `port` is the one that a fuzzing server listens on, `directory` the
/// target directory's `autobahn/`.
pub(crate) fn command(
    autobahn: &Autobahn,
    role: Role,
    port: u16,
    directory: &Path,
    folder: &Path,
) -> Command {
    let mut command = match autobahn {
        Autobahn::Docker { shares_loopback } => {
            let mut command = Command::new("docker");
            command.args(docker::arguments(*shares_loopback, role, port, folder));
            return command;
        }
        Autobahn::Wstest => Command::new("wstest"),
        Autobahn::Python(executable) => python(executable, directory),
    };
    command.current_dir(folder).env("PYTHONUNBUFFERED", "1");
    command.args(["--mode", role.mode(), "--webport", "0", "--spec", CONFIGURATION]);
    command
}

/// The command that runs the `wstest` that was installed for a Python.
fn python(executable: &Path, directory: &Path) -> Command {
    let mut command = Command::new(executable);
    let installed = directory.join(INSTALLED);
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
    fn wstest_is_told_its_part_and_its_configuration() {
        let folders = [Path::new("autobahn"), Path::new("part")];
        let command = command(&Autobahn::Wstest, Role::Client, 9001, folders[0], folders[1]);
        let arguments: Vec<_> = command.get_args().collect();
        assert_eq!(
            arguments,
            ["--mode", "fuzzingserver", "--webport", "0", "--spec", "configuration.json"]
        );
        assert_eq!(command.get_current_dir(), Some(folders[1]));
    }
}
