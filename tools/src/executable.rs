//! A step's program: built, and found.

use std::error::Error;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::Stdio;

use serde_json::Value;

use crate::steps::Step;
use crate::workspace::cargo;

/// Builds a step's program and says where it is. What cargo has to say goes to standard error:
/// standard output is the step's.
pub(crate) fn build(step: &Step) -> Result<PathBuf, Box<dyn Error>> {
    let name = step.name.as_str();
    let mut command = cargo(&["build", "--release", "-p", name, "--bin", name]);
    // Cargo knows where it puts things, whatever the target folder is set to; it tells by JSON.
    command.arg("--message-format=json-render-diagnostics").stdout(Stdio::piped());
    let mut child = command.spawn().map_err(|error| format!("cargo: {error}"))?;
    let mut executable = None;
    if let Some(messages) = child.stdout.take() {
        for message in BufReader::new(messages).lines() {
            executable = executable_in(&message?, name).or(executable);
        }
    }
    if !child.wait()?.success() {
        return Err(format!("step {} ({name}) does not build", step.number).into());
    }
    executable.ok_or_else(|| format!("cargo did not say where {name} is").into())
}

fn executable_in(message: &str, name: &str) -> Option<PathBuf> {
    let message: Value = serde_json::from_str(message).ok()?;
    let is_it = message["reason"] == "compiler-artifact" && message["target"]["name"] == name;
    message["executable"].as_str().filter(|_| is_it).map(PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_executable_is_the_one_of_the_program() {
        let message = |name: &str, executable: &str| {
            let target = format!(r#""target":{{"name":"{name}"}}"#);
            format!(r#"{{"reason":"compiler-artifact",{target},"executable":{executable}}}"#)
        };
        let found = executable_in(&message("echo", r#""C:\\target\\echo.exe""#), "echo");
        assert_eq!(found, Some(PathBuf::from(r"C:\target\echo.exe")));
        assert_eq!(executable_in(&message("echo", "null"), "echo"), None);
        assert_eq!(executable_in(&message("framing", r#""framing""#), "echo"), None);
        assert_eq!(executable_in("not JSON", "echo"), None);
    }
}
