//! The messages of groups 12 and 13, which are made, compressed once, and shared by the cases.

pub(super) mod prepared;
pub(super) mod samples;
