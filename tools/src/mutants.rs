//! `mutants`: changes the code in one small way at a time, and finds the changes that no test notices.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use testkit::{Step, cargo, find_program, target_folder};

use crate::outcome::{Outcome, exit_code};

/// The command that installs the version with which the list in `.cargo/mutants.toml` was made.
const INSTALL: [&str; 3] = ["install", "--locked", "cargo-mutants@27.1.0"];
/// The exit codes of cargo-mutants if it has tested all mutants: tests noticed all of them, or did not
/// notice some, or did not end in time for some. In the last case, others may be unnoticed as well.
const TESTED: [i32; 3] = [0, 2, 3];

/// A package whose code is changed.
struct Subject {
    package: &'static str,
    /// What selects its quick tests, which start no program.
    quick: &'static [&'static str],
}

const SUBJECTS: [Subject; 4] = [
    Subject {
        package: "handshake",
        quick: &["--test=accept_key", "--test=header_block", "--test=refusals", "--test=upgrade"],
    },
    Subject { package: "unmasking", quick: &["--test=length", "--test=mask", "--test=payload"] },
    Subject {
        package: "framing",
        quick: &["--test=frame_buffer", "--test=header", "--test=picture"],
    },
    Subject {
        package: "echo",
        quick: &["--lib", "--test=compression", "--test=core", "--test=musts"],
    },
];

/// Tests the mutants of one step or package, or of all. Passes `arguments` on to cargo-mutants.
///
/// There are two rounds, because most mutants are noticed by tests that are built and run in
/// seconds: the quick tests, and then, for the remaining mutants, all tests that need no other program.
pub(crate) fn run(label: Option<&str>, arguments: &[String]) -> Outcome {
    if find_program(&["cargo-mutants"]).is_none() {
        return Err(format!("cargo-mutants is missing: cargo {}", INSTALL.join(" ")).into());
    }
    let mut surviving = Vec::new();
    for subject in chosen(label)? {
        println!("{}: all mutants, by the quick tests", subject.package);
        let mut status = round(subject, false, arguments)?.status()?;
        if status.code().is_some_and(|code| TESTED.contains(&code)) && has_survivors(subject)? {
            println!("{}: the remaining mutants, by all tests", subject.package);
            status = round(subject, true, arguments)?.status()?;
        }
        if status.code().is_none_or(|code| !TESTED.contains(&code)) {
            return Ok(exit_code(status));
        }
        if has_survivors(subject)? {
            surviving.push(subject.package);
        }
    }
    if surviving.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    let packages = surviving.join(", ");
    Err(format!("no test notices some changes of {packages}: see target/mutants").into())
}

/// Returns whether no test noticed some of the mutants in the last round.
fn has_survivors(subject: &Subject) -> Result<bool, String> {
    let file = output(subject)?.join("mutants.out/missed.txt");
    let missed = fs::read_to_string(&file);
    missed.map(|missed| !missed.is_empty()).map_err(|error| format!("{}: {error}", file.display()))
}

/// Returns the folder of a package's results.
fn output(subject: &Subject) -> Result<PathBuf, String> {
    let output = target_folder()?.join("mutants").join(subject.package);
    fs::create_dir_all(&output).map_err(|error| format!("{}: {error}", output.display()))?;
    Ok(output)
}

/// Returns the command that tests the mutants of a package: all of them with its quick tests, or
/// the remaining ones with all tests.
fn round(subject: &Subject, is_second: bool, arguments: &[String]) -> Result<Command, String> {
    let mut command = cargo(&["mutants", "--package", subject.package, "--output"]);
    command.arg(output(subject)?).args(arguments);
    if is_second {
        command.args(["--iterate", "--cargo-arg=--tests"]);
    } else {
        // Without these, all tests would be built for each mutant.
        command.args(subject.quick.iter().map(|test| format!("--cargo-arg={test}")));
    }
    Ok(command)
}

/// Returns the packages to mutate: that of a step, the one with this name, or all.
fn chosen(label: Option<&str>) -> Result<Vec<&'static Subject>, String> {
    let Some(label) = label else { return Ok(SUBJECTS.iter().collect()) };
    let step = Step::labelled(label).ok();
    let package = step.as_ref().map_or(label, |step| &step.package);
    let subject = SUBJECTS.iter().find(|subject| subject.package == package);
    subject.map(|subject| vec![subject]).ok_or_else(|| {
        let packages: Vec<_> = SUBJECTS.iter().map(|subject| subject.package).collect();
        format!("{label} has no mutants here; choose one of {}", packages.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use testkit::workspace;

    use super::*;

    /// Returns the entries of the list that name a function, each as its file and its name.
    fn listed() -> Vec<(String, String)> {
        let config = fs::read_to_string(workspace().join(".cargo/mutants.toml")).unwrap();
        let (_, list) = config.split_once("exclude_re = [").unwrap();
        let (list, _) = list.split_once("\n]").unwrap();
        let entries = list.lines().map(str::trim).filter(|line| line.contains(" in "));
        let parts = |entry: &str| {
            let entry = entry.strip_prefix("'^")?.strip_suffix("$',")?;
            let (file, change) = entry.split_once(":.*")?;
            let (_, function) = change.rsplit_once(" in ")?;
            let function = function.rsplit("::").next()?;
            Some((file.replace('\\', ""), function.to_owned()))
        };
        let entries = entries.filter(|line| !line.starts_with('#'));
        entries.map(|entry| parts(entry).unwrap_or_else(|| panic!("{entry}"))).collect()
    }

    /// An entry of which nothing is left would hide a new mutant one day.
    #[test]
    fn each_function_in_the_list_of_mutants_exists() {
        for (file, function) in listed() {
            let source = fs::read_to_string(workspace().join(&file)).unwrap();
            let is_there =
                ["(", "<"].iter().any(|end| source.contains(&format!("fn {function}{end}")));
            assert!(is_there, "{file} has no function {function}, which .cargo/mutants.toml names");
        }
    }

    #[test]
    fn a_step_is_chosen_by_its_number_and_a_package_by_its_name() {
        let packages = |label| -> Result<Vec<_>, _> {
            chosen(label).map(|subjects| subjects.iter().map(|one| one.package).collect())
        };
        assert_eq!(packages(Some("4")), Ok(vec!["framing"]));
        assert_eq!(packages(Some("echo")), Ok(vec!["echo"]));
        assert_eq!(packages(None).unwrap().len(), SUBJECTS.len());
        let error = packages(Some("web")).unwrap_err();
        assert!(error.ends_with("handshake, unmasking, framing, echo"), "{error}");
    }

    /// A test file that is missing would end the run with an error of cargo.
    #[test]
    fn each_quick_test_exists() {
        let steps = Step::all().unwrap();
        for Subject { package, quick } in &SUBJECTS {
            let step = steps.iter().find(|step| step.package == *package);
            let folder = step.map_or(*package, |step| &step.folder);
            for test in quick.iter().filter_map(|test| test.strip_prefix("--test=")) {
                let file = workspace().join(folder).join("tests").join(format!("{test}.rs"));
                assert!(file.is_file(), "{}", file.display());
            }
        }
    }
}
