//! What a run leaves behind: `index.json` for programs and `index.html` for people.

mod json;
pub(crate) mod judged;
mod page;
pub(crate) mod write;
