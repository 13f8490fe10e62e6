//! What the judge does in one case, and what came of it. It has no socket and no clock.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::autobahn::cases::limits::Echo;
use crate::autobahn::cases::script::{
    Case, Compressed, Event, Exchange, NORMAL, Script, Step, close_payload,
};
use crate::autobahn::engine::ruling::{Ruling, rule};
use crate::autobahn::payloads::prepared::{MESSAGES, Prepared};
use crate::autobahn::verdict::{Outcome, Verdict};
use crate::autobahn::wire::content::Interest;
use crate::autobahn::wire::deflate::Deflate;
use crate::autobahn::wire::endpoint::{Arrival, Drop, Endpoint, Role, State};
use crate::autobahn::wire::frame::{RSV1, Writes, first_byte, opcode};
use crate::autobahn::wire::output::Output;

/// How long a pause between two steps is.
const PAUSE: Duration = Duration::from_secs(1);
/// How long nothing may move in a case that has more time than this. The original would wait for
/// up to 1000 seconds, with the same verdict.
const STILLNESS: Duration = Duration::from_secs(30);
/// How long a peer that has closed may leave TCP open where the original would wait forever.
const LINGER: Duration = Duration::from_secs(10);
/// How many events are kept. No case expects so many.
const EVENTS: usize = 64;

/// What came of the messages of a case that compares each as it comes.
pub(super) struct Progress {
    /// The verdict so far.
    pub(super) behavior: Verdict,
    /// The reason for it.
    pub(super) result: String,
}

/// The conversation of one case.
pub(crate) struct Conversation {
    case: Arc<Case>,
    role: Role,
    endpoint: Endpoint,
    /// The index of the next step.
    next_step: usize,
    /// When the steps go on, if they pause.
    resume_at: Option<Instant>,
    close_at: Option<Instant>,
    fail_at: Option<Instant>,
    /// When bytes moved last.
    moved_at: Instant,
    started: Instant,
    now: Instant,
    received: Vec<Event>,
    /// How many messages were sent.
    sent: usize,
    prepared: Option<Arc<Prepared>>,
    progress: Progress,
    has_timed_out: bool,
}

impl Conversation {
    /// Begins the case on a connection whose opening handshake is complete.
    pub(crate) fn open(case: Arc<Case>, role: Role, deflate: Option<Deflate>, now: Instant) -> Self {
        let mut conversation = Self {
            case: Arc::clone(&case),
            role,
            endpoint: Endpoint::new(role, deflate, now),
            next_step: 0,
            resume_at: None,
            close_at: None,
            fail_at: None,
            moved_at: now,
            started: now,
            now,
            received: Vec::new(),
            sent: 0,
            prepared: None,
            progress: Progress {
                behavior: Verdict::Failed,
                result: "The messages did not come back in time.".to_owned(),
            },
            has_timed_out: false,
        };
        match &case.script {
            Script::Exchange(exchange) => conversation.go_on(exchange),
            Script::Echo(echo) => {
                conversation.close_at = Some(now + echo.limit);
                conversation.endpoint.content.interest = Interest::Length;
                conversation.send_echo(echo);
            }
            Script::Compressed(compressed) => conversation.begin_compressed(compressed, deflate),
        }
        conversation
    }

    fn begin_compressed(&mut self, compressed: &Compressed, deflate: Option<Deflate>) {
        let Some(deflate) = deflate else {
            self.progress.behavior = Verdict::Unimplemented;
            self.progress.result = "The peer did not agree on the compression.".to_owned();
            return self.close();
        };
        let direction = match self.role {
            Role::Client => deflate.client,
            Role::Server => deflate.server,
        };
        self.prepared = Prepared::get(compressed.series, direction);
        if self.prepared.is_none() {
            return self.endpoint.lost();
        }
        self.close_at = Some(self.now + compressed.limit);
        self.send_compressed(compressed);
    }

    fn close(&mut self) {
        self.endpoint.close(&close_payload(NORMAL, b""));
    }

    /// Does the next steps, until a pause or the end.
    fn go_on(&mut self, exchange: &Exchange) {
        while let Some(step) = exchange.steps.get(self.next_step) {
            self.next_step += 1;
            match step {
                Step::Send(frame) => self.endpoint.send(frame),
                Step::Begin(length) => {
                    self.endpoint.send_header(first_byte(false, 0, opcode::TEXT), *length);
                }
                Step::Part(part) => self.endpoint.send_part(part),
                Step::Close(payload) => self.endpoint.close(payload),
                Step::Pause | Step::Expect(_) => {
                    self.resume_at = Some(self.now + PAUSE);
                    return;
                }
                Step::CloseAfter(time) => self.close_at = Some(self.now + *time),
                Step::FailAfter(time) => self.fail_at = Some(self.now + *time),
            }
        }
    }

