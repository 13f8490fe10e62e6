//! How we know that something the book shows works: a test runs it, or there is a reason why not.

use serde::Deserialize;

use crate::names::check_test;

/// A test, or a reason.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Proof {
    /// The test that runs it, `FILE::NAME`.
    Test(String),
    /// Why no test does.
    Reason(String),
}

impl Proof {
    /// Returns what is wrong with it, if anything: a test that does not exist.
    pub fn fault(&self) -> Option<String> {
        let Self::Test(test) = self else { return None };
        check_test(test).err().map(|error| error.to_string())
    }
}
