//! `fuzz TARGET`: builds a fuzz target with the instrumentation of libFuzzer, and runs it.
//!
//! `cargo fuzz` does the same, and needs a nightly compiler for the address sanitizer. Safe code has no
//! use for that sanitizer, and the rest of the flags work with a stable compiler.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use clap::Args;
use testkit::{Packages, cargo, find_program, target_folder, workspace};

use crate::outcome::{Outcome, succeeds};

/// These flags count how often each edge of the control flow is taken, and show libFuzzer the operands of
/// comparisons. The configuration `fuzzing` is the one that `cargo fuzz` sets.
const RUSTFLAGS: &str = "-Cpasses=sancov-module \
     -Cllvm-args=-sanitizer-coverage-level=4 \
     -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
     -Cllvm-args=-sanitizer-coverage-pc-table \
     -Cllvm-args=-sanitizer-coverage-trace-compares \
     --cfg fuzzing";
/// The profile in `Cargo.toml`.
const PROFILE: &str = "fuzz";
/// An input that takes longer than this many seconds is a finding.
const INPUT_TIME: &str = "20";
/// How many inputs a target tries in the tests at most, so that a fast machine does not try others.
const RUNS_OF_TESTS: &str = "-runs=20000";
/// For how long a target runs in the tests, in seconds.
const SHORT_ROUND: u32 = 10;

/// What brings a C++ compiler, which libFuzzer needs.
pub(crate) const COMPILER: Packages = Packages {
    apt: &["g++"],
    brew: "llvm",
    windows: "install the Visual Studio Build Tools",
    dnf: "gcc-c++",
    pacman: "gcc",
};

/// Returns where the C++ compiler is. On Windows it is not on the path, and comes with Rust's linker.
pub(crate) fn compiler() -> Option<Vec<PathBuf>> {
    let on_path = || Some(vec![find_program(&["c++", "g++", "clang++"])?]);
    if cfg!(windows) { Some(Vec::new()) } else { on_path() }
}

/// What to fuzz, and how.
#[derive(Args)]
pub(crate) struct Options {
    /// Which target; without one, all targets are listed
    target: Option<String>,
    /// Run for this many seconds, or with 0 until it is stopped
    #[arg(long, value_name = "COUNT", default_value_t = 60)]
    seconds: u32,
    /// The longest input that is tried, in bytes
    #[arg(long, value_name = "BYTES", default_value_t = 2048)]
    max_len: u32,
    /// Begin with this random number, for a run that can be repeated; 0 is another one each
    /// time, and 1 with --all
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    seed: u32,
    /// Run this input alone, such as one in fuzz/regressions/
    #[arg(long, value_name = "FILE")]
    input: Option<PathBuf>,
    /// Run each target for ten seconds, as the tests do
    #[arg(long, conflicts_with_all = ["target", "input", "seconds"])]
    all: bool,
    /// Arguments of libFuzzer, behind `--`, such as `-help=1` or `-minimize_crash=1`
    #[arg(last = true)]
    arguments: Vec<String>,
}

