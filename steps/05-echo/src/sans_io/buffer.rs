//! A pool of buffers for each thread, and buffers that grow up to a limit.
//!
//! Most connections are idle most of the time, and an idle connection owns no buffer. It takes one
//! from its thread's pool before it reads, and gives it back when the bytes are used. So a thread
//! needs a buffer only for each connection that is busy at the same moment.

use std::cell::RefCell;

/// The capacity of a new buffer, in bytes.
pub(super) const CAPACITY: usize = 256 * 1024;
/// The most buffers that a thread's pool keeps.
const KEPT: usize = 8;
/// The capacity of the largest buffer in the pool. A larger one is freed after use.
const KEPT_CAPACITY_MAX: usize = 2 * 1024 * 1024;
/// A buffer that needs its maximum divided by this number gets the whole maximum at once.
const LAST_PART: usize = 8;

// ANCHOR: pool
thread_local! {
    /// The pool: empty buffers that no connection needs now.
    static BUFFERS: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
}

/// Returns an empty buffer with a capacity of at least [`CAPACITY`] bytes.
pub(super) fn take() -> Vec<u8> {
    let kept = BUFFERS.with_borrow_mut(Vec::pop);
    kept.unwrap_or_else(|| Vec::with_capacity(CAPACITY))
}

/// Gives a buffer back to the pool. Its content is discarded.
pub(super) fn give(mut buffer: Vec<u8>) {
    if (CAPACITY..=KEPT_CAPACITY_MAX).contains(&buffer.capacity()) {
        buffer.clear();
        BUFFERS.with_borrow_mut(|kept| {
            if kept.len() < KEPT {
                kept.push(buffer);
            }
        });
    }
}
// ANCHOR_END: pool

// ANCHOR: grow
/// Makes room for `more` bytes in a buffer that will never hold more than `most` bytes.
///
/// A buffer that always doubles can take twice its limit, and three times while its content is
/// moved. This one doubles only until it needs an eighth of `most`. Then it reserves all of `most`.
/// The system provides memory only when it is written to, so room for bytes that never arrive costs
/// nothing.
pub(super) fn grow(buffer: &mut Vec<u8>, more: usize, most: usize) {
    let needed = buffer.len() + more;
    if needed > buffer.capacity() {
        let doubled = needed.max(2 * buffer.capacity());
        let capacity = if doubled >= most / LAST_PART { most.max(needed) } else { doubled };
        buffer.reserve_exact(capacity - buffer.len());
    }
}
// ANCHOR_END: grow

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_that_was_given_back_is_used_again_and_is_empty() {
        let mut first = take();
        assert!(first.is_empty() && first.capacity() >= CAPACITY);
        first.extend(b"a secret");
        let place = first.as_ptr();
        give(first);
        let again = take();
        assert_eq!((again.as_ptr(), again.as_slice()), (place, &[][..]));
    }

    /// Otherwise one moment of many busy connections would take memory for ever.
    #[test]
    fn the_pool_keeps_few_buffers() {
        let buffers: Vec<_> = (0..KEPT + 3).map(|_| take()).collect();
        buffers.into_iter().for_each(give);
        assert_eq!(BUFFERS.with_borrow(Vec::len), KEPT);
    }

    /// A small buffer would not be large enough for whoever takes it, and a large one would not be freed.
    #[test]
    fn the_pool_keeps_buffers_of_the_usual_size() {
        for (capacity, is_kept) in [
            (CAPACITY - 1, false),
            (CAPACITY, true),
            (KEPT_CAPACITY_MAX, true),
            (KEPT_CAPACITY_MAX + 1, false),
        ] {
            give(Vec::with_capacity(capacity));
            assert_eq!(BUFFERS.with_borrow_mut(|kept| kept.pop().is_some()), is_kept, "{capacity}");
        }
    }

    #[test]
    fn a_buffer_with_room_stays_as_it_is() {
        let mut buffer = vec![1; 100];
        buffer.reserve_exact(50);
        let (place, capacity) = (buffer.as_ptr(), buffer.capacity());
        grow(&mut buffer, capacity - 100, 1_000_000);
        assert_eq!((buffer.as_ptr(), buffer.capacity()), (place, capacity));
    }

    /// It is moved seldom, and never has room for more than its maximum.
    #[test]
    fn a_growing_buffer_is_moved_seldom_and_stays_within_its_maximum() {
        const MOST: usize = 1_000_000;
        let mut buffer = Vec::new();
        let mut capacities = vec![0];
        while buffer.len() < MOST {
            grow(&mut buffer, 1_000, MOST);
            buffer.extend([7; 1_000]);
            assert!(buffer.capacity() <= MOST, "{}", buffer.capacity());
            if buffer.capacity() != capacities[capacities.len() - 1] {
                capacities.push(buffer.capacity());
            }
        }
        // It doubles, until it needs an eighth of the maximum.
        let doubled = [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000];
        assert_eq!(capacities, [&[0][..], &doubled, &[MOST]].concat());
    }

    /// With a maximum that is too low, the bytes still have room.
    #[test]
    fn there_is_always_room_for_what_is_needed() {
        for most in [0, 10, 100] {
            let mut buffer = vec![1; 50];
            grow(&mut buffer, 70, most);
            assert!(buffer.capacity() >= 120, "{most}");
        }
    }
}
