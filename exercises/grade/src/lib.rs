//! Grades the exercises: a learner's code, with the course's tests.
//!
//! An [exercise](Exercise) is a file of code that looks right, and the tests that it fails. To grade
//! an answer is to put its code before the tests of the course, to [compile and run](try_out) both,
//! and to say what [became](Outcome) of it.

mod course;
mod grade;
mod judge;
mod junit;
mod limits;
mod outcome;
mod parts;
mod program;
mod refused;
mod stubs;
mod table;

pub use course::{Course, Exercise};
pub use grade::{Grade, Graded, grade};
pub use junit::junit;
pub use outcome::{FailedTest, Outcome};
pub use parts::{code_of, tests_of};
pub use program::{try_out, try_out_all};
pub use stubs::stubs;
pub use table::table;
