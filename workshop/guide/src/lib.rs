//! Guides a reader who builds a WebSocket server in `workshop/`, one stage after the other.
//!
//! `course` is what there is to know about a stage: its [text](stage), its [solution], and the
//! [difference] between two solutions.

mod course;

pub use course::{difference, solution, stage};
