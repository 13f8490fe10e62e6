//! What a run leaves behind: `index.json` for programs, `index.html` for people, and one
//! case for a terminal.

mod json;
pub(crate) mod judged;
mod page;
pub mod people;
pub(crate) mod write;
