//! What people do, and what their pages do with what they receive.

use event_log::EventId;

use crate::people::{Ballot, Connection, Fact, Frame, Page, State, Visit, Window};
use crate::service::window_name;
use crate::story::Rule;
use crate::time::{MILLISECOND, SECOND};
use crate::world::{Event, VOTE, World};

impl World {
    /// Opens the windows.
    pub(crate) fn gather(&mut self) {
        for number in 0..self.plan.windows {
            let (room, name) = self.plan.places[self.random.index(self.plan.places.len())].clone();
            let session = if self.random.percent(20) {
                String::new()
            } else if number > 0 && self.random.percent(30) {
                // A second window of the same visitor.
                let other = self.random.index(number);
                let other = &self.windows[other];
                let (room, name) = (other.room.clone(), other.name.clone());
                let session = other.session.clone();
                self.windows.push(new_window(room, name, session));
                continue;
            } else {
                format!("session {number}")
            };
            self.windows.push(new_window(room, name, session));
        }
        self.after(self.plan.pause, Event::Acts);
    }

    /// Somebody does something.
    pub(crate) fn act(&mut self) {
        if self.is_over {
            return;
        }
        let pause = self.random.between(self.plan.pause / 4, self.plan.pause);
        self.after(pause, Event::Acts);
        let window = self.random.index(self.windows.len());
        let chance = self.random.between(0, 99);
        match self.windows[window].state {
            Page::Out if chance < 60 => self.enters(window),
            Page::Tries(connection) if chance < 8 => {
                // Gives up while waiting.
                self.story.count("visitors who gave up while they waited");
                self.breaks(connection);
                self.leaves(window);
            }
            Page::In(connection) => match chance {
                0..=64 => self.speaks(window),
                65..=79 => self.casts(),
                80..=85 => {
                    self.breaks(connection);
                    self.leaves(window);
                }
                86..=99 => {
                    // Loses the connection, and comes back here or elsewhere.
                    self.story.count("connections lost");
                    self.breaks(connection);
                    self.windows[window].state = Page::Pauses;
                    let pause = self.page_pause();
                    self.after(pause, Event::Returns(window));
                }
                _ => {}
            },
            _ => {}
        }
    }

    fn enters(&mut self, window: usize) {
        let page = &mut self.windows[window];
        let old = std::mem::take(&mut page.visit);
        page.past.push(old);
        page.unsent.clear();
        self.tries(window);
    }

    fn leaves(&mut self, window: usize) {
        self.windows[window].state = Page::Out;
        self.story.tell(self.now, format_args!("{} leaves", window_name(window)));
    }

    /// A page opens a connection to some process.
    pub(crate) fn tries(&mut self, window: usize) {
        let running: Vec<usize> =
            (0..self.nodes.len()).filter(|slot| self.nodes[*slot].process.is_some()).collect();
        if running.is_empty() {
            self.windows[window].state = Page::Pauses;
            self.after(SECOND, Event::Returns(window));
            return;
        }
        let slot = running[self.random.index(running.len())];
        let index = self.connections.len();
        let page = &mut self.windows[window];
        page.state = Page::Tries(index);
        self.connections.push(Connection {
            window,
            room: page.room.clone(),
            name: page.name.clone(),
            session: page.session.clone(),
            slot,
            incarnation: self.nodes[slot].incarnation,
            number: None,
            state: State::Opening,
            began: self.now,
            admitted_at: None,
            present_at: None,
            ended_at: None,
            is_broken: false,
            cursor: None,
            is_live: false,
            is_slow: self.random.percent(30),
            told: std::collections::BTreeSet::new(),
            sent_upto: self.now,
            given_up_as: None,
            is_provisional: false,
            after: page.visit.last,
        });
        let way = self.way();
        self.after(way, Event::Opens(index));
    }

    /// A page tries to come back after its pause.
    pub(crate) fn returns(&mut self, window: usize) {
        if self.windows[window].state == Page::Pauses {
            self.tries(window);
        }
    }

    /// A client is gone. Its process notices at once, or later.
    fn breaks(&mut self, index: usize) {
        self.connections[index].is_broken = true;
        let time = if self.random.percent(60) {
            self.way()
        } else {
            self.random.between(100, 3_000) * MILLISECOND
        };
        self.after(time, Event::Noticed(index));
    }

