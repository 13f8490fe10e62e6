//! Tickets: who holds one may open one WebSocket, soon. There is no clock and no input or output in
//! here, so a test can play any order of events.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};

// ANCHOR: state
/// The tickets that were issued and not used yet, the oldest first.
pub(crate) struct Tickets {
    open: VecDeque<Ticket>,
    /// How many can be open at the same time. If one more is issued, the oldest becomes invalid.
    max: usize,
    /// How long a ticket is valid.
    life: Duration,
}

/// What is known about a ticket. The ticket itself is a secret, and only its holder has it.
struct Ticket {
    /// The SHA-256 digest of the secret. The time of a comparison of digests tells nothing about it.
    digest: [u8; 32],
    /// Whom it was issued to.
    session: String,
    /// It is not valid at this time and later.
    end: Instant,
}
// ANCHOR_END: state

// ANCHOR: tickets
impl Tickets {
    /// Allows `max` open tickets, which are valid for `life`.
    pub(crate) fn new(max: usize, life: Duration) -> Self {
        Self { open: VecDeque::with_capacity(max), max, life }
    }

    /// Issues a ticket to a session. The caller has drawn the secret at random.
    pub(crate) fn issue(&mut self, secret: &str, session: &str, now: Instant) {
        self.drop_late(now);
        if self.open.len() == self.max {
            self.open.pop_front();
        }
        let (digest, session) = (Sha256::digest(secret).into(), session.to_owned());
        self.open.push_back(Ticket { digest, session, end: now + self.life });
    }

    /// Takes a ticket. Returns the session that it was issued to, or `None` if it is not valid.
    pub(crate) fn redeem(&mut self, secret: &str, now: Instant) -> Option<String> {
        self.drop_late(now);
        let digest: [u8; 32] = Sha256::digest(secret).into();
        let place = self.open.iter().position(|ticket| ticket.digest == digest)?;
        // It is removed, so it cannot be used again.
        self.open.remove(place).map(|ticket| ticket.session)
    }

    /// All tickets live equally long, so those that have ended are at the front.
    fn drop_late(&mut self, now: Instant) {
        while self.open.pop_front_if(|ticket| ticket.end <= now).is_some() {}
    }
}
// ANCHOR_END: tickets

#[cfg(test)]
mod tests {
    use super::*;

    const LIFE: Duration = Duration::from_secs(30);

    // ANCHOR: tests
    #[test]
    fn a_ticket_is_valid_once() {
        let (mut tickets, now) = (Tickets::new(10, LIFE), Instant::now());
        tickets.issue("secret", "Ada's session", now);
        assert_eq!(tickets.redeem("guess", now), None);
        assert_eq!(tickets.redeem("secret", now).as_deref(), Some("Ada's session"));
        assert_eq!(tickets.redeem("secret", now), None);
    }

    #[test]
    fn a_ticket_is_valid_for_its_time() {
        let (mut tickets, now) = (Tickets::new(10, LIFE), Instant::now());
        for secret in ["used in time", "used late"] {
            tickets.issue(secret, "Ada's session", now);
        }
        assert!(tickets.redeem("used in time", now + Duration::from_secs(29)).is_some());
        assert!(tickets.redeem("used late", now + LIFE).is_none());
    }

    #[test]
    fn the_number_of_open_tickets_has_a_limit() {
        let (mut tickets, now) = (Tickets::new(10, LIFE), Instant::now());
        let capacity = tickets.open.capacity();
        for number in 0..1000 {
            tickets.issue(&number.to_string(), "Ada's session", now);
        }
        assert_eq!((tickets.open.len(), tickets.open.capacity()), (10, capacity));
        assert!(tickets.redeem("989", now).is_none());
        assert!((990..1000).all(|number| tickets.redeem(&number.to_string(), now).is_some()));
    }
    // ANCHOR_END: tests
}
