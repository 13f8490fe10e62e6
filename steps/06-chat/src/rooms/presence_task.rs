//! Keeps the rooms of this process and the claims in Redis in agreement.

use std::sync::Weak;
use std::time::Duration;

use redis::RedisResult;
use tokio::time::{interval, timeout};

use crate::rooms::presence::{Names, Presence, RESPONSE_TIME};
use crate::rooms::registry::Rooms;
use crate::rooms::room::Room;

/// How often the rooms are compared with the claims.
const INTERVAL: Duration = Duration::from_millis(500);

/// Runs for as long as there are rooms: releases the names of members who have left, tells each
/// room who is in it on other servers, and tells Redis that this process is alive.
pub(crate) async fn keep_presence(mut presence: Presence, rooms: Weak<Rooms>) {
    let mut ticks = interval(INTERVAL);
    loop {
        let is_time = tokio::select! {
            _ = ticks.tick() => true,
            () = presence.more_released.notified() => false,
        };
        let Some(rooms) = rooms.upgrade() else { return };
        let is_local = |room: &str, name: &str| rooms.is_local(room, name);
        let _ = timeout(RESPONSE_TIME, presence.release_left(is_local)).await;
        if !is_time {
            continue;
        }
        for room in rooms.all() {
            if let Ok(Ok(remote)) = timeout(RESPONSE_TIME, compare(&mut presence, &room)).await {
                room.set_remote(remote);
            }
        }
        let _ = timeout(RESPONSE_TIME, presence.say_alive()).await;
    }
}

/// Returns the names in a room on other servers, and corrects what differs: names of ours that
/// Redis has forgotten, members who are connected to another server now, and names of dead
/// processes.
async fn compare(presence: &mut Presence, room: &Room) -> RedisResult<Names> {
    let claims = presence.claims(&room.name).await?;
    let mut forgotten = room.local();
    forgotten.retain(|(name, _)| {
        let is_remote = claims.remote.contains(name);
        if is_remote {
            room.evict(name);
        }
        !is_remote && !claims.local.contains(name)
    });
    presence.correct(&room.name, &forgotten, claims.dead).await?;
    Ok(claims.remote)
}
