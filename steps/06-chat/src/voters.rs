//! The owner of a vote.
//!
//! A key belongs to the one who has used it: two strangers may both vote under the key `v1`, and a
//! voter who sends a vote again is counted once. Strangers are told apart by their sessions. Without
//! sessions, two pages that are open at the same time are two voters, and a page that comes after
//! another one has been closed may be the same voter again.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use event_log::digest;
use lru::LruCache;

/// Votes without a session that are remembered, as many as the log remembers.
const REMEMBERED_MAX: usize = 100_000;

/// The voter at the other end of a connection.
pub(crate) enum Identity {
    /// The digest of a session.
    Session(Arc<str>),
    /// A page without a session, as long as it is open.
    Page(Arc<()>),
}

impl Identity {
    /// Returns the identity of a page with this session, which may be empty.
    pub(crate) fn new(session: &str) -> Self {
        match session {
            "" => Self::Page(Arc::default()),
            session => Self::Session(digest(session).into()),
        }
    }
}

/// The votes of pages without a session.
pub(crate) struct Strangers {
    /// For each key and candidate, the pages that have sent this vote. Each has a place, which is
    /// free again when the page is closed.
    pages: Mutex<LruCache<[Box<str>; 2], Pages>>,
}

type Pages = Vec<Weak<()>>;

impl Strangers {
    pub(crate) fn new() -> Self {
        Self { pages: Mutex::new(LruCache::unbounded()) }
    }

    // ANCHOR: owner
    /// Returns the owner of a vote: the session, or a number that no other open page has which has
    /// sent the same vote. The first has none, so that a vote by POST without a session is the same.
    pub(crate) fn owner(&self, voter: &Identity, key: &str, candidate: &str) -> Arc<str> {
        let page = match voter {
            Identity::Session(session) => return Arc::clone(session),
            Identity::Page(page) => page,
        };
        let mut known = self.pages.lock().unwrap_or_else(PoisonError::into_inner);
        let pages = known.get_or_insert_mut([key.into(), candidate.into()], Pages::new);
        let is_own = |other: &Weak<()>| Weak::as_ptr(other) == Arc::as_ptr(page);
        let is_closed = |other: &Weak<()>| other.strong_count() == 0;
        let place = pages.iter().position(is_own).or_else(|| pages.iter().position(is_closed));
        let place = place.unwrap_or(pages.len());
        if place == pages.len() {
            pages.push(Weak::new());
        }
        pages[place] = Arc::downgrade(page);
        if known.len() > REMEMBERED_MAX {
            known.pop_lru();
        }
        if place == 0 { Arc::default() } else { place.to_string().into() }
    }
    // ANCHOR_END: owner
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_that_are_open_at_the_same_time_are_different_voters() {
        let strangers = Strangers::new();
        let owner = |voter: &Identity| strangers.owner(voter, "v1", "Ada").to_string();
        let pages: Vec<Identity> = (0..3).map(|_| Identity::new("")).collect();
        for _ in 0..2 {
            // Each stays the same when it repeats its vote.
            assert_eq!(pages.iter().map(owner).collect::<Vec<_>>(), ["", "1", "2"]);
        }
        assert_eq!(&*strangers.owner(&pages[1], "v1", "Grace"), "");
        assert_eq!(&*strangers.owner(&pages[1], "v2", "Ada"), "");
        // A page that comes after one of them was closed may be that one again.
        let [first, second, third] = pages.try_into().ok().unwrap();
        drop(second);
        let again = Identity::new("");
        assert_eq!([&first, &again, &third].map(owner), ["", "1", "2"]);
    }

    #[test]
    fn a_session_is_one_voter_and_its_secret_is_not_stored() {
        let strangers = Strangers::new();
        let [page, other] = ["secret", "other"].map(Identity::new);
        let owner = strangers.owner(&page, "v1", "Ada");
        assert_eq!(owner, strangers.owner(&Identity::new("secret"), "v2", "Grace"));
        assert_ne!(owner, strangers.owner(&other, "v1", "Ada"));
        assert!(!owner.is_empty() && !owner.contains("secret"));
    }
}