    /// Goes on after a pause.
    fn resume(&mut self, exchange: &Exchange) {
        let pause = self.next_step.checked_sub(1).and_then(|index| exchange.steps.get(index));
        if let Some(Step::Expect(event)) = pause {
            if self.endpoint.state != State::Open {
                return;
            }
            self.received.push(event.clone());
        }
        self.go_on(exchange);
    }

    /// Takes what the peer sent.
    pub(crate) fn receive(&mut self, input: &mut [u8], now: Instant) {
        self.now = now;
        self.moved_at = now;
        self.endpoint.tick(now);
        let mut at = 0;
        while let Some(arrival) = self.endpoint.next(input, &mut at) {
            let case = Arc::clone(&self.case);
            match (&case.script, arrival) {
                (Script::Exchange(exchange), arrival) => self.take_event(exchange, arrival),
                (Script::Echo(echo), Arrival::Message) => self.take_echo(echo),
                (Script::Compressed(compressed), Arrival::Message) => {
                    self.take_compressed(compressed);
                }
                (_, Arrival::Pong(_)) => {}
            }
        }
    }

    fn take_event(&mut self, exchange: &Exchange, arrival: Arrival) {
        let content = &self.endpoint.content;
        let event = match arrival {
            Arrival::Pong(payload) => Event::Pong(payload),
            Arrival::Message if content.is_binary => Event::Binary(content.kept.clone()),
            Arrival::Message => Event::Text(content.kept.clone()),
        };
        if self.received.len() < EVENTS {
            self.received.push(event);
        }
        if exchange.closes_when_done && self.received == exchange.ok {
            self.close();
        }
    }

    fn send_echo(&mut self, echo: &Echo) {
        let code = if echo.is_binary { opcode::BINARY } else { opcode::TEXT };
        let payload: Vec<u8> = echo.pattern.iter().copied().cycle().take(echo.length).collect();
        self.send_message(code, 0, &payload, echo.fragment, echo.writes);
        self.sent += 1;
    }

    fn take_echo(&mut self, echo: &Echo) {
        let content = &self.endpoint.content;
        if content.is_binary != echo.is_binary || content.length != echo.length {
            // What has come before counts if one message is enough.
            if echo.count > 1 {
                self.progress.behavior = Verdict::Failed;
            }
            let kind = if content.is_binary { "binary" } else { "text" };
            self.progress.result =
                format!("A {kind} message of {} bytes came back.", content.length);
            self.close();
        } else if self.sent < echo.count {
            self.send_echo(echo);
        } else {
            self.progress.behavior = Verdict::Ok;
            self.progress.result = "All messages came back with their length.".to_owned();
            self.close();
        }
    }

    fn send_compressed(&mut self, compressed: &Compressed) {
        let Some(prepared) = self.prepared.clone() else { return };
        if self.endpoint.state == State::Open {
            let is_text = compressed.series.sample.is_text();
            let code = if is_text { opcode::TEXT } else { opcode::BINARY };
            let message = prepared.compressed(self.sent);
            self.send_message(code, RSV1, message, compressed.fragment, Writes::Together);
        }
        self.endpoint.content.interest = Interest::Equal(prepared, self.sent);
        self.sent += 1;
    }

    fn take_compressed(&mut self, compressed: &Compressed) {
        let content = &self.endpoint.content;
        let is_right_type = content.is_binary != compressed.series.sample.is_text();
        if !is_right_type || !content.is_expected() {
            self.progress.behavior = Verdict::Failed;
            let fault = if is_right_type { "payload" } else { "type" };
            self.progress.result =
                format!("Message {} came back with another {fault}.", self.sent);
            self.close();
        } else if self.sent < MESSAGES {
            self.send_compressed(compressed);
        } else {
            self.progress.behavior = Verdict::Ok;
            self.progress.result = "All messages came back.".to_owned();
            self.close();
        }
    }

    /// Sends a message in fragments of this size, or whole. If the last fragment is full, an
    /// empty one follows, as in the original.
    fn send_message(
        &mut self,
        code: u8,
        rsv: u8,
        payload: &[u8],
        fragment: Option<usize>,
        writes: Writes,
    ) {
        let Some(size) = fragment.filter(|size| *size < payload.len()) else {
            return self.endpoint.send_raw(first_byte(true, rsv, code), payload, writes);
        };
        let count = payload.len() / size;
        for index in 0..=count {
            let part = &payload[index * size..payload.len().min((index + 1) * size)];
            let fin = index == count;
            let first = match index {
                0 => first_byte(fin, rsv, code),
                _ => first_byte(fin, 0, opcode::CONTINUATION),
            };
            self.endpoint.send_raw(first, part, writes);
        }
    }

