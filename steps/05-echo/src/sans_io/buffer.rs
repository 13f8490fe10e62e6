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
