//! Random numbers, and numbers that are not.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU8, Ordering};

/// Sixteen random bytes.
pub(crate) fn random() -> [u8; 16] {
    let numbers = [0_u8; 2].map(|zero| RandomState::new().hash_one(zero).to_be_bytes());
    numbers.concat().try_into().unwrap()
}

/// Numbers that are the same in each process.
static COUNT: AtomicU8 = AtomicU8::new(0);

/// The next of them.
pub(crate) fn next_count() -> u8 {
    COUNT.fetch_add(1, Ordering::Relaxed)
}
