//! The machine: its properties, and how its cores are divided.

use serde::{Deserialize, Serialize};
use sysinfo::{CpuRefreshKind, Pid, ProcessRefreshKind, ProcessesToUpdate, RefreshKind, System};

/// The properties of the machine that figures depend on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// The name of the processor.
    pub processor: String,
    /// The number of cores that this process may use.
    pub cores: usize,
    /// The operating system and its version.
    pub system: String,
    /// The congestion control of TCP, where the system tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub congestion_control: Option<String>,
    /// Whether server and load each had a core of their own.
    pub pinned: bool,
    /// The day, in UTC.
    pub date: String,
}

/// The processor time and memory that a process has used.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Usage {
    /// Seconds of processor time.
    pub seconds: f64,
    /// Bytes of memory that are resident.
    pub memory: u64,
}

impl Machine {
    /// Returns the machine on which this program runs.
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
            date: time::OffsetDateTime::now_utc().date().to_string(),
        }
    }
}

/// Returns what one of our processes has used.
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

/// A core for the server and another one for the load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cores {
    /// The server's.
    pub server: usize,
    /// The load's.
    pub load: usize,
}

#[cfg(target_os = "linux")]
impl Cores {
    /// Returns two cores that this process may use. `None` if it has fewer, or if the system offers
    /// no way to choose one.
    pub fn find() -> Option<Self> {
        use rustix::thread::{CpuSet, sched_getaffinity};

        let ours = sched_getaffinity(None).ok()?;
        let mut cores = (0..CpuSet::MAX_CPU).filter(|core| ours.is_set(*core));
        Some(Self { server: cores.next()?, load: cores.next()? })
    }

    /// Starts something on one of the two cores, where it stays.
    pub fn on<Started>(core: fn(Self) -> usize, start: impl FnOnce() -> Started) -> Started {
        use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

        let Some(cores) = Self::find() else { return start() };
        // A child process inherits the cores that its parent has when it starts.
        let ours = sched_getaffinity(None);
        let mut one = CpuSet::new();
        one.set(core(cores));
        let _ = sched_setaffinity(None, &one);
        let started = start();
        let _ = ours.and_then(|ours| sched_setaffinity(None, &ours));
        started
    }
}

#[cfg(not(target_os = "linux"))]
impl Cores {
    /// Returns `None`: this system offers no way to choose a core.
    pub fn find() -> Option<Self> {
        None
    }

    /// Starts something on any core.
    pub fn on<Started>(_core: fn(Self) -> usize, start: impl FnOnce() -> Started) -> Started {
        start()
    }
}

/// Raises the limit of open files as far as the system allows, for this process and its children,
/// and returns the limit.
pub fn open_files() -> u64 {
    // On a system without such a limit, any number is allowed.
    rlimit::increase_nofile_limit(u64::MAX).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_uses_memory() {
        assert!(usage(std::process::id()).memory > 100_000);
    }
}
