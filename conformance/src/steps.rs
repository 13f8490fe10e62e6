//! The steps that Autobahn can judge, and how cargo builds them.

use std::{
    env,
    path::PathBuf,
    process::{Command, Stdio},
};

use serde_json::Value;

/// A step that speaks the whole protocol.
#[derive(Debug)]
pub(crate) struct Step {
    /// Its number.
    pub(crate) number: u8,
    /// Its package, and the name of its server.
    pub(crate) package: &'static str,
    /// Where on its server messages are echoed.
    pub(crate) path: &'static str,
    /// What its server has to be told, to do all that it can.
    pub(crate) flags: &'static [&'static str],
}

/// The steps that can be judged, the highest last.
pub(crate) const STEPS: [Step; 2] = [
    Step { number: 5, package: "echo", path: "/", flags: &[] },
    Step { number: 6, package: "chat", path: "/echo", flags: &["--compression", "on"] },
];
/// The package with the client, and the name of the example that it is.
const CLIENT: (&str, &str) = ("echo", "autobahn_client");

/// This workspace, from wherever the command is called.
const MANIFEST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml");

/// The step with this number, or the highest.
///
/// # Errors
/// If this step cannot be judged.
pub(crate) fn step(number: Option<u8>) -> Result<&'static Step, String> {
    let mut steps = STEPS.iter().rev();
    let found = steps.find(|step| number.is_none_or(|number| number == step.number));
    found.ok_or_else(|| {
        let numbers = STEPS.map(|step| step.number.to_string()).join(" or ");
        format!("no such step speaks the whole protocol: choose {numbers}")
    })
}

impl Step {
    /// Builds the server of this step and says where it is.
    ///
    /// # Errors
    /// If it cannot be built.
    pub(crate) fn build(&self) -> Result<PathBuf, String> {
        build_server(self.package)
    }
}

/// Builds the client that is judged, and says where it is.
///
/// # Errors
/// If it cannot be built.
pub(crate) fn build_client() -> Result<PathBuf, String> {
    build(CLIENT.0, "--example", CLIENT.1)
}

/// The workspace's target directory, wherever the user has moved it.
///
/// # Errors
/// If cargo cannot say.
pub(crate) fn target_directory() -> Result<PathBuf, String> {
    let output = cargo(&["metadata", "--no-deps", "--format-version", "1"])?;
    let metadata: Value = serde_json::from_str(&output).unwrap_or_default();
    let directory = metadata["target_directory"].as_str();
    directory.map(PathBuf::from).ok_or_else(|| "cargo names no target directory".to_owned())
}

/// Builds the server of a package, and says where it is.
///
/// # Errors
/// If it cannot be built.
pub(crate) fn build_server(package: &str) -> Result<PathBuf, String> {
    build(package, "--bin", package)
}

/// Builds one executable of a package. It is run by its own name and not by `cargo run`, because to
/// kill cargo is not to kill what it runs.
fn build(package: &str, kind: &str, name: &str) -> Result<PathBuf, String> {
    let messages = "--message-format=json-render-diagnostics";
    let output = cargo(&["build", "--release", messages, "--package", package, kind, name])?;
    executable(&output, name).ok_or_else(|| format!("cargo has built no `{name}`"))
}

/// Finds the executable with this name in what cargo says in JSON, a message a line.
fn executable(messages: &str, name: &str) -> Option<PathBuf> {
    messages.lines().find_map(|line| {
        let message: Value = serde_json::from_str(line).ok()?;
        let executable = message["executable"].as_str()?;
        (message["target"]["name"] == name).then(|| executable.into())
    })
}

/// Runs cargo to its end and hands back what it printed. What it says to people it says to them.
fn cargo(arguments: &[&str]) -> Result<String, String> {
    // The cargo that runs this program, if one does.
    let program = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(program)
        .args(arguments)
        .args(["--manifest-path", MANIFEST])
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("cargo cannot be started: {error}"))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(format!("`cargo {}` failed: see above", arguments.join(" ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_the_highest_step() {
        let highest = STEPS.iter().map(|step| step.number).max();
        assert_eq!(Some(step(None).unwrap().number), highest);
        assert!(step(Some(1)).unwrap_err().contains("5 or 6"));
    }

    #[test]
    fn the_executable_is_the_one_with_the_name_among_cargos_messages() {
        let messages = r#"
{"reason":"compiler-artifact","target":{"name":"echo"},"executable":null}
{"reason":"compiler-artifact","target":{"name":"other"},"executable":"/target/other"}
{"reason":"compiler-artifact","target":{"name":"echo"},"executable":"/target/echo.exe"}
{"reason":"build-finished","success":true}"#;
        assert_eq!(executable(messages, "echo"), Some("/target/echo.exe".into()));
        assert_eq!(executable(messages, "chat"), None);
    }

    #[test]
    fn cargo_knows_the_target_directory() {
        assert!(target_directory().unwrap().is_absolute());
    }
}