    /// Acts on the time limits that have passed.
    pub(crate) fn tick(&mut self, now: Instant) {
        self.now = now;
        self.endpoint.set_clock(now);
        let has_passed = |limit: &Option<Instant>| limit.is_some_and(|limit| limit <= now);
        if self.resume_at.take_if(|limit| *limit <= now).is_some()
            && self.endpoint.state != State::Closed
            && let Script::Exchange(exchange) = &Arc::clone(&self.case).script
        {
            self.resume(exchange);
        }
        let is_still = has_passed(&self.stillness());
        if has_passed(&self.close_at) || is_still {
            self.close_at = None;
            self.has_timed_out |= self.endpoint.state == State::Open;
            self.endpoint.close(b"");
        }
        if has_passed(&self.fail_at) {
            self.fail_at = None;
            self.has_timed_out |= self.endpoint.state != State::Closed;
            self.endpoint.fail(1001, "Going Away");
        }
        self.endpoint.tick(now);
        if has_passed(&self.linger()) {
            self.endpoint.give_up();
        }
    }

    /// When a case with much time ends because nothing moves.
    fn stillness(&self) -> Option<Instant> {
        self.close_at.map(|_| self.moved_at + STILLNESS)
    }

    /// When a peer that has closed, and holds TCP open, has done so for too long. The judge has no
    /// limit of its own left then.
    fn linger(&self) -> Option<Instant> {
        let own = [self.resume_at, self.fail_at, self.endpoint.limit()];
        let is_waiting = self.endpoint.state == State::Closing && own.iter().all(Option::is_none);
        is_waiting.then(|| self.moved_at + LINGER)
    }

    /// When [`Conversation::tick`] must be called next.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        let own = [self.resume_at, self.close_at, self.fail_at, self.endpoint.limit()];
        let bounds = [self.stillness(), self.linger()];
        own.into_iter().chain(bounds).flatten().min()
    }

    /// What waits to be written.
    pub(crate) fn output(&mut self) -> &mut Output {
        &mut self.endpoint.output
    }

    /// Notes that the peer has taken some bytes.
    pub(crate) fn moved(&mut self, now: Instant) {
        self.moved_at = now;
    }

    /// Whether the connection has ended, or must be ended now.
    pub(crate) fn is_over(&self) -> bool {
        self.endpoint.state == State::Closed
    }

    /// How the judge ends TCP, if it does.
    pub(crate) fn drop_tcp(&self) -> Option<Drop> {
        self.endpoint.ending.dropped_by_me
    }

    /// Ends the case, and returns its outcome and whether a time limit had to do with it.
    pub(crate) fn end(mut self) -> (Outcome, bool) {
        self.endpoint.lost();
        let ending = self.endpoint.ending;
        let Ruling { behavior, behavior_close, result, result_close } =
            rule(&self.case, self.role, &self.received, &self.progress, Some(&ending));
        let outcome = Outcome {
            case: self.case.number.clone(),
            description: self.case.description.clone(),
            expectation: self.case.expectation.clone(),
            behavior,
            behavior_close,
            result,
            result_close,
            remote_close_code: ending.remote_code,
            duration: u64::try_from(self.started.elapsed().as_millis()).unwrap_or_default(),
            wire: self.endpoint.record.into_lines(),
        };
        (outcome, self.has_timed_out || ending.timed_out)
    }
}

/// The outcome of a case whose connection was never open.
pub(crate) fn never_open(case: &Case, role: Role, why: &str, started: Instant) -> Outcome {
    let progress = Progress { behavior: Verdict::Failed, result: String::new() };
    let Ruling { behavior, behavior_close, result_close, .. } = rule(case, role, &[], &progress, None);
    Outcome {
        case: case.number.clone(),
        description: case.description.clone(),
        expectation: case.expectation.clone(),
        behavior,
        behavior_close,
        result: format!("There was no conversation: {why}."),
        result_close,
        remote_close_code: None,
        duration: u64::try_from(started.elapsed().as_millis()).unwrap_or_default(),
        wire: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::autobahn::cases;

    /// Case 2.1 waits for one second, and closes.
    #[test]
    fn a_peer_that_gave_no_answer_may_still_answer_the_close_frame() {
        let case = cases::all().into_iter().find(|case| case.number == "2.1").unwrap();
        let (start, second) = (Instant::now(), Duration::from_secs(1));
        let mut conversation = Conversation::open(Arc::new(case), Role::Client, None, start);
        conversation.tick(start + second);
        assert!(!conversation.is_over());
        assert_eq!(conversation.deadline(), Some(start + 2 * second));
        conversation.receive(&mut [0x88, 0], start + second * 3 / 2);
        let (outcome, _) = conversation.end();
        assert_eq!(outcome.behavior_close, Verdict::Ok, "{}", outcome.result_close);
    }
}
