//! Behaves as the page of the chat: it knows its session and the last message that it has received,
//! it comes back after each lost connection, and 1008 is final for it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use testkit::{Frame, Opcode, PATIENCE, Server, Wire};

use crate::support::in_a_path;

/// The id of a message: milliseconds, and a number within the millisecond.
pub(crate) type Id = (u64, u64);

/// Reads an id.
#[track_caller]
pub(crate) fn id_of(value: &Value) -> Id {
    let text = value.as_str().expect("an id is text");
    let (time, number) = text.split_once('-').expect("an id has two parts");
    (time.parse().expect("a time"), number.parse().expect("a number"))
}

/// How an attempt to enter ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Attempt {
    /// With a welcome.
    Admitted,
    /// With a close frame.
    Closed(u16, String),
    /// Without an answer in time, or with a connection that was cut.
    NoAnswer,
}

impl Attempt {
    /// The status code of the close frame, if that is how it ended.
    pub(crate) fn code(&self) -> Option<u16> {
        match self {
            Self::Closed(code, _) => Some(*code),
            _ => None,
        }
    }
}

/// A page of the chat in a browser.
///
/// It fails the test when it receives a message again or out of order.
pub(crate) struct Page {
    room: String,
    name: String,
    session: String,
    wire: Option<Wire>,
    /// The last message that it has seen, as it was written, and as a number.
    last: Option<(String, Id)>,
    /// The messages that it has seen, its own among them: "Ada 1" is Ada's message with the key 1.
    pub(crate) seen: Vec<String>,
    /// Messages that it has sent and whose id it does not know yet.
    pub(crate) unsent: Vec<String>,
    /// Characters that it adds to each text, which make it long.
    pub(crate) padding: usize,
    /// The members in the room, as far as it knows.
    pub(crate) here: BTreeSet<String>,
    /// The other events that it has received on this connection, in their order.
    pub(crate) news: Vec<Value>,
    /// How its last connection was closed.
    pub(crate) closed: Option<(u16, String)>,
}

impl Page {
    /// A page that is not connected yet, with a session of its own.
    pub(crate) fn new(room: &str, name: &str) -> Self {
        Self::with_session(room, name, &format!("session-of-{name}"))
    }

    /// A page with this session.
    pub(crate) fn with_session(room: &str, name: &str, session: &str) -> Self {
        Self {
            room: room.to_owned(),
            name: name.to_owned(),
            session: session.to_owned(),
            wire: None,
            last: None,
            seen: Vec::new(),
            unsent: Vec::new(),
            padding: 0,
            here: BTreeSet::new(),
            news: Vec::new(),
            closed: None,
        }
    }

    /// A page that has entered a room.
    #[track_caller]
    pub(crate) fn enters(server: &Server, room: &str, name: &str) -> Self {
        let mut page = Self::new(room, name);
        page.is_admitted(server);
        page
    }

    /// Sets the last message that it has seen.
    pub(crate) fn has_seen(&mut self, last: &str) -> &mut Self {
        self.last = Some((last.to_owned(), id_of(&json!(last))));
        self
    }

    /// The last message that it has seen.
    pub(crate) fn last(&self) -> &str {
        self.last.as_ref().map_or("0-0", |(text, _)| text)
    }

    /// Opens a new connection. The old one is neither read nor closed, and is returned.
    #[track_caller]
    pub(crate) fn opens(&mut self, server: &Server) -> Option<Wire> {
        let after = self.last.as_ref().map(|(text, _)| format!("&after={text}"));
        let after = after.unwrap_or_default();
        let mut wire = Wire::connect(server);
        let name = in_a_path(&self.name);
        wire.opens(&format!("/ws/{}/{name}?session={}{after}", self.room, self.session));
        wire.leaves_frames_out();
        self.news.clear();
        self.closed = None;
        self.wire.replace(wire)
    }

    /// Tries once to enter. The old connection stays open, without anybody to read it.
    #[track_caller]
    pub(crate) fn tries(&mut self, server: &Server) -> Attempt {
        let _old = self.opens(server);
        self.waits_for_admission(PATIENCE)
    }

