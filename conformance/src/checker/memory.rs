//! How much memory a process has, where the system says so.

use std::fs;

/// What `/proc` calls the memory that a process has now.
pub(crate) const NOW: &str = "VmRSS:";
/// And the most that it ever had.
pub(crate) const PEAK: &str = "VmHWM:";

/// The memory of a process in bytes. `None` if there is no such process, or no Linux.
pub(crate) fn of(pid: u32, which: &str) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(which))?;
    let kibibytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kibibytes * 1024)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn this_process_has_memory_and_had_at_least_as_much() {
        let [now, peak] = [NOW, PEAK].map(|which| of(std::process::id(), which).unwrap());
        assert!(now > 100_000 && peak >= now);
        assert_eq!(of(0, NOW), None);
    }
}
