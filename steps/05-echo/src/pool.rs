//! Buffers for those who have something to put into them.
//!
//! Most connections are quiet most of the time, and a quiet connection owns no buffer: it takes one
//! from its thread's pool when bytes arrive, and gives it back when they are used up. So a thread
//! needs as many buffers as connections are busy at once, which is about one.

use std::cell::RefCell;

/// The room in a buffer that is new, in bytes.
pub(crate) const BUFFER: usize = 256 * 1024;
/// Buffers that a thread keeps at most.
const KEPT: usize = 8;
/// The largest buffer that is kept. One that had to grow beyond it is freed after use.
const KEPT_SIZE_MAX: usize = 2 * 1024 * 1024;

thread_local! {
    static BUFFERS: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
}

// ANCHOR: pool
/// An empty buffer with room for at least [`BUFFER`] bytes.
#[inline]
pub(crate) fn take() -> Vec<u8> {
    let kept = BUFFERS.with_borrow_mut(Vec::pop);
    kept.unwrap_or_else(|| Vec::with_capacity(BUFFER))
}

/// Gives a buffer back; what is in it is forgotten.
#[expect(clippy::inline_always, reason = "two calls cost a message 60 instructions")]
#[inline(always)]
pub(crate) fn give(mut buffer: Vec<u8>) {
    if (BUFFER..=KEPT_SIZE_MAX).contains(&buffer.capacity()) {
        buffer.clear();
        BUFFERS.with_borrow_mut(|kept| {
            if kept.len() < KEPT {
                kept.push(buffer);
            }
        });
    }
}
// ANCHOR_END: pool
