//! The steps of the tutorial, as their folders name them.
//!
//! `steps/03-unmasking` is step 3, the package and program `unmasking`. A step may have programs
//! that lead to it: `steps/05-echo/src/bin/echo-5a.rs` is step 5a, and the program of the step
//! itself is then called by the next letter, too.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::programs::cargo::{Profile, build_one, workspace};
use crate::programs::server::Server;

/// A program of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Its number.
    pub number: u8,
    /// What people call it: `5`, or `5a` for a program that leads to step 5.
    pub label: String,
    /// Its folder in the workspace: `steps/05-echo`.
    pub folder: String,
    /// The name of its package.
    pub package: String,
    /// The name of its program.
    pub program: String,
    /// The source of its program in the workspace: `steps/05-echo/src/main.rs`.
    pub source: String,
    /// Another label of the step itself, where programs lead to it: `5c`.
    pub alias: Option<String>,
}

impl Step {
    /// All programs of all steps, in the order in which the book has them.
    ///
    /// # Errors
    /// A sentence about a folder that cannot be read.
    pub fn all() -> Result<Vec<Self>, String> {
        let mut steps = Vec::new();
        for folder in names_in("steps")? {
            if workspace().join("steps").join(&folder).join("Cargo.toml").is_file() {
                let binaries = names_in(&format!("steps/{folder}/src/bin")).unwrap_or_default();
                steps.extend(Self::in_folder(&folder, &binaries));
            }
        }
        Ok(steps)
    }

    /// The step with this label, as somebody typed it: `5`, `05`, `5a`.
    ///
    /// # Errors
    /// A sentence that lists the steps, if the label is not one of them.
    pub fn labelled(label: &str) -> Result<Self, String> {
        let steps = Self::all()?;
        let wanted = match label.trim_start_matches('0') {
            "" if !label.is_empty() => "0",
            rest => rest,
        };
        let is_it = |step: &&Self| step.label == wanted || step.alias.as_deref() == Some(wanted);
        steps.iter().find(is_it).cloned().ok_or_else(|| {
            let steps = steps.iter().map(|step| format!("{} ({})", step.label, step.program));
            let steps: Vec<String> = steps.collect();
            format!("there is no step {label}; choose one of {}", steps.join(", "))
        })
    }

    /// Builds its program, and returns the path of it.
    ///
    /// # Errors
    /// That it does not build; the reason has been printed.
    pub fn build(&self, profile: Profile) -> Result<PathBuf, String> {
        build_one(&self.package, "--bin", &self.program, profile)
    }

    /// Builds its program, starts it on a free port with further flags, and waits until it listens.
    ///
    /// # Errors
    /// That it does not build or start, with what it printed.
    pub fn start(&self, profile: Profile, flags: &[&str]) -> Result<Server, String> {
        let mut command = Command::new(self.build(profile)?);
        command.arg(Server::ANY_PORT).args(flags);
        Server::launch(command)
    }

    /// The programs of the step in this folder, which has these files in `src/bin`.
    fn in_folder(folder: &str, binaries: &[String]) -> Vec<Self> {
        let Some((number, package)) = folder.split_once('-') else { return Vec::new() };
        let Ok(number) = number.parse::<u8>() else { return Vec::new() };
        let step = |label: String, program: &str, source: &str| Self {
            number,
            label,
            folder: format!("steps/{folder}"),
            package: package.to_owned(),
            program: program.to_owned(),
            source: format!("steps/{folder}/src/{source}"),
            alias: None,
        };
        let letter_of = |binary: &str| -> Option<char> {
            let rest = binary.strip_prefix(&format!("{package}-{number}"))?;
            rest.strip_suffix(".rs")?.parse().ok()
        };
        let mut steps = Vec::new();
        let mut next = None;
        for binary in binaries {
            if let Some(letter) = letter_of(binary) {
                let (label, program) =
                    (format!("{number}{letter}"), binary.trim_end_matches(".rs"));
                steps.push(step(label, program, &format!("bin/{binary}")));
                next = char::from_u32(u32::from(letter) + 1);
            }
        }
        let alias = next.map(|next| format!("{number}{next}"));
        steps.push(Self { alias, ..step(number.to_string(), package, "main.rs") });
        steps
    }
}

/// The names of what is in a folder of the workspace, in order.
fn names_in(folder: &str) -> Result<Vec<String>, String> {
    let with_name = |error: std::io::Error| format!("{folder}: {error}");
    let mut names = Vec::new();
    for entry in fs::read_dir(workspace().join(folder)).map_err(with_name)? {
        names.push(entry.map_err(with_name)?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_names_its_step() {
        let [step] = &Step::in_folder("01-raw-socket", &[])[..] else { panic!("one program") };
        assert_eq!((step.number, step.label.as_str()), (1, "1"));
        assert_eq!((step.package.as_str(), step.program.as_str()), ("raw-socket", "raw-socket"));
        assert_eq!(step.folder, "steps/01-raw-socket");
        assert_eq!(step.source, "steps/01-raw-socket/src/main.rs");
        assert_eq!(step.alias, None);
        assert_eq!(Step::in_folder("README.md", &[]), []);
    }

    #[test]
    fn programs_that_lead_to_a_step_come_before_it_and_give_it_a_letter() {
        let binaries = ["echo-5a.rs", "echo-5b.rs", "other.rs"].map(str::to_owned);
        let steps = Step::in_folder("05-echo", &binaries);
        let all: Vec<_> = steps
            .iter()
            .map(|step| (step.label.as_str(), step.program.as_str(), step.alias.as_deref()))
            .collect();
        assert_eq!(
            all,
            [("5a", "echo-5a", None), ("5b", "echo-5b", None), ("5", "echo", Some("5c"))]
        );
        assert_eq!(steps[0].source, "steps/05-echo/src/bin/echo-5a.rs");
    }

    #[test]
    fn a_step_is_found_by_its_label_however_it_is_written() {
        assert_eq!(Step::labelled("02").unwrap(), Step::labelled("2").unwrap());
        assert_eq!(Step::labelled("2").unwrap().package, "handshake");
        assert_eq!(Step::labelled("0").unwrap().number, 0);
    }

    #[test]
    fn a_label_that_is_none_is_answered_with_those_there_are() {
        for wrong in ["99", "two", ""] {
            let error = Step::labelled(wrong).unwrap_err();
            assert!(error.starts_with(&format!("there is no step {wrong}; ")), "{error}");
            assert!(error.contains("1 (raw-socket), 2 (handshake)"), "{error}");
        }
    }
}
