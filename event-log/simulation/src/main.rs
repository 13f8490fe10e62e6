//! Runs seeds, and tells the story of one.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::thread::{available_parallelism, scope};

use clap::Parser;
use simulation::{Story, run};

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
}

fn main() -> ExitCode {
    let options = Options::parse();
    let (first, seeds) = options.seed.map_or((options.first, options.seeds), |seed| (seed, 1));
    let is_told = options.story;
    let threads = available_parallelism().map_or(1, usize::from) as u64;
    let stories: Vec<Vec<(u64, Story)>> = scope(|scope| {
        let work = (0..threads).map(|thread| {
            scope.spawn(move || {
                let own = (first..first + seeds).filter(|seed| seed % threads == thread);
                own.map(|seed| (seed, run(seed, is_told))).collect::<Vec<_>>()
            })
        });
        let work: Vec<_> = work.collect();
        work.into_iter().filter_map(|thread| thread.join().ok()).collect()
    });
    let mut counts: BTreeMap<&'static str, (u64, u64)> = BTreeMap::new();
    let mut failed: Vec<(u64, Story)> = Vec::new();
    let mut ran = 0;
    for (seed, story) in stories.into_iter().flatten() {
        ran += 1;
        for (kind, count) in &story.counts {
            let (total, in_seeds) = counts.entry(kind).or_default();
            *total += count;
            *in_seeds += 1;
        }
        for line in &story.lines {
            println!("{line}");
        }
        if !story.broken.is_empty() {
            failed.push((seed, story));
        }
    }
    failed.sort_by_key(|(seed, _)| *seed);
    if !is_told {
        println!("{:>9}  {:>7}  what", "times", "% seeds");
        for (kind, (total, in_seeds)) in &counts {
            println!("{total:>9}  {:>7.1}  {kind}", *in_seeds as f64 * 100.0 / ran as f64);
        }
    }
    for (seed, story) in failed.iter().take(20) {
        if let Some(broken) = story.broken.first() {
            println!("seed {seed}: {:?}: {}", broken.rule, broken.what);
        }
    }
    let mut rules: BTreeMap<String, u64> = BTreeMap::new();
    for (_, story) in &failed {
        if let Some(broken) = story.broken.first() {
            *rules.entry(format!("{:?}", broken.rule)).or_default() += 1;
        }
    }
    println!("{} of {ran} seeds failed {rules:?}", failed.len());
    ExitCode::from(u8::from(ran < seeds || !failed.is_empty()))
}
