//! One run: from a seed to a verdict.

use crate::story::Story;
use crate::time::{SECOND, Time};
use crate::world::{Event, World};

/// The time between the end of all faults and the verdict.
const SETTLE: Time = 16 * SECOND;
/// The time in which a stranger must get a free name, when all is well.
const PROBE: Time = 3 * SECOND;

/// Runs a seed, and returns what has happened. With `is_told`, step by step.
pub fn run(seed: u64, is_told: bool) -> Story {
    let mut world = World::new(seed, is_told);
    world.prepare();
    let end = world.plan.end;
    go_on(&mut world, end);
    world.heal();
    go_on(&mut world, end + SETTLE);
    world.judge_end();
    world.send_probes();
    go_on(&mut world, end + SETTLE + PROBE);
    world.judge_probes();
    world.story
}

fn go_on(world: &mut World, end: Time) {
    while let Some(event) = world.next(end) {
        happens(world, event);
    }
    world.now = end;
}

/// Returns the process to which an event happens, if it is one that a stalled process notices later.
fn slot_of(world: &World, event: &Event) -> Option<usize> {
    match event {
        Event::Answers { to, .. } => Some(to.slot),
        Event::Opens(index)
        | Event::GivesUp(index)
        | Event::Noticed(index)
        | Event::Reads(index)
        | Event::Says(index, _) => Some(world.connections[*index].slot),
        Event::Wakes { slot } | Event::StopEnds { slot, .. } => Some(*slot),
        _ => None,
    }
}

fn happens(world: &mut World, event: Event) {
    if let Some(slot) = slot_of(world, &event) {
        let node = &mut world.nodes[slot];
        if node.process.is_some() && world.now < node.stalled_until {
            if !matches!(event, Event::Wakes { .. }) {
                node.deferred.push(event);
            }
            return;
        }
    }
    match event {
        Event::Arrives { from, command } => world.arrives(from, command),
        Event::BlockEnds { from } => world.block_ends(from),
        Event::Answers { to, reply, given_at } => world.answers(to, reply, given_at),
        Event::Wakes { slot } => world.wakes(slot),
        Event::GoesOn { slot } => world.goes_on(slot),
        Event::Opens(index) => world.opens(index),
        Event::GivesUp(index) => world.gives_up(index),
        Event::Noticed(index) => world.notices(index),
        Event::Reads(index) => world.reads(index),
        Event::Says(index, key) => world.says(index, &key),
        Event::Shows(index, frame) => world.shows(index, frame),
        Event::Returns(window) => world.returns(window),
        Event::Acts => world.act(),
        Event::Votes(index) => world.votes(index),
        Event::Begins(fault) => world.begins(&fault),
        Event::RedisUp { trouble } => world.redis_up(trouble),
        Event::Starts { slot } => world.starts(slot),
        Event::Saves => world.saves(),
        Event::StopEnds { slot, incarnation, time } => world.stop_ends(slot, incarnation, time),
    }
}
