//! The steps that Autobahn can judge, and how cargo builds them.

use std::{
    env,
    path::PathBuf,
    process::{Command, Stdio},
};

use serde_json::Value;

use crate::part::Pace;

/// A step that can answer a handshake.
#[derive(Debug)]
pub(crate) struct Step {
    /// Its number.
    pub(crate) number: u8,
    /// Its package, and the name of its server.
    package: &'static str,
    /// Where on its server messages are echoed.
    pub(crate) path: &'static str,
    /// What its server has to be told, to do all that it can.
    pub(crate) flags: &'static [&'static str],
    /// What takes the time with it.
    pub(crate) pace: Pace,
    /// Series of cases in which Autobahn would wait for an answer for minutes, and which it cannot
    /// pass, as it never answers. They count as not passed.
    pub(crate) spared: &'static [&'static str],
}

impl Step {
    /// A step that is on its way, and does not yet know the whole protocol.
    const fn early(number: u8, package: &'static str, spared: &'static [&'static str]) -> Self {
        Self { number, package, path: "/", flags: &[], pace: Pace::Waits, spared }
    }

    /// Whether it speaks the whole protocol, and so must pass all cases.
    pub(crate) fn is_whole(&self) -> bool {
        self.pace == Pace::Works
    }
}

/// The steps that can answer a handshake, the highest last.
pub(crate) const STEPS: [Step; 5] = [
    Step::early(2, "handshake", &["9.7", "9.8"]),
    Step::early(3, "unmasking", &["9.7", "9.8"]),
    Step::early(4, "framing", &[]),
    Step { number: 5, package: "echo", path: "/", flags: &[], pace: Pace::Works, spared: &[] },
    Step {
        number: 6,
        package: "chat",
        path: "/echo",
        flags: &["--compression", "on"],
        pace: Pace::Works,
        spared: &[],
    },
];
/// The step that has a client, and the name of the example that it is.
pub(crate) const CLIENT: (u8, &str) = (5, "autobahn_client");
/// The example of this package that is an echo server on another library, tungstenite.
const REFERENCE: &str = "tungstenite_echo";

/// This workspace, from wherever the command is called.
const MANIFEST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml");
/// Its folder.
pub(crate) const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// The steps that speak the whole protocol, or the one of them with this number.
///
/// # Errors
/// If this step does not.
pub(crate) fn whole(number: Option<u8>) -> Result<Vec<&'static Step>, String> {
    let is_it = |step: &&Step| step.is_whole() && number.is_none_or(|it| it == step.number);
    let found: Vec<_> = STEPS.iter().filter(is_it).collect();
    if found.is_empty() {
        return Err("only steps 5 and 6 speak the whole protocol; `just scorecard` judges all \
                    that can answer a handshake"
            .to_owned());
    }
    Ok(found)
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
    let step = STEPS.iter().find(|step| step.number == CLIENT.0);
    build(step.map_or("", |step| step.package), "--example", CLIENT.1)
}

/// Builds the echo server on another library, and says where it is.
///
/// # Errors
/// If it cannot be built.
pub(crate) fn build_reference() -> Result<PathBuf, String> {
    build(env!("CARGO_PKG_NAME"), "--example", REFERENCE)
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
    fn only_a_step_that_speaks_the_whole_protocol_is_chosen() {
        let numbers =
            |number| -> Vec<u8> { whole(number).unwrap().iter().map(|step| step.number).collect() };
        assert_eq!(numbers(None), [5, 6]);
        assert_eq!(numbers(Some(5)), [5]);
        assert!(whole(Some(4)).unwrap_err().contains("5 and 6"));
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
