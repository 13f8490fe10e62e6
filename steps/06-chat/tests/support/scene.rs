//! A scene with several members, written down while it is played: `→` is what a member sends, `←`
//! what a member receives.

use std::collections::BTreeMap;

use testkit::Server;

use super::member::Member;

/// A scene, and those who play in it.
pub(crate) struct Scene<'server> {
    server: &'server Server,
    members: BTreeMap<&'static str, Member>,
    lines: Vec<String>,
    ids: Vec<String>,
}

impl<'server> Scene<'server> {
    pub(crate) fn new(server: &'server Server) -> Self {
        Self { server, members: BTreeMap::new(), lines: Vec::new(), ids: Vec::new() }
    }

    /// Somebody opens a WebSocket.
    #[track_caller]
    pub(crate) fn connects(&mut self, who: &'static str, target: &str) -> &mut Self {
        self.members.insert(who, Member::connects(self.server, target));
        let line = format!("{who} → opens {target}");
        self.writes(&line)
    }

    #[track_caller]
    pub(crate) fn says(&mut self, who: &str, text: &str) -> &mut Self {
        self.member(who).says(text);
        self.writes(&format!("{who} → {text}"))
    }

    /// A member receives this number of messages.
    #[track_caller]
    pub(crate) fn hears(&mut self, who: &str, count: usize) -> &mut Self {
        for _ in 0..count {
            let text = self.member(who).hears_text();
            self.writes(&format!("{who} ← {text}"));
        }
        self
    }

    /// Somebody ends their connection, as one should.
    #[track_caller]
    pub(crate) fn leaves(&mut self, who: &str) -> &mut Self {
        self.members.remove(who).expect("who leaves was there").leaves();
        self.writes(&format!("{who} × closes"))
    }

    #[track_caller]
    pub(crate) fn is_closed(&mut self, who: &str, code: u16) -> &mut Self {
        let member = self.members.remove(who).expect("who is closed was there");
        let reason = member.expects_close(code);
        self.writes(&format!("{who} × is closed with {code}: {reason}"))
    }

    /// Returns the id of the last message that a member has received.
    pub(crate) fn last_id(&self) -> String {
        self.ids.last().expect("somebody was told an id").clone()
    }

    pub(crate) fn script(&self) -> String {
        self.lines.join("\n")
    }

    #[track_caller]
    fn member(&mut self, who: &str) -> &mut Member {
        self.members.get_mut(who).expect("who plays has connected")
    }

    /// Ids are numbered as they come, times are left out, and so are keys that the server has drawn.
    fn writes(&mut self, line: &str) -> &mut Self {
        let mut rest = line;
        let mut written = String::new();
        while let Some((label, at)) = next_value(rest) {
            let end = at + rest[at..].find(['"', ',', '}']).unwrap_or(rest.len() - at);
            let value = &rest[at..end];
            written.push_str(&rest[..at]);
            written.push_str(&match label {
                ID => self.number(value),
                TIME => "(time)".to_owned(),
                AFTER => self.place(value),
                _ if is_drawn(value) => "(key)".to_owned(),
                _ => value.to_owned(),
            });
            rest = &rest[end..];
        }
        written.push_str(rest);
        for (index, id) in self.ids.iter().enumerate() {
            written = written.replace(id, &told_id(index));
        }
        self.lines.push(written);
        self
    }

    /// The place of somebody who comes: behind a message that was told, or before all of them.
    fn place(&self, id: &str) -> String {
        let known = self.ids.iter().position(|known| known == id);
        known.map_or_else(|| "(the beginning)".to_owned(), told_id)
    }

    fn number(&mut self, id: &str) -> String {
        let known = self.ids.iter().position(|known| known == id);
        told_id(known.unwrap_or_else(|| {
            self.ids.push(id.to_owned());
            self.ids.len() - 1
        }))
    }
}

const ID: &str = "\"id\":\"";
const TIME: &str = "\"time\":";
const KEY: &str = "\"key\":\"";
const AFTER: &str = "\"after\":\"";

/// The first value in `text` that may be another each time: its label, and where it begins.
fn next_value(text: &str) -> Option<(&'static str, usize)> {
    let found =
        [ID, TIME, KEY, AFTER].into_iter().filter_map(|label| Some((text.find(label)?, label)));
    found.min().map(|(at, label)| (label, at + label.len()))
}

fn told_id(index: usize) -> String {
    format!("(id {})", index + 1)
}

fn is_drawn(key: &str) -> bool {
    key.len() == 16 && key.bytes().all(|byte| byte.is_ascii_hexdigit())
}
