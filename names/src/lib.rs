//! The rule for the names of people and rooms: what is a name, which spellings are one name, and
//! which names look alike.
//!
//! A name may be written in any script, and with emoji. It is Unicode that says what is a letter,
//! what is invisible, and which characters look alike; this crate only says what follows:
//!
//! - Two spellings of the same characters are one name: names are kept in normalization form C
//!   ([UAX #15](https://www.unicode.org/reports/tr15/)).
//! - Everything in a name can be seen. Invisible characters are allowed only where they change how
//!   the characters beside them look, as in Persian, in Indic scripts and in emoji.
//! - Nothing in a name changes the direction of the text around it.
//! - Names that look alike have the same [`looks`], the skeleton of
//!   [UTS #39](https://www.unicode.org/reports/tr39/#Confusable_Detection).

mod characters;
mod joiners;
mod marks;
mod name;
mod problem;

pub use name::{NAME_MAX, Name, looks};
pub use problem::NotAName;
