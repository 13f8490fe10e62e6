//! The loop of a load: the system reports which connections can continue, and they do, until the
//! time is up.

use std::io;
use std::time::{Duration, Instant};

use mio::{Events, Poll};

use crate::load::opening::PATIENCE;

/// The largest number of events that the system reports at a time.
const EVENTS: usize = 1024;
/// The time to warm up, as a part of the measured time.
const WARM_UP: f64 = 0.33;

/// Converts an error of the system to a sentence.
#[expect(clippy::needless_pass_by_value, reason = "`map_err` hands it over")]
pub(super) fn broken(error: io::Error) -> String {
    format!("a connection has broken: {error}")
}

/// Returns a list for events.
pub(super) fn events() -> Events {
    Events::with_capacity(EVENTS)
}

/// Waits until the system reports events.
pub(super) fn wait(poll: &mut Poll, events: &mut Events) -> Result<(), String> {
    poll.poll(events, Some(PATIENCE)).map_err(broken)?;
    if events.is_empty() {
        return Err(format!("nothing has come back for {PATIENCE:?}"));
    }
    Ok(())
}

/// Warms up, then counts for some seconds, and returns the count for one second. `turn` waits for
/// connections that can continue, lets them, and returns how much they achieved.
pub(super) fn count_a_second(
    seconds: f64,
    mut turn: impl FnMut() -> Result<u64, String>,
) -> Result<f64, String> {
    let begin = Instant::now() + Duration::from_secs_f64(seconds * WARM_UP);
    let time = Duration::from_secs_f64(seconds);
    let mut count = 0;
    let mut mark = None;
    loop {
        count += turn()?;
        let now = Instant::now();
        match mark {
            None if now >= begin => mark = Some((now, count)),
            #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
            Some((then, before)) if now >= then + time => {
                return Ok((count - before) as f64 / (now - then).as_secs_f64());
            }
            _ => {}
        }
    }
}