/// Runs a target, all targets, or lists them.
pub(crate) fn run(options: &Options) -> Outcome {
    let targets = targets()?;
    let Some(name) = &options.target else {
        if options.all {
            return run_all(options, &targets);
        }
        let width = targets.iter().map(|target| target.name.len()).max().unwrap_or_default();
        for Target { name, description } in &targets {
            println!("{name:width$}  {description}");
        }
        println!("\nRun one: just fuzz {} --seconds 60", targets[0].name);
        return Ok(ExitCode::SUCCESS);
    };
    let Some(target) = targets.iter().find(|target| target.name == *name) else {
        let names: Vec<&str> = targets.iter().map(|target| target.name.as_str()).collect();
        return Err(
            format!("there is no target \"{name}\": it is one of {}", names.join(", ")).into()
        );
    };
    let program = build()?;
    let is_good = fuzz(&program, target, options, options.seconds)?;
    Ok(if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Runs each target for a short time.
fn run_all(options: &Options, targets: &[Target]) -> Outcome {
    let program = build()?;
    let mut failed = Vec::new();
    for target in targets {
        if !fuzz(&program, target, options, SHORT_ROUND)? {
            failed.push(target.name.as_str());
        }
    }
    if failed.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    Err(format!("these targets have found something: {}", failed.join(", ")).into())
}

/// A target.
struct Target {
    name: String,
    /// The first line of its documentation.
    description: String,
}

/// Returns the targets: each is a file in `fuzz/src/targets/`.
fn targets() -> Result<Vec<Target>, Box<dyn Error>> {
    let mut targets = Vec::new();
    for entry in fs::read_dir(workspace().join("fuzz/src/targets"))? {
        let path = entry?.path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if name != "mod" {
            let source = fs::read_to_string(&path)?;
            let line = source.lines().next().unwrap_or_default();
            let description = line.trim_start_matches("//!").trim().to_owned();
            targets.push(Target { name, description });
        }
    }
    targets.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(targets)
}

/// Builds the program, in a folder of its own: its flags would make cargo build all others anew.
fn build() -> Result<PathBuf, Box<dyn Error>> {
    let folder = target_folder()?.join("fuzz");
    let host = host()?;
    // With a named target, the flags are not used for build scripts and macros.
    let arguments = ["build", "-p", "fuzz", "--features", "libfuzzer", "--profile", PROFILE];
    let mut command = cargo(&arguments);
    command.args(["--target", &host, "--target-dir"]).arg(&folder).env("RUSTFLAGS", RUSTFLAGS);
    if !succeeds(&mut command) {
        let how = COMPILER.install_command();
        return Err(
            format!("the targets could not be built. They need a C++ compiler: {how}").into()
        );
    }
    let name = format!("fuzz{}", std::env::consts::EXE_SUFFIX);
    Ok(folder.join(host).join(PROFILE).join(name))
}

/// Returns the name of the platform that the compiler runs on.
fn host() -> Result<String, Box<dyn Error>> {
    let output = Command::new("rustc").args(["-vV"]).current_dir(workspace()).output()?;
    let output = String::from_utf8_lossy(&output.stdout).into_owned();
    let host = output.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.ok_or("`rustc -vV` does not say which platform it runs on")?.to_owned())
}

/// Runs a target. Returns whether it found nothing.
fn fuzz(
    program: &Path,
    target: &Target,
    options: &Options,
    seconds: u32,
) -> Result<bool, Box<dyn Error>> {
    let inputs = workspace().join("fuzz");
    // New inputs are written to the first folder, which is not checked in.
    let found = target_folder()?.join("fuzz").join("corpus").join(&target.name);
    let failures = inputs.join("regressions").join(&target.name);
    fs::create_dir_all(&found)?;
    fs::create_dir_all(&failures)?;
    let mut command = Command::new(program);
    command.env("FUZZ_TARGET", &target.name).current_dir(workspace());
    // It keeps the slash or backslash at its end, behind which libFuzzer writes the name of the file.
    let prefix = failures.join("");
    command.arg(format!("-artifact_prefix={}", prefix.display()));
    command.args([format!("-timeout={INPUT_TIME}"), format!("-max_len={}", options.max_len)]);
    // The tests begin in the same way each time. To search further, run one target.
    let seed = if options.all { options.seed.max(1) } else { options.seed };
    command.arg(format!("-seed={seed}")).args(&options.arguments);
    if options.all {
        // Without a line for each new branch. A failure is still printed.
        command.args(["-verbosity=0", RUNS_OF_TESTS]);
    }
    if let Some(input) = &options.input {
        command.arg(input);
    } else {
        let corpus = inputs.join("corpus").join(&target.name);
        command.arg(format!("-max_total_time={seconds}")).args([&found, &corpus, &failures]);
    }
    println!("{}: {}", target.name, target.description);
    let is_good = succeeds(&mut command);
    if !is_good && options.input.is_none() {
        println!(
            "\nThe input is in {}. `cargo test -p fuzz` runs it again. Give it a name that says what is \
             wrong, and check it in with what mends it.",
            failures.display()
        );
    }
    // An empty folder is left as it was: git does not know it.
    let _ = fs::remove_dir(&failures);
    Ok(is_good)
}
