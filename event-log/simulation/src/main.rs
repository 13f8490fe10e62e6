//! Runs seeds, and tells the story of one.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::process::ExitCode;
use std::thread::{available_parallelism, scope};

use clap::Parser;
use simulation::{Story, run, try_mutants};

/// Failing seeds that are listed.
const LISTED: usize = 20;

/// Simulates processes that share a log over a Redis with faults, and judges what people receive
#[derive(Parser)]
#[command(name = "just simulate", bin_name = "just simulate")]
struct Options {
    /// How many seeds to run
    #[arg(long, default_value_t = 10_000)]
    seeds: u64,
    /// The first seed
    #[arg(long, default_value_t = 1)]
    first: u64,
    /// Run only this seed
    #[arg(long)]
    seed: Option<u64>,
    /// Print what happens, step by step
    #[arg(long)]
    story: bool,
    /// Run seeds until one breaks this rule
    #[arg(long, value_name = "RULE")]
    until: Option<String>,
    /// Break the log in many ways, one at a time, and check that the oracle notices; with a TEXT, only those faults
    /// that contain it
    #[arg(long, value_name = "TEXT", num_args = 0..=1, default_missing_value = "")]
    mutants: Option<String>,
}

fn main() -> ExitCode {
    match act(&Options::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        // The reader of standard output has gone.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Does what the options say. Returns whether all is well.
fn act(options: &Options) -> io::Result<bool> {
    let mut output = io::stdout().lock();
    if let Some(text) = &options.mutants {
        drop(output);
        return Ok(try_mutants(text)?.is_empty());
    }
    if let Some(rule) = &options.until {
        for seed in options.first..options.first + options.seeds {
            let story = run(seed, false);
            if let Some(broken) = story.broken.iter().find(|it| format!("{:?}", it.rule) == *rule) {
                writeln!(output, "seed {seed}: {}", broken.what)?;
                return Ok(true);
            }
        }
        writeln!(output, "not found")?;
        return Ok(false);
    }
    if let Some(seed) = options.seed {
        let story = run(seed, options.story);
        for line in &story.lines {
            writeln!(output, "{line}")?;
        }
        for broken in &story.broken {
            writeln!(output, "seed {seed}: {:?}: {}", broken.rule, broken.what)?;
        }
        return Ok(story.broken.is_empty());
    }
    let stories = run_all(options);
    report(&stories, &mut output)?;
    Ok(stories.len() as u64 == options.seeds && stories.iter().all(|(_, it)| it.broken.is_empty()))
}

/// Runs many seeds on all processors.
fn run_all(options: &Options) -> Vec<(u64, Story)> {
    let seeds = options.first..options.first + options.seeds;
    let threads = available_parallelism().map_or(1, usize::from) as u64;
    let mut stories: Vec<(u64, Story)> = scope(|scope| {
        let work = (0..threads).map(|thread| {
            let own = seeds.clone().filter(move |seed| seed % threads == thread);
            scope.spawn(|| own.map(|seed| (seed, run(seed, false))).collect::<Vec<_>>())
        });
        let work: Vec<_> = work.collect();
        work.into_iter().filter_map(|thread| thread.join().ok()).flatten().collect()
    });
    stories.sort_unstable_by_key(|(seed, _)| *seed);
    stories
}

/// Prints how often each thing has happened, and which seeds have failed.
fn report(stories: &[(u64, Story)], output: &mut impl Write) -> io::Result<()> {
    let mut counts: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    let mut rules: BTreeMap<String, u64> = BTreeMap::new();
    for (_, story) in stories {
        for (kind, count) in &story.counts {
            let (times, seeds) = counts.entry(kind).or_default();
            *times += count;
            *seeds += 1;
        }
        if let Some(broken) = story.broken.first() {
            *rules.entry(format!("{:?}", broken.rule)).or_default() += 1;
        }
    }
    writeln!(output, "{:>9}  {:>10}  what", "times", "% of seeds")?;
    for (kind, (times, seeds)) in &counts {
        let permille = seeds * 1_000 / stories.len().max(1) as u64;
        let share = format!("{}.{}", permille / 10, permille % 10);
        writeln!(output, "{times:>9}  {share:>10}  {kind}")?;
    }
    let failed = stories.iter().filter(|(_, story)| !story.broken.is_empty());
    for (seed, story) in failed.clone().take(LISTED) {
        if let Some(broken) = story.broken.first() {
            writeln!(output, "seed {seed}: {:?}: {}", broken.rule, broken.what)?;
        }
    }
    writeln!(output, "{} of {} seeds failed {rules:?}", failed.count(), stories.len())
}
