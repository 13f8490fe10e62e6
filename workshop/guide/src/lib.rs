//! Guides a reader who builds a WebSocket server in `workshop/`, one stage after the other.
//!
//! The layers, lowest first: `course` is what there is to know about a stage, its [text](stage), its
//! [solution] and the [difference] between two solutions. `workshop` is the reader's folder, and
//! `run` is the program in it. `judge` judges that program, `screen` shows how it came out, and
//! `progress` is kept until the next time. `grading` does the same for learners. [`commands`] are
//! what is typed.

pub mod commands;
mod course;
mod grading;
mod judge;
mod markdown;
mod progress;
mod run;
mod screen;
mod workshop;

pub use course::{chinese, difference, solution, stage};
pub use run::server::Slot;
pub use screen::place;
pub use workshop::Workshop;
