//! The memory of a process, if the system reports it.

use std::fs;

/// The name in `/proc` of the memory that a process has now.
pub(crate) const NOW: &str = "VmRSS:";
/// The name of the most that it ever had.
pub(crate) const PEAK: &str = "VmHWM:";

/// Returns the memory of a process in bytes, or `None` if there is no such process, or on another
/// system than Linux.
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
