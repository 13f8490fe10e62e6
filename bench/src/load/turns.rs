//! The loop of a load: the system reports which connections can continue, and they do, until the
//! time is up.

use std::io;
use std::time::{Duration, Instant};

use mio::{Events, Poll, Registry};

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

/// Warms up, then counts for some seconds, and returns the count for one second. `turn` lets the
/// connections with events continue, and returns how much they achieved.
pub(super) fn count_a_second(
    poll: &mut Poll,
    seconds: f64,
    mut turn: impl FnMut(&Registry, &Events) -> Result<u64, String>,
) -> Result<f64, String> {
    let begin = Instant::now() + Duration::from_secs_f64(seconds * WARM_UP);
    let time = Duration::from_secs_f64(seconds);
    let mut events = Events::with_capacity(EVENTS);
    let mut count = 0;
    let mut mark = None;
    loop {
        poll.poll(&mut events, Some(PATIENCE)).map_err(broken)?;
        if events.is_empty() {
            return Err(format!("nothing has come back for {PATIENCE:?}"));
        }
        count += turn(poll.registry(), &events)?;
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
