//! Charts as SVG, for light and dark pages, readable on a phone.

pub mod dots;
pub mod lines;
mod scale;
pub(crate) mod style;
mod svg;
