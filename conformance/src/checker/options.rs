//! What to check, and how.

use std::hash::{BuildHasher as _, RandomState};
use std::time::Duration;

use crate::target::Target;

/// What to check and how long to wait.
#[derive(Clone, Debug)]
pub struct Options {
    /// The server.
    pub target: Target,
    /// The highest level to check, 1 to 6.
    pub level: u8,
    /// Whether to run the hostile checks too.
    pub hostile: bool,
    /// The path of the rooms, for level 6: `/ws` if `/ws/ROOM/NAME` is a place in a room.
    pub rooms: String,
    /// How long an answer may take.
    pub answer: Duration,
    /// How long a server may wait for a peer that is silent, in the hostile checks.
    pub patience: Duration,
    /// The longest message that the server accepts, in bytes, if that is known.
    pub message_max: Option<u64>,
    /// The server's process, if its memory is to be looked at.
    pub pid: Option<u32>,
    /// The seed of the random values: the same seed gives the same run.
    pub seed: u64,
    /// Only these checks, and those that they need; all, if it is empty. `utf8/*` is a group.
    pub only: Vec<String>,
    /// All checks of the stages up to this one, stage by stage, instead of those of the levels.
    pub stage: Option<u8>,
    /// Whether to stop at the first failure, in the order of the checks.
    pub first: bool,
}

impl Options {
    /// All checks of levels 1 to 5 except the hostile ones, which suit most servers.
    pub fn new(target: Target) -> Self {
        Self {
            target,
            level: 5,
            hostile: false,
            rooms: "/ws".to_owned(),
            answer: Duration::from_secs(2),
            patience: Duration::from_secs(30),
            message_max: None,
            pid: None,
            seed: RandomState::new().hash_one(()) & 0xffff_ffff,
            only: Vec::new(),
            stage: None,
            first: false,
        }
    }
}
