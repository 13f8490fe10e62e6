//! The machine: what it is, and how its cores are shared out.

use serde::{Deserialize, Serialize};
use sysinfo::{CpuRefreshKind, Pid, ProcessRefreshKind, ProcessesToUpdate, RefreshKind, System};

/// What figures depend on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// The processor, as it calls itself.
    pub processor: String,
    /// How many of its cores we see.
    pub cores: usize,
    /// The operating system and its version.
    pub system: String,
    /// How the kernel decides what TCP may send, where that can be asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub congestion_control: Option<String>,
    /// Had server and load a core of their own each?
    pub pinned: bool,
    /// The day, in UTC.
    pub date: String,
}

/// What a process has used so far.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Usage {
    /// Seconds of processor time.
    pub seconds: f64,
    /// Bytes of memory that are resident.
    pub memory: u64,
}

impl Machine {
    /// The machine that we run on.
    #[must_use]
    pub fn here() -> Self {
        let system =
            System::new_with_specifics(RefreshKind::nothing().with_cpu(CpuRefreshKind::nothing()));
        let cpus = system.as_ref().map(System::cpus).unwrap_or_default();
        let processor = cpus.first().map(|cpu| cpu.brand().trim().to_owned());
        let congestion_control = "/proc/sys/net/ipv4/tcp_congestion_control";
        let congestion_control = std::fs::read_to_string(congestion_control).ok();
        Self {
            processor: processor.unwrap_or_default(),
            cores: cpus.len(),
            system: System::long_os_version().unwrap_or_default(),
            congestion_control: congestion_control.map(|name| name.trim().to_owned()),
            pinned: Cores::find().is_some(),
            date: today(),
        }
    }
}

/// The day, as 2026-11-21.
fn today() -> String {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    date(since.map_or(0, |since| since.as_secs() / 86_400))
}

/// The day that is so many days after the first of 1970, by the Gregorian calendar.
fn date(mut days: u64) -> String {
    let is_leap =
        |year: u64| year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400);
    let mut year = 1970;
    while days >= 365 + u64::from(is_leap(year)) {
        days -= 365 + u64::from(is_leap(year));
        year += 1;
    }
    let mut month = 1;
    for length in [31, 28 + u64::from(is_leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30] {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    format!("{year}-{month:02}-{:02}", days + 1)
}

/// What a process of ours has used.
#[must_use]
pub fn usage(process: u32) -> Usage {
    let process = Pid::from_u32(process);
    let Ok(mut system) = System::new() else { return Usage::default() };
    let kind = ProcessRefreshKind::nothing().with_cpu().with_memory();
    system.refresh_processes_specifics(ProcessesToUpdate::Some(&[process]), false, kind);
    let Some(process) = system.process(process) else { return Usage::default() };
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of processor time")]
    let seconds = process.accumulated_cpu_time() as f64 / 1000.0;
    Usage { seconds, memory: process.memory() }
}

/// A core for the server and one for the load, so that they do not meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cores {
    /// The server's.
    pub server: usize,
    /// The load's.
    pub load: usize,
}

#[cfg(target_os = "linux")]
impl Cores {
    /// Two cores that we may use; `None` if there are none, or this system has no way to ask for one.
    #[must_use]
    pub fn find() -> Option<Self> {
        use rustix::thread::{CpuSet, sched_getaffinity};

        let ours = sched_getaffinity(None).ok()?;
        let mut cores = (0..CpuSet::MAX_CPU).filter(|core| ours.is_set(*core));
        Some(Self { server: cores.next()?, load: cores.next()? })
    }

    /// Starts something that stays on this core.
    pub fn on<Started>(core: usize, start: impl FnOnce() -> Started) -> Started {
        use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

        // A child has the cores that its parent had when it began.
        let ours = sched_getaffinity(None);
        let mut one = CpuSet::new();
        one.set(core);
        let _ = sched_setaffinity(None, &one);
        let started = start();
        let _ = ours.and_then(|ours| sched_setaffinity(None, &ours));
        started
    }
}

#[cfg(not(target_os = "linux"))]
impl Cores {
    /// Two cores that we may use; `None`, as this system has no way to ask for one.
    #[must_use]
    pub fn find() -> Option<Self> {
        None
    }

    /// Starts something that would stay on this core if it could be asked for.
    pub fn on<Started>(_core: usize, start: impl FnOnce() -> Started) -> Started {
        start()
    }
}

/// Asks for as many open files as the system lets us have, for us and our children; says how many
/// that are, if it can be asked.
#[cfg(unix)]
#[must_use]
pub fn open_files() -> Option<u64> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let limit = getrlimit(Resource::Nofile);
    // macOS has a limit of its own besides, which it does not tell, and refuses what is over it.
    let wanted = [limit.maximum.unwrap_or(u64::MAX), 1 << 16, 24 * 1024, 10 * 1024];
    for current in
        wanted.into_iter().filter(|wanted| limit.maximum.is_none_or(|max| *wanted <= max))
    {
        let raised = Rlimit { current: Some(current), maximum: limit.maximum };
        if setrlimit(Resource::Nofile, raised).is_ok() {
            break;
        }
    }
    getrlimit(Resource::Nofile).current
}

/// Windows has no such limit.
#[cfg(not(unix))]
#[must_use]
pub fn open_files() -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_by_the_calendar() {
        assert_eq!(date(0), "1970-01-01");
        assert_eq!(date(11_016), "2000-02-29");
        assert_eq!(date(20_453), "2025-12-31");
        assert_eq!(date(20_454), "2026-01-01");
    }

    #[test]
    fn a_process_uses_memory() {
        assert!(usage(std::process::id()).memory > 100_000);
    }
}