    fn speaks(&mut self, window: usize) {
        let key = self.new_key("message ");
        let page = &mut self.windows[window];
        page.unsent.push(key.clone());
        let (topic, owner) = (page.room.clone(), page.name.clone());
        let fact = Fact { topic, owner, data: key.clone(), ..Fact::default() };
        self.facts.insert(key.clone(), fact);
        self.story.count("messages");
        self.sends(window, key);
    }

    fn sends(&mut self, window: usize, key: String) {
        if let Page::In(connection) = self.windows[window].state {
            self.story.tell(self.now, format_args!("{} sends {key}", window_name(window)));
            let way = self.way();
            let time = self.connections[connection].sent_upto.max(self.now + way);
            self.at(time, Event::Says(connection, key));
        }
    }

    fn casts(&mut self) {
        let key = self.new_key("vote ");
        let data = ["tea", "coffee"][self.random.index(2)].to_owned();
        self.facts.insert(key.clone(), Fact { topic: VOTE.to_owned(), data, ..Fact::default() });
        self.ballots.push(Ballot { key, asked: None, is_answered: false });
        self.story.count("votes");
        self.at(self.now, Event::Votes(self.ballots.len() - 1));
    }

    /// A frame arrives at a client.
    pub(crate) fn shows(&mut self, index: usize, frame: Frame) {
        let connection = &self.connections[index];
        let window = connection.window;
        let page = &self.windows[window];
        let is_current = matches!(page.state, Page::Tries(it) | Page::In(it) if it == index);
        if connection.is_broken || !is_current {
            return;
        }
        match frame {
            Frame::Welcome(here, after) => {
                self.windows[window].state = Page::In(index);
                let visit = &mut self.windows[window].visit;
                visit.here = here;
                // Without it, somebody who has received nothing would come back as a newcomer.
                visit.last.get_or_insert(after);
                if visit.welcomed_at.is_some() {
                    self.story.count("returns");
                } else {
                    self.story.count("entries");
                }
                visit.welcomed_at = visit.welcomed_at.or(self.connections[index].admitted_at);
                self.story.tell(self.now, format_args!("{} is in", window_name(window)));
                for key in self.windows[window].unsent.clone() {
                    self.story.count("messages sent again");
                    self.sends(window, key);
                }
            }
            Frame::Message(id, key) => self.receives(window, id, &key),
            Frame::Sent(key) => self.confirmed(window, &key),
            Frame::Gap => {
                self.story.tell(self.now, format_args!("{}: a gap", window_name(window)));
                self.story.count("gaps");
                let visit = &mut self.windows[window].visit;
                visit.gaps.insert(visit.received.len());
                // What is missing may be messages of this visitor.
                for key in self.windows[window].unsent.clone() {
                    self.sends(window, key);
                }
                if self.plan.keeps_everything() && self.losses.is_empty() {
                    let what =
                        format!("{} receives a gap, but nothing is missing", window_name(window));
                    self.story.broken(Rule::GapsAreTrue, self.now, what);
                }
            }
            Frame::Joined(names) => {
                self.windows[window].visit.here.extend(names);
            }
            Frame::Left(names) => {
                for name in &names {
                    self.windows[window].visit.here.remove(name);
                }
            }
            Frame::Closed(code) => {
                self.connections[index].is_broken = true;
                let final_code = code == 1008;
                self.story
                    .tell(self.now, format_args!("{} is closed with {code}", window_name(window)));
                if final_code {
                    self.windows[window].state = Page::Out;
                } else {
                    self.windows[window].state = Page::Pauses;
                    let pause = self.page_pause();
                    self.after(pause, Event::Returns(window));
                }
            }
        }
    }

    fn receives(&mut self, window: usize, id: EventId, key: &str) {
        self.story.tell(self.now, format_args!("{} receives {key} ({id})", window_name(window)));
        self.judge_received(window, id, key);
        if let Some(fact) = self.facts.get_mut(key) {
            fact.ids.insert(id);
        }
        let visit = &mut self.windows[window].visit;
        visit.last = visit.last.max(Some(id));
        visit.seen.insert(key.to_owned());
        visit.received.push((id, key.to_owned()));
        self.confirmed(window, key);
    }

    fn confirmed(&mut self, window: usize, key: &str) {
        if let Some(fact) = self.facts.get_mut(key) {
            fact.confirmed_at.get_or_insert(self.now);
        }
        self.windows[window].unsent.retain(|unsent| unsent != key);
    }
}

fn new_window(room: String, name: String, session: String) -> Window {
    Window {
        room,
        name,
        session,
        state: Page::Out,
        visit: Visit::default(),
        past: Vec::new(),
        unsent: Vec::new(),
    }
}
