//! Whether this process counts as connected with the others, and what its users are told about it:
//! each outage once, and a connection that is back at once not at all.

use std::time::Duration;

/// A connection that is lost and comes back within this time does not count as an outage.
const GRACE: Duration = Duration::from_secs(1);

/// What is known and told of an outage.
#[derive(Default)]
pub(crate) struct Outage {
    /// Until this time, a lost connection does not count as an outage.
    grace_until: Option<Duration>,
    /// Whether the users were told last that this process is connected.
    is_shared: bool,
    /// Why the connection was lost.
    problem: Option<String>,
    is_problem_told: bool,
}

/// What the users have to know.
#[derive(Default)]
pub(crate) struct Told {
    pub(crate) problem: Option<String>,
    pub(crate) is_shared: Option<bool>,
}

impl Outage {
    /// Whether the users were told last that this process is connected.
    pub(crate) fn is_shared(&self) -> bool {
        self.is_shared
    }

    /// Returns the time until which a lost connection does not count as an outage.
    pub(crate) fn deadline(&self) -> Option<Duration> {
        self.grace_until
    }

    /// Notes that something does not work. If it `may_be_harmless`, it counts as an outage only
    /// after some time.
    pub(crate) fn begin(&mut self, problem: String, now: Duration, may_be_harmless: bool) {
        self.problem = Some(problem);
        self.grace_until = may_be_harmless.then(|| now + GRACE);
    }

    /// Everything works.
    pub(crate) fn end(&mut self) {
        (self.grace_until, self.problem, self.is_problem_told) = (None, None, false);
    }

    /// Returns what the users have not been told yet, and takes it as told.
    pub(crate) fn tell(&mut self, now: Duration, is_connected: bool) -> Told {
        self.grace_until = self.grace_until.filter(|until| now < *until);
        let is_shared = is_connected || self.is_shared && self.grace_until.is_some();
        let mut told = Told::default();
        if !is_shared && !self.is_problem_told && self.problem.is_some() {
            self.is_problem_told = true;
            told.problem.clone_from(&self.problem);
        }
        if is_shared != self.is_shared {
            self.is_shared = is_shared;
            told.is_shared = Some(is_shared);
        }
        told
    }
}
