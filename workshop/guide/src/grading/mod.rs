//! The grades of learners, each with a folder of their own.

pub(crate) mod copy;
pub(crate) mod grade;
pub(crate) mod junit;
pub(crate) mod outcome;
pub(crate) mod table;
