//! What the book shows, made from the code and held against it.
//!
//! The pages in `book/src` hold no listing, transcript or difference of their own: they include
//! them. [`generated`] makes what the code does not hold in a form that can be included; the other
//! modules look for what a page promises and the code does not keep. Each check returns what is
//! wrong as sentences that begin with the place.

use std::error::Error;

pub mod book;
pub mod commands;
pub mod difference;
pub mod exercises;
pub mod frames;
pub mod generated;
pub mod include;
pub mod links;
pub mod listings;
pub mod live;
pub mod musts;
pub mod names;
pub mod page;
pub mod place;
pub mod program;
pub mod screens;
pub mod serve;
pub mod spelling;
pub mod transcripts;
pub mod unwoven;

/// A value, or one sentence on what is in the way.
pub type Outcome<T> = Result<T, Box<dyn Error>>;