    /// Waits until its connection is admitted or closed.
    #[track_caller]
    pub(crate) fn waits_for_admission(&mut self, at_most: Duration) -> Attempt {
        let deadline = Instant::now() + at_most;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.receives_within(left) {
                Some(news) if news["type"] == "welcome" => break,
                Some(_) => {}
                None => {
                    let closed = self.closed.clone();
                    return closed
                        .map_or(Attempt::NoAnswer, |(code, reason)| Attempt::Closed(code, reason));
                }
            }
        }
        for key in self.unsent.clone() {
            self.transmits(&key);
        }
        Attempt::Admitted
    }

    /// Is admitted at the first attempt.
    #[track_caller]
    pub(crate) fn is_admitted(&mut self, server: &Server) -> &mut Self {
        assert_eq!(self.tries(server), Attempt::Admitted, "{} should be admitted", self.name);
        self
    }

    /// Comes back as a page does: it tries again until an answer is final.
    #[track_caller]
    pub(crate) fn comes_back(&mut self, server: &Server) -> &mut Self {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let attempt = self.tries(server);
            match attempt {
                Attempt::Admitted => return self,
                Attempt::Closed(1008, reason) => {
                    panic!("{} comes back, and is refused for good: {reason}", self.name)
                }
                _ => assert!(Instant::now() < deadline, "{} cannot come back", self.name),
            }
        }
    }

    /// Its connection is lost: it ends without a closing handshake.
    pub(crate) fn is_cut(&mut self) -> &mut Self {
        self.wire = None;
        self
    }

    /// Leaves the room.
    #[track_caller]
    pub(crate) fn leaves(mut self) {
        let mut wire = self.wire.take().expect("who leaves is connected");
        wire.sends_frame(&Frame::close(1000, "")).expects_close(1000);
        wire.expects_end();
    }

    /// Sends a message. Its text is its key, and the padding.
    #[track_caller]
    pub(crate) fn sends(&mut self, key: &str) -> &mut Self {
        self.unsent.push(key.to_owned());
        self.transmits(key);
        self
    }

    #[track_caller]
    fn transmits(&mut self, key: &str) {
        let msg = format!("{key}{}", "x".repeat(self.padding));
        let text = json!({ "msg": msg, "key": key }).to_string();
        self.wire().sends_frame(&Frame::text(text));
    }

    /// Sends messages that are called `from`, `from + 1`, and so on up to `to`.
    #[track_caller]
    pub(crate) fn sends_numbers(&mut self, from: usize, to: usize) -> &mut Self {
        for number in from..to {
            self.sends(&number.to_string());
        }
        self
    }

    /// Waits until all that it has sent has an id.
    #[track_caller]
    pub(crate) fn is_confirmed(&mut self) -> &mut Self {
        while !self.unsent.is_empty() {
            self.receives();
        }
        self
    }

    /// Receives something, and takes note of it. Fails the test if nothing comes.
    #[track_caller]
    pub(crate) fn receives(&mut self) -> Value {
        let received = self.receives_within(PATIENCE);
        received.unwrap_or_else(|| match &self.closed {
            Some((code, reason)) => panic!("{} is closed: {code} {reason}", self.name),
            None => panic!("{} receives nothing; before that {:?}", self.name, self.recent()),
        })
    }

    /// Receives something in this time, and takes note of it. Pings are answered on the way. `None`
    /// if nothing has come, or the connection has ended: see `closed`.
    #[track_caller]
    pub(crate) fn receives_within(&mut self, at_most: Duration) -> Option<Value> {
        let deadline = Instant::now() + at_most;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let frame = self.wire().waits_for_frame(left)?;
            match frame.opcode {
                Opcode::Text => {
                    let news = serde_json::from_str(&frame.into_text()).expect("JSON");
                    self.notes(&news);
                    return Some(news);
                }
                Opcode::Ping => {
                    self.wire().sends_frame(&Frame::pong(frame.payload));
                }
                Opcode::Close => {
                    self.closed = Some((frame.close_code(), frame.close_reason().to_owned()));
                    self.wire().sends_frame(&frame);
                }
                _ => panic!("a text was expected, not {:?}", frame.opcode),
            }
        }
    }

    /// Receives until something is true of what it knows.
    #[track_caller]
    pub(crate) fn receives_until(&mut self, is_true: impl Fn(&Self) -> bool) -> &mut Self {
        let deadline = Instant::now() + 3 * PATIENCE;
        while !is_true(self) {
            self.receives();
            assert!(
                Instant::now() < deadline,
                "{} receives much, and not what was expected: {:?}",
                self.name,
                self.recent()
            );
        }
        self
    }

    /// Receives until its server has told it that it is not connected with the others any more.
    #[track_caller]
    pub(crate) fn is_alone(&mut self) -> &mut Self {
        self.receives_until(|page| page.is_shared() == Some(false))
    }

    /// Receives until its server has told it that it is connected with the others again.
    #[track_caller]
    pub(crate) fn is_alone_no_more(&mut self) -> &mut Self {
        self.receives_until(|page| page.is_shared() == Some(true))
    }

    /// Receives until it has seen this message: "Ada 1" is Ada's message with the key 1.
    #[track_caller]
    pub(crate) fn sees(&mut self, message: &str) -> &mut Self {
        if !self.seen.iter().any(|seen| seen == message) {
            self.receives_until(|page| page.seen.last().is_some_and(|seen| seen == message));
        }
        self
    }

    /// Receives until exactly these members are in the room.
    #[track_caller]
    pub(crate) fn is_with(&mut self, names: &[&str]) -> &mut Self {
        let wanted: BTreeSet<String> = names.iter().map(|&name| name.to_owned()).collect();
        self.receives_until(|page| page.here == wanted)
    }

    /// Receives everything that arrives during this time.
    #[track_caller]
    pub(crate) fn receives_for(&mut self, time: Duration) -> &mut Self {
        let deadline = Instant::now() + time;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() || self.receives_within(left).is_none() {
                assert_eq!(self.closed, None, "{} is closed", self.name);
                return self;
            }
        }
    }

    /// Receives until its connection ends, ends its side of it, and returns the status code that it
    /// was closed with.
    #[track_caller]
    pub(crate) fn receives_the_rest(&mut self) -> Option<u16> {
        while self.receives_within(PATIENCE).is_some() {}
        self.wire = None;
        self.closed.as_ref().map(|(code, _)| *code)
    }

    /// Whether its server is connected with the others, according to what it received on this
    /// connection.
    fn is_shared(&self) -> Option<bool> {
        self.news.iter().rev().find_map(|news| news["shared"].as_bool())
    }

    /// How often this connection reported that its server is, or is not, connected with the others.
    pub(crate) fn received_shared(&self, shared: bool) -> usize {
        self.news
            .iter()
            .filter(|news| **news == json!({"type": "shared", "shared": shared}))
            .count()
    }

    /// Whether it has received on this connection that somebody has left.
    pub(crate) fn received_left(&self, name: &str) -> bool {
        let left = |news: &&Value| news["type"] == "left";
        let mut names = self.news.iter().filter(left).filter_map(|news| news["names"].as_array());
        names.any(|names| names.contains(&json!(name)))
    }

    /// Checks that it has not received on this connection that any of these people have left.
    #[track_caller]
    pub(crate) fn saw_nobody_leave(&self, names: &[&str]) -> &Self {
        let is_waiting = |news: &&Value| news["type"] == "waiting";
        let news: Vec<&Value> = self.news.iter().filter(|news| !is_waiting(news)).collect();
        assert!(!names.iter().any(|name| self.received_left(name)), "{} sees {news:?}", self.name);
        self
    }

    /// Whether it has received on this connection that something is missing.
    pub(crate) fn received_gap(&self) -> bool {
        self.news.iter().any(|news| news["type"] == "gap")
    }

    /// What was shown as waiting, as messages: "Ada 1".
    pub(crate) fn waiting(&self) -> BTreeMap<String, usize> {
        let mut waiting = BTreeMap::new();
        for news in self.news.iter().filter(|news| news["type"] == "waiting") {
            let message = format!("{} {}", text(&news["from"]), text(&news["key"]));
            *waiting.entry(message).or_default() += 1;
        }
        waiting
    }

    fn notes(&mut self, news: &Value) {
        let names = |field: &str| -> BTreeSet<String> {
            serde_json::from_value(news[field].clone()).unwrap_or_default()
        };
        match text(&news["type"]) {
            "welcome" => self.here = names("here"),
            "joined" => self.here.extend(names("names")),
            "left" => self.here = &self.here - &names("names"),
            "message" => self.notes_message(text(&news["sender"]), news),
            "sent" => self.notes_message(&self.name.clone(), news),
            _ => {}
        }
        if !matches!(text(&news["type"]), "message" | "sent") {
            self.news.push(news.clone());
        }
    }

    fn notes_message(&mut self, sender: &str, news: &Value) {
        let (key, id) = (text(&news["key"]), id_of(&news["id"]));
        if sender == self.name
            && let Some(place) = self.unsent.iter().position(|unsent| unsent == key)
        {
            self.unsent.remove(place);
        }
        let message = format!("{sender} {key}");
        // A message that it has sent again is confirmed again, even if it has seen it meanwhile.
        if news["type"] == "sent" && self.seen.contains(&message) {
            return;
        }
        if let Some((text, last)) = &self.last {
            assert!(*last < id, "{} has seen {text}, and receives {news}", self.name);
        }
        self.last = Some((text(&news["id"]).to_owned(), id));
        self.seen.push(message);
    }

    /// The last few things that it has received.
    fn recent(&self) -> (&[String], &[Value]) {
        let [seen, news] = [self.seen.len(), self.news.len()].map(|size| size.saturating_sub(5));
        (&self.seen[seen..], &self.news[news..])
    }

    #[track_caller]
    fn wire(&mut self) -> &mut Wire {
        self.wire.as_mut().expect("this page is not connected")
    }
}

/// A text in JSON; nothing if it is not a text.
fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// The numbered messages of somebody, as a page has seen them: "Ada 0", "Ada 1", and so on.
pub(crate) fn numbers(name: &str, from: usize, to: usize) -> Vec<String> {
    (from..to).map(|number| format!("{name} {number}")).collect()
}

/// Somebody who does not know the session of a name tries to have it.
#[track_caller]
pub(crate) fn stranger_tries(server: &Server, room: &str, name: &str) -> Attempt {
    Page::with_session(room, name, "session-of-a-stranger").tries(server)
}

/// A stranger tries again and again to have a name, and has it within this time.
#[track_caller]
pub(crate) fn is_free_within(server: &Server, room: &str, name: &str, time: Duration) -> Page {
    let deadline = Instant::now() + time;
    loop {
        let mut stranger = Page::with_session(room, name, "session-of-a-stranger");
        let attempt = stranger.tries(server);
        if attempt == Attempt::Admitted {
            return stranger;
        }
        assert!(Instant::now() < deadline, "{name} is not free after {time:?}: {attempt:?}");
        std::thread::yield_now();
    }
}
