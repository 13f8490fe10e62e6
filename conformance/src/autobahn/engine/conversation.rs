//! What the judge does in one case, and what came of it. It has no socket and no clock.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::autobahn::cases::script::{
    Case, Compressed, Echo, Event, Exchange, NORMAL, Script, Step, close_payload,
};
use crate::autobahn::engine::ruling::{Progress, Ruling, rule};
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
/// The largest number of events in the list. Every case expects fewer.
const EVENTS: usize = 64;

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
    pub(crate) fn open(
        case: &Arc<Case>,
        role: Role,
        deflate: Option<Deflate>,
        now: Instant,
    ) -> Self {
        let mut conversation = Self {
            case: Arc::clone(case),
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
            return self
                .conclude(Verdict::Unimplemented, "The peer did not agree on the compression.");
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

    /// Sets the verdict on the messages, and closes.
    fn conclude(&mut self, behavior: Verdict, result: impl Into<String>) {
        self.progress = Progress { behavior, result: result.into() };
        self.close();
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
        self.tick(now);
        self.moved_at = now;
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
            let before = self.progress.behavior;
            let behavior = if echo.count > 1 { Verdict::Failed } else { before };
            let kind = if content.is_binary { "binary" } else { "text" };
            let length = content.length;
            self.conclude(behavior, format!("A {kind} message of {length} bytes came back."));
        } else if self.sent < echo.count {
            self.send_echo(echo);
        } else {
            self.conclude(Verdict::Ok, "All messages came back with their length.");
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
            let fault = if is_right_type { "payload" } else { "type" };
            let sent = self.sent;
            self.conclude(
                Verdict::Failed,
                format!("Message {sent} came back with another {fault}."),
            );
        } else if self.sent < MESSAGES {
            self.send_compressed(compressed);
        } else {
            self.conclude(Verdict::Ok, "All messages came back.");
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

    /// Acts on the time limits that have passed, the earliest first.
    pub(crate) fn tick(&mut self, now: Instant) {
        self.now = now;
        self.endpoint.set_clock(now);
        while !self.is_over()
            && let Some(due) = self.deadline().filter(|due| *due <= now)
        {
            let is_due = |limit: &mut Instant| *limit == due;
            if self.resume_at.take_if(is_due).is_some() {
                if let Script::Exchange(exchange) = &Arc::clone(&self.case).script {
                    self.resume(exchange);
                }
            } else if self.fail_at.take_if(is_due).is_some() {
                self.has_timed_out = true;
                self.endpoint.fail(1001, "Going Away");
            } else if self.close_at == Some(due) || self.stillness() == Some(due) {
                self.close_at = None;
                self.has_timed_out |= self.endpoint.state == State::Open;
                self.endpoint.close(b"");
            } else {
                self.endpoint.give_up();
            }
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
    let Ruling { behavior, behavior_close, result_close, .. } =
        rule(case, role, &[], &progress, None);
    Outcome {
        case: case.number.clone(),
        description: case.description.clone(),
        expectation: case.expectation.clone(),
        behavior,
        behavior_close,
        result: format!("The WebSocket was not opened: {why}."),
        result_close,
        remote_close_code: None,
        duration: u64::try_from(started.elapsed().as_millis()).unwrap_or_default(),
        wire: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::autobahn::engine::schedule::chosen;
    use crate::autobahn::wire::frame::Frame;

    /// A server that is played by the test.
    struct Played {
        conversation: Conversation,
        now: Instant,
    }

    impl Played {
        fn opens(case: &str) -> Self {
            let now = Instant::now();
            let case = &chosen(&[case])[0];
            Self { conversation: Conversation::open(case, Role::Client, None, now), now }
        }

        /// Sends a frame that is not masked.
        fn sends(mut self, frame: &Frame) -> Self {
            let mut output = Output::default();
            let first = first_byte(frame.fin, frame.rsv, frame.opcode);
            output.frame(first, &frame.payload, None, Writes::Together);
            let mut bytes = output.next().to_vec();
            self.conversation.receive(&mut bytes, self.now);
            self
        }

        fn closes(self, code: u16) -> Self {
            self.sends(&Frame::new(opcode::CLOSE, code.to_be_bytes()))
        }

        /// Lets time pass as the clock of [`super::super::drive`] does.
        fn waits(mut self, milliseconds: u64) -> Self {
            let end = self.now + Duration::from_millis(milliseconds);
            while let Some(deadline) = self.conversation.deadline().filter(|next| *next <= end) {
                self.now = deadline;
                self.conversation.tick(deadline);
                if self.conversation.is_over() {
                    break;
                }
            }
            self.now = end;
            self
        }

        fn verdicts(self) -> (Verdict, Verdict) {
            let (outcome, _) = self.conversation.end();
            (outcome.behavior, outcome.behavior_close)
        }
    }

    fn text(payload: &str) -> Frame {
        Frame::new(opcode::TEXT, payload)
    }

    #[test]
    fn an_echo_and_the_closing_handshake_are_ok() {
        let echo = Played::opens("1.1.1").sends(&text("")).closes(1000);
        assert_eq!(echo.verdicts(), (Verdict::Ok, Verdict::Ok));
        let echo = Played::opens("9.7.1");
        let echo = (0..1000).fold(echo, |echo, _| echo.sends(&text(""))).closes(1000);
        assert_eq!(echo.verdicts(), (Verdict::Ok, Verdict::Ok));
    }

    #[test]
    fn a_server_that_leaves_tcp_open_is_unclean() {
        let echo = text(&"*".repeat(65_535));
        let lingers = || Played::opens("1.1.6").sends(&echo).closes(1000);
        assert!(!lingers().waits(999).conversation.is_over());
        assert_eq!(lingers().waits(1000).verdicts(), (Verdict::Ok, Verdict::Unclean));
    }

    /// The time of the case ends a moment before the time of the server to end TCP does.
    #[test]
    fn late_limits_are_acted_on_in_their_order() {
        let mut played = Played::opens("7.3.3").waits(5).closes(1000);
        played.conversation.tick(played.now + Duration::from_secs(2));
        assert_eq!(played.verdicts(), (Verdict::Ok, Verdict::FailedByClient));
    }

    #[test]
    fn after_the_time_of_a_case_the_peer_has_a_second_to_answer_the_close_frame() {
        let silent = || Played::opens("2.1").waits(1900);
        assert!(!silent().conversation.is_over());
        assert_eq!(silent().closes(1000).verdicts(), (Verdict::Failed, Verdict::Ok));
        assert_eq!(silent().waits(100).verdicts(), (Verdict::Failed, Verdict::Unclean));
        // This case fails the connection, with 1001, which a server sends back.
        let echo = Played::opens("1.1.2").waits(1900).closes(1001);
        assert_eq!(echo.verdicts(), (Verdict::Failed, Verdict::WrongCode));
    }

    #[test]
    fn a_fault_may_be_seen_before_or_after_the_echo() {
        let early = Played::opens("3.2").closes(1002);
        assert_eq!(early.verdicts(), (Verdict::NonStrict, Verdict::Ok));
        let late = Played::opens("3.2").sends(&text("Hello, world!")).closes(1002);
        assert_eq!(late.verdicts(), (Verdict::Ok, Verdict::Ok));
        let never = late_echo().waits(1500).closes(1001);
        assert_eq!(never.verdicts(), (Verdict::Failed, Verdict::Failed));
    }

    fn late_echo() -> Played {
        Played::opens("3.2").sends(&text("Hello, world!")).sends(&text("Hello, world!"))
    }

    #[test]
    fn text_that_is_not_utf8_may_be_refused_at_once_or_at_the_end() {
        for (pauses, verdict) in [(1500, Verdict::Ok), (2500, Verdict::NonStrict)] {
            let fails = Played::opens("6.4.1").waits(pauses).closes(1007);
            assert_eq!(fails.verdicts(), (verdict, Verdict::Ok), "{pauses}");
        }
        let never = Played::opens("6.4.3").waits(3500).closes(1001);
        assert_eq!(never.verdicts(), (Verdict::Failed, Verdict::Failed));
    }

    #[test]
    fn a_wrong_code_decides_on_the_behaviour_of_the_closing_cases() {
        let wrong = Played::opens("7.3.3").closes(1001);
        assert_eq!(wrong.verdicts(), (Verdict::Failed, Verdict::WrongCode));
        let informs = Played::opens("7.13.1").closes(1001);
        assert_eq!(informs.verdicts(), (Verdict::Informational, Verdict::Informational));
    }

    /// The judge answers the first fault by a close frame, and the second by the end of TCP.
    #[test]
    fn a_server_that_masks_is_dropped_at_its_second_frame() {
        let mut masked = [0x81, 0x80, 1, 2, 3, 4];
        let mut played = Played::opens("1.1.1");
        played.conversation.receive(&mut masked, played.now);
        assert!(!played.conversation.is_over());
        played.conversation.receive(&mut [0x88, 0x80, 1, 2, 3, 4], played.now);
        assert!(played.conversation.is_over());
        assert_eq!(played.verdicts(), (Verdict::Failed, Verdict::Unclean));
    }

    #[test]
    fn without_compression_its_cases_are_unimplemented() {
        let plain = Played::opens("12.1.1").closes(1000);
        assert_eq!(plain.verdicts(), (Verdict::Unimplemented, Verdict::Ok));
    }
}
