//! The staircase, as its folders tell it: `steps/03-unmasking` is step 3, package `unmasking`.

use std::error::Error;
use std::fs;

use crate::workspace::root;

/// One step.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Step {
    pub(crate) number: u8,
    /// The name of its package, and of its program.
    pub(crate) name: String,
}

impl Step {
    /// The step with this number, as it was typed.
    pub(crate) fn numbered(number: &str) -> Result<Self, Box<dyn Error>> {
        let steps = Self::all()?;
        let wanted = number.parse().ok();
        let found = steps.iter().find(|step| Some(step.number) == wanted);
        found.cloned().ok_or_else(|| no_such_step(number, &steps).into())
    }

    /// The last step there is.
    pub(crate) fn highest() -> Result<Self, Box<dyn Error>> {
        Self::all()?.pop().ok_or_else(|| "there are no steps".into())
    }

    fn all() -> Result<Vec<Self>, Box<dyn Error>> {
        let folder = root().join("steps");
        let entries =
            fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let mut steps = Vec::new();
        for entry in entries {
            let entry = entry?;
            if entry.path().join("Cargo.toml").is_file() {
                steps.extend(Self::in_folder(&entry.file_name().to_string_lossy()));
            }
        }
        steps.sort();
        Ok(steps)
    }

    fn in_folder(folder: &str) -> Option<Self> {
        let (number, name) = folder.split_once('-')?;
        Some(Self { number: number.parse().ok()?, name: name.to_owned() })
    }
}

fn no_such_step(number: &str, steps: &[Step]) -> String {
    let there: Vec<String> =
        steps.iter().map(|step| format!("{} ({})", step.number, step.name)).collect();
    format!("there is no step {number}; there are {}", there.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_names_its_step() {
        let step = Step { number: 1, name: "raw-socket".to_owned() };
        assert_eq!(Step::in_folder("01-raw-socket"), Some(step));
        assert_eq!(Step::in_folder("README.md"), None);
    }

    #[test]
    fn a_step_is_found_by_its_number_however_it_is_written() {
        let step = Step::numbered("2").unwrap();
        assert_eq!(step.name, "handshake");
        assert_eq!(Step::numbered("02").unwrap(), step);
    }

    #[test]
    fn a_number_that_is_none_is_answered_with_those_there_are() {
        let message = Step::numbered("99").unwrap_err().to_string();
        assert!(message.starts_with("there is no step 99; there are "), "{message}");
        assert!(message.contains("1 (raw-socket), 2 (handshake)"), "{message}");
        assert!(Step::numbered("two").is_err());
    }

    #[test]
    fn the_highest_step_is_the_last_one() {
        assert!(Step::highest().unwrap().number >= 5);
    }
}
