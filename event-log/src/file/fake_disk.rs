//! A disk for tests: it can be full, and its power can fail.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use rand::RngExt as _;
use rand::rngs::StdRng;
use redb::StorageBackend;

/// A disk writes one sector as a whole or not at all.
const SECTOR: usize = 512;

/// A file on a disk with a cache. A clone is the same file.
#[derive(Clone, Debug, Default)]
pub(crate) struct FakeDisk(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    /// The content that a reader sees, including what is only in the cache.
    seen: Vec<u8>,
    /// What is on the disk.
    synced: Vec<u8>,
    /// What is only in the cache.
    cached: Vec<Change>,
    /// Bytes that the file may have.
    capacity: Option<usize>,
    /// Changes until the power fails.
    changes_left: Option<u32>,
}

#[derive(Debug)]
enum Change {
    Length(usize),
    Sector(usize, Vec<u8>),
}

impl FakeDisk {
    /// Whether nothing was ever written.
    pub(crate) fn is_new(&self) -> bool {
        self.state().seen.is_empty()
    }

    /// From now on, the file cannot become longer than now; `false` makes room again.
    pub(crate) fn set_full(&self, is_full: bool) {
        let mut state = self.state();
        state.capacity = is_full.then_some(state.seen.len());
    }

    /// Lets the power fail after this number of changes. Until [`restart`](Self::restart), nothing
    /// works then.
    pub(crate) fn fail_after(&self, changes: u32) {
        self.state().changes_left = Some(changes);
    }

    /// The power is back. Of what was not synced, the disk has any part.
    pub(crate) fn restart(&self, random: &mut StdRng) {
        let mut state = self.state();
        let keeps = random.random_range(0.0..=1.0);
        for change in std::mem::take(&mut state.cached) {
            if random.random_bool(keeps) {
                change.apply(&mut state.synced);
            }
        }
        state.seen = state.synced.clone();
        state.changes_left = None;
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Change {
    fn apply(&self, file: &mut Vec<u8>) {
        match self {
            Self::Length(length) => file.resize(*length, 0),
            Self::Sector(offset, data) => {
                let end = offset + data.len();
                // A sector behind the end of the file makes the file longer.
                file.resize(file.len().max(end), 0);
                file[*offset..end].copy_from_slice(data);
            }
        }
    }
}

impl State {
    fn change(&mut self, change: Change) -> io::Result<()> {
        self.use_power()?;
        change.apply(&mut self.seen);
        self.cached.push(change);
        Ok(())
    }

    fn use_power(&mut self) -> io::Result<()> {
        match &mut self.changes_left {
            Some(0) => return Err(io::Error::other("the power has failed")),
            Some(left) => *left -= 1,
            None => {}
        }
        Ok(())
    }
}

fn position(offset: u64) -> io::Result<usize> {
    usize::try_from(offset).map_err(io::Error::other)
}

impl StorageBackend for FakeDisk {
    fn len(&self) -> io::Result<u64> {
        Ok(self.state().seen.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let (state, start) = (self.state(), position(offset)?);
        let part = state.seen.get(start..start + out.len());
        out.copy_from_slice(part.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        let (mut state, length) = (self.state(), position(length)?);
        if state.capacity.is_some_and(|capacity| length > capacity) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        state.change(Change::Length(length))
    }

    fn sync_data(&self) -> io::Result<()> {
        let mut state = self.state();
        state.use_power()?;
        let state = &mut *state;
        for change in state.cached.drain(..) {
            change.apply(&mut state.synced);
        }
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let (mut state, mut start) = (self.state(), position(offset)?);
        for sector in data.chunks(SECTOR) {
            state.change(Change::Sector(start, sector.to_vec()))?;
            start += sector.len();
        }
        Ok(())
    }
}
