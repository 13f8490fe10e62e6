//! What one check of a client works with: it starts the client, and takes its connection.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use crate::checker::client::asked::Asked;
use crate::checker::client::door::{Door, receive};
use crate::checker::client::guest::Guest;
use crate::checker::client::hall::Hall;
use crate::checker::client::reply::Reply;
use crate::checker::wire::frame::{Draft, Opcode, text};
use crate::checker::wire::peer::Peer;
use crate::checker::wire::stop::Stop;
use crate::program::Program;

/// How long a program may take to start and to connect.
const START: Duration = Duration::from_secs(20);
/// How long a person may take to open a page.
const PERSON: Duration = Duration::from_mins(5);
/// The page that makes a client of a browser.
const PAGE: &str = include_str!("page.html");

/// One check's view of the client.
pub(crate) struct Visit<'run> {
    pub(crate) hall: &'run Hall<'run>,
    /// How long one connection may take.
    pub(crate) time: Duration,
}

impl<'run> Visit<'run> {
    /// Starts the client, and returns its connection with the request that awaits an answer.
    pub(crate) fn call(&self) -> Result<Guest<'run>, Stop> {
        self.call_at("")
    }

    /// The same with an address that has this path. A browser opens its own.
    pub(crate) fn call_at(&self, path: &str) -> Result<Guest<'run>, Stop> {
        if let Some(page) = &self.hall.page {
            let mut door = page.door.lock().unwrap_or_else(PoisonError::into_inner);
            let come = self.admit(&mut door, None)?;
            return Ok(Guest::new(come, self.hall, None, None));
        }
        let mut door =
            Door::open().map_err(|error| Stop::unseen(format!("no port is free: {error}")))?;
        let url = format!("ws://{}{path}", door.address());
        let program = self.hall.options.program.as_ref();
        let mut program =
            program.map(|program| program.start(&url)).transpose().map_err(Stop::Unseen)?;
        let come = self.admit(&mut door, program.as_mut())?;
        Ok(Guest::new(come, self.hall, Some(door), program))
    }

    /// Opens a WebSocket.
    pub(crate) fn open(&self) -> Result<Guest<'run>, Stop> {
        let mut guest = self.call()?;
        let reply = Reply::new(&guest.asked);
        guest.answers(&reply);
        Ok(guest)
    }

    /// Opens a WebSocket for something that is wrong, or that may come back wrong. Only the check
    /// itself judges what comes back.
    pub(crate) fn open_apart(&self) -> Result<Guest<'run>, Stop> {
        self.open().map(|mut guest| {
            guest.is_judged = false;
            guest
        })
    }

    /// Takes the connection that is to be judged, and answers all that a client asks before it.
    fn admit(
        &self,
        door: &mut Door,
        mut program: Option<&mut Program>,
    ) -> Result<(Peer, Asked), Stop> {
        let is_first = !self.hall.has_met.load(Ordering::Relaxed);
        let by_person = self.hall.options.program.is_none() && is_first;
        let limit = if by_person { PERSON } else { START };
        let end = Instant::now() + limit;
        loop {
            let mut how = None;
            let stream = door.next(|| {
                how = match &mut program {
                    Some(program) => program.end(),
                    None => self.hall.browser_end(),
                };
                how.is_some() || Instant::now() > end
            });
            let Some(stream) = stream else {
                return Err(Stop::Unseen(match how {
                    Some(how) => format!("the program did not connect, and ended ({how})"),
                    None => format!("the client did not connect within {limit:?}"),
                }));
            };
            let (answer, until) = (self.hall.options.answer, Instant::now() + self.time);
            let Some((mut peer, asked)) = receive(stream, answer, until)? else { continue };
            if self.hall.page.is_some() && asked.value("upgrade").is_empty() {
                serve(&mut peer, asked.target());
            } else if asked.target().contains("/getCaseCount") {
                self.hall.asks_for_cases.store(true, Ordering::Relaxed);
                count_cases(&mut peer, &asked);
            } else {
                self.hall.has_met.store(true, Ordering::Relaxed);
                return Ok((peer, asked));
            }
        }
    }
}

/// Answers a browser's request for the page, or for permission to go on.
fn serve(peer: &mut Peer, target: &str) {
    let (status, page) = match target {
        "/" => ("200 OK", PAGE),
        "/next" => ("204 No Content", ""),
        _ => ("404 Not Found", ""),
    };
    let length = page.len();
    peer.send(
        format!(
            "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\n\
             Content-Length: {length}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n{page}"
        )
        .as_bytes(),
    );
}

/// Tells a client that is written for Autobahn that there is one case.
fn count_cases(peer: &mut Peer, asked: &Asked) {
    peer.send(&Reply::new(asked).bytes());
    peer.send_frame(&text("1"));
    peer.send_frame(&Draft::close(1000, ""));
    // We end the connection after its close frame.
    let wait = peer.answer_time;
    peer.event_except(wait, |frame| frame.opcode != Opcode::Close);
}
