//! A TCP proxy between a program and a server. It can be slow, hang, cut connections, or refuse
//! them, so that one process has trouble with a server while the others have none.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::patience::PATIENCE;

/// Bytes read from a socket at a time.
const READ_SIZE: usize = 64 * 1024;
/// Pieces that may be under way in one direction of a connection.
const UNDER_WAY: usize = 1024;

/// A TCP proxy on a free port; its connections end when it is dropped.
pub struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    /// Notified when `state` has changed.
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// Where new connections go; `None` if they are refused.
    target: Option<SocketAddr>,
    /// How much later each end receives what the other one sends.
    delay: Duration,
    /// Connections with a lower number hang.
    hang_below: u64,
    /// The number of the next connection.
    next: u64,
    /// Both ends of each open connection.
    open: BTreeMap<u64, [TcpStream; 2]>,
    is_over: bool,
}

/// A piece of what one end has sent, and when it was read.
type Piece = (Instant, Vec<u8>);

impl Proxy {
    /// Starts a proxy in front of the server at this address.
    #[track_caller]
    pub fn start(target: SocketAddr) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port is needed");
        let address = listener.local_addr().expect("a listener has an address");
        let shared = Arc::new(Shared::default());
        shared.lock().target = Some(target);
        let accepts = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming() {
                if accepts.lock().is_over {
                    return;
                }
                if let Ok(stream) = stream {
                    connect(&accepts, stream);
                }
            }
        });
        Self { address, shared }
    }

    /// The address that programs connect to.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// From now on, new connections go to the server at this address.
    pub fn leads_to(&self, target: SocketAddr) {
        self.changes(|state| state.target = Some(target));
    }

    /// From now on, a request and its answer take this much longer, half of it in each direction.
    /// The throughput does not change.
    pub fn delays(&self, by: Duration) {
        self.changes(|state| state.delay = by / 2);
    }

    /// From now on, the proxy passes nothing on, also for new connections. Everything arrives when
    /// the proxy [goes on](Self::goes_on), even if its sender has gone.
    pub fn hangs(&self) {
        self.changes(|state| state.hang_below = u64::MAX);
    }

    /// As [`hangs`](Self::hangs), except that new connections work.
    pub fn hangs_on_open_connections(&self) {
        self.changes(|state| state.hang_below = state.next);
    }

    /// Ends the hanging.
    pub fn goes_on(&self) {
        self.changes(|state| state.hang_below = 0);
    }

    /// Ends all open connections, with all that is under way. New ones are not affected.
    pub fn cuts_connections(&self) {
        self.changes(State::cuts_connections);
    }

    /// Ends all open connections, and refuses new ones until it [leads](Self::leads_to) somewhere.
    pub fn is_cut_off(&self) {
        self.changes(|state| {
            state.target = None;
            state.cuts_connections();
        });
    }

    fn changes(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.shared.lock());
        self.shared.changed.notify_all();
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.changes(|state| {
            state.is_over = true;
            state.cuts_connections();
        });
        // Wakes the thread that accepts connections, so that it ends.
        let _ = TcpStream::connect_timeout(&self.address, PATIENCE);
    }
}

