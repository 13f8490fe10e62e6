//! A simulation of the processes that share a log: from one number, the seed, follow their Redis,
//! its faults, the people and the order of everything. An oracle judges whether the promises of the
//! chat were kept, and a seed that fails can be run again step by step.

mod crowd;
mod mutants;
mod mutation;
mod network;
mod oracle;
mod people;
mod plan;
mod random;
mod redis;
mod run;
mod service;
mod story;
mod time;
mod trouble;
mod world;

pub use mutants::{MUTANTS, Mutant};
pub use mutation::{log, try_mutants};
pub use run::run;
pub use story::{Broken, Rule, Story};
