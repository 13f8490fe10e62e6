//! Work in several threads.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Calls `work` with each item, in their order, in this many threads, until it has returned `false`
/// once. What has begun then is done to its end.
pub(crate) fn in_parallel<Item: Sync>(
    items: &[Item],
    threads: usize,
    work: impl Fn(&Item) -> bool + Sync,
) {
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if !work(item) {
                        next.store(items.len(), Ordering::Relaxed);
                    }
                }
            });
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    #[test]
    fn every_item_is_worked_on_once() {
        let done = Mutex::new(Vec::new());
        in_parallel(&(0..50).collect::<Vec<u32>>(), 3, |item| {
            done.lock().unwrap().push(*item);
            true
        });
        let mut done = done.into_inner().unwrap();
        done.sort_unstable();
        assert_eq!(done, (0..50).collect::<Vec<_>>());
    }

    #[test]
    fn nothing_begins_after_a_failure() {
        let begun = AtomicUsize::new(0);
        in_parallel(&(1..100).collect::<Vec<u32>>(), 1, |item| {
            begun.fetch_add(1, Ordering::Relaxed);
            *item != 3
        });
        assert_eq!(begun.into_inner(), 3);
    }
}