impl State {
    fn cuts_connections(&mut self) {
        for stream in self.open.values().flatten() {
            // Fails only if the connection has ended already.
            let _ = stream.shutdown(Shutdown::Both);
        }
        self.open.clear();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits while this connection hangs.
    fn waits_while_it_hangs(&self, number: u64) {
        let hangs = |state: &mut State| number < state.hang_below && !state.is_over;
        let state = self.changed.wait_while(self.lock(), hangs);
        drop(state.unwrap_or_else(PoisonError::into_inner));
    }
}

/// Connects a program's connection with the server, or ends it if that is not possible.
fn connect(shared: &Arc<Shared>, program: TcpStream) -> Option<()> {
    let target = shared.lock().target?;
    let server = TcpStream::connect_timeout(&target, PATIENCE).ok()?;
    let mut state = shared.lock();
    let number = state.next;
    state.next += 1;
    for stream in [&program, &server] {
        stream.set_nodelay(true).ok()?;
    }
    let [ours, theirs] = [program.try_clone().ok()?, server.try_clone().ok()?];
    state.open.insert(number, [ours, theirs]);
    drop(state);
    let back = [server.try_clone().ok()?, program.try_clone().ok()?];
    carry(shared, number, [program, server]);
    carry(shared, number, back);
    Some(())
}

/// Carries what `from` sends to `to`.
fn carry(shared: &Arc<Shared>, number: u64, [from, to]: [TcpStream; 2]) {
    let (sender, pieces) = sync_channel(UNDER_WAY);
    let shared = Arc::clone(shared);
    thread::spawn(move || read(from, &sender));
    thread::spawn(move || write(&shared, number, &pieces, to));
}

fn read(mut from: TcpStream, sender: &SyncSender<Piece>) {
    let mut buffer = vec![0; READ_SIZE];
    loop {
        match from.read(&mut buffer) {
            Ok(0) | Err(_) => return,
            Ok(size) => {
                if sender.send((Instant::now(), buffer[..size].to_vec())).is_err() {
                    return;
                }
            }
        }
    }
}

fn write(shared: &Shared, number: u64, pieces: &Receiver<Piece>, mut to: TcpStream) {
    for (read_at, bytes) in pieces {
        let delay = shared.lock().delay;
        thread::sleep((read_at + delay).saturating_duration_since(Instant::now()));
        shared.waits_while_it_hangs(number);
        if to.write_all(&bytes).is_err() {
            return;
        }
    }
    shared.waits_while_it_hangs(number);
    // Fails only if the connection has ended already.
    let _ = to.shutdown(Shutdown::Write);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A server that sends back what it receives.
    fn echo() -> SocketAddr {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                thread::spawn(move || {
                    let mut back = stream.try_clone().unwrap();
                    std::io::copy(&mut stream, &mut back)
                });
            }
        });
        address
    }

    fn connects(proxy: &Proxy) -> TcpStream {
        let stream = TcpStream::connect(proxy.address()).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    fn sends(stream: &mut TcpStream, bytes: [u8; 3]) {
        stream.write_all(&bytes).unwrap();
    }

    fn receives(stream: &mut TcpStream) -> [u8; 3] {
        let mut bytes = [0; 3];
        stream.read_exact(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn what_is_sent_comes_back_after_the_delay() {
        let proxy = Proxy::start(echo());
        let mut stream = connects(&proxy);
        sends(&mut stream, *b"one");
        assert_eq!(receives(&mut stream), *b"one");
        let delay = Duration::from_millis(200);
        proxy.delays(delay);
        let began = Instant::now();
        sends(&mut stream, *b"two");
        assert_eq!(receives(&mut stream), *b"two");
        assert!(began.elapsed() >= delay);
    }

    #[test]
    fn what_is_sent_while_it_hangs_arrives_when_it_goes_on() {
        let proxy = Proxy::start(echo());
        let mut old = connects(&proxy);
        sends(&mut old, *b"one");
        assert_eq!(receives(&mut old), *b"one");
        proxy.hangs_on_open_connections();
        sends(&mut old, *b"two");
        let mut new = connects(&proxy);
        sends(&mut new, *b"new");
        assert_eq!(receives(&mut new), *b"new");
        proxy.hangs();
        sends(&mut new, *b"all");
        new.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
        assert!(new.read(&mut [0]).is_err());
        new.set_read_timeout(Some(PATIENCE)).unwrap();
        proxy.goes_on();
        assert_eq!((receives(&mut old), receives(&mut new)), (*b"two", *b"all"));
    }

    #[test]
    fn connections_are_cut_and_refused() {
        let target = echo();
        let proxy = Proxy::start(target);
        let mut stream = connects(&proxy);
        sends(&mut stream, *b"one");
        assert_eq!(receives(&mut stream), *b"one");
        proxy.is_cut_off();
        assert!(matches!(stream.read(&mut [0]), Ok(0) | Err(_)));
        assert!(matches!(connects(&proxy).read(&mut [0]), Ok(0) | Err(_)));
        proxy.leads_to(target);
        let mut stream = connects(&proxy);
        sends(&mut stream, *b"two");
        assert_eq!(receives(&mut stream), *b"two");
        proxy.cuts_connections();
        assert!(matches!(stream.read(&mut [0]), Ok(0) | Err(_)));
    }
}
