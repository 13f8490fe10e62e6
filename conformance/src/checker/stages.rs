//! The stages in which a reader builds a server, and the checks that judge each of them.

use crate::checker::check::Check;
use crate::checker::checks::all;

/// A stage: what to build in one sitting, and what shows that it works.
#[derive(Clone, Copy, Debug)]
pub struct Stage {
    /// Its place in the order, from 1.
    pub number: u8,
    /// What is built, in a few words.
    pub title: &'static str,
    /// What to do, in a few sentences.
    pub task: &'static str,
    /// The chapter of the book, by the name of its file.
    pub chapter: &'static str,
    /// The highest level of the checker that such a server is judged at.
    pub level: u8,
    /// The names of the checks, in the order in which they are run. `utf8/*` is the whole group.
    /// A stage without any is judged by Autobahn's cases alone.
    pub checks: &'static [&'static str],
    /// The cases of Autobahn that judge it too, as `ws-judge conformance --only` takes them.
    pub cases: &'static str,
}

/// All stages, the first one first.
pub const STAGES: [Stage; 18] = [
    Stage {
        task: "Accept every connection, each in a thread of its own. Read what the client \
               sends, print it, and close the connection. Send nothing: the client speaks \
               first.",
        checks: &["tcp/accept", "tcp/client-first", "tcp/second-connection"],
        ..stage(1, 1, "01-raw-socket", "Listen, and survive a second visitor")
    },
    Stage {
        task: "Read a request up to its blank line. Answer with 101 and the three headers that \
               a client looks for. One of them is made from the key in the request.",
        checks: &[
            "handshake/upgrade",
            "handshake/accept",
            "handshake/upgrade-answered",
            "handshake/connection-answered",
            "handshake/extension",
            "handshake/subprotocol",
        ],
        ..stage(2, 2, "02-handshake", "One good request")
    },
    Stage {
        task: "Answer every correct request: in any number of pieces, with names and tokens in \
               upper or lower case, with lists, and with colons in a value.",
        checks: &[
            "handshake/segments",
            "hostile/byte-at-a-time",
            "handshake/large-request",
            "handshake/names-in-any-case",
            "handshake/tokens-in-any-case",
            "handshake/connection-list",
            "handshake/values-with-colons",
            "handshake/any-key",
        ],
        ..stage(3, 2, "02-handshake", "Any good request")
    },
    Stage {
        task: "Refuse a request that is wrong with an HTTP status and a sentence that says why: \
               405 for the method, 426 for the version of WebSocket, 505 for HTTP/1.0, 400 for \
               the rest. Go on serving other clients.",
        checks: &[
            "handshake/method",
            "handshake/http-version",
            "handshake/host",
            "handshake/upgrade-header",
            "handshake/connection-header",
            "handshake/version",
            "handshake/version-missing",
            "handshake/version-form",
            "handshake/version-named",
            "handshake/key-missing",
            "handshake/key-length",
            "handshake/key-base64",
            "handshake/key-repeated",
            "handshake/error-status",
            "tcp/still-there",
        ],
        ..stage(4, 2, "02b-refusing", "Refuse, with the right status")
    },
    Stage {
        task: "A page of another site must not use your server. Refuse a request with 403 if \
               its Origin is not your own. A request without Origin does not come from a \
               browser: accept it.",
        checks: &["hostile/foreign-origin"],
        ..stage(5, 2, "02b-refusing", "Whose page is asking")
    },
    Stage {
        task: "After the 101, keep the connection open and read one frame after the other: two \
               bytes, the length in one of its three forms, the masking key, the payload. Send \
               nothing.",
        checks: &[
            "unmasking/text",
            "unmasking/two-byte-length",
            "unmasking/eight-byte-length",
            "unmasking/top-bit",
        ],
        ..stage(6, 3, "03-unmasking", "The first frame")
    },
    Stage {
        task: "XOR the payload with the masking key, and print it. End the connection if a \
               frame is not masked. The judge cannot see what you print, so send a text from a \
               browser.",
        checks: &["unmasking/mask-bit", "unmasking/key"],
        ..stage(7, 3, "03-unmasking", "Unmask, and print")
    },
    Stage {
        task: "Send each message back in a frame of your own: with the opcode of the message, \
               with the length in its shortest form, and without a mask.",
        checks: &[
            "framing/echo",
            "framing/binary",
            "framing/empty",
            "framing/not-masked",
            "framing/reserved-bits-clear",
            "framing/minimal-length",
        ],
        ..stage(8, 4, "04-framing", "Answer")
    },
    Stage {
        task: "One read may return a part of a frame, or two frames, or a request and a frame. \
               Move the code that knows WebSocket into a type without a socket: bytes in, \
               messages out, and messages in, bytes out.",
        checks: &["framing/two-in-one-segment", "framing/split", "hostile/pipelined"],
        ..stage(9, 4, "04-framing", "A stream is not frames")
    },
    Stage {
        task: "Answer a ping with a pong and ignore a pong. If a header breaks a rule, fail the \
               connection: send a close frame with 1002, and end it.",
        checks: &[
            "framing/ping",
            "framing/pong",
            "framing/reserved-bits",
            "framing/reserved-opcodes",
            "framing/control-length",
            "framing/control-fragmented",
            "framing/control-whole",
            "hostile/minimal-length",
        ],
        ..stage(10, 4, "04-framing", "Control frames, and strictness")
    },
    Stage {
        task: "Join the fragments of a message, and answer a ping that comes between them. Fail \
               the connection if a continuation has nothing to continue, or if a message begins \
               within another one.",
        checks: &["fragments/*"],
        ..stage(11, 5, "05a-messages", "Messages")
    },
    Stage {
        task: "A text must be UTF-8. Check the message and not the frame, because a character \
               may be split between two fragments. Fail the connection with 1007 as soon as a \
               fragment has a wrong byte.",
        checks: &["utf8/*", "hostile/early-utf8"],
        ..stage(12, 5, "05a-messages", "Text")
    },
    Stage {
        task: "Answer a close frame with a close frame, then end the TCP connection. Fail the \
               connection if the status code is one that must not be sent, or if the reason is \
               not UTF-8.",
        checks: &["closing/*"],
        ..stage(13, 5, "05a-messages", "Goodbye")
    },
    Stage {
        task: "Limit what one client can cost: the header block, the message, its fragments, \
               the time for the request, and the time in silence. Send a ping to a silent \
               client, and end the connection if nothing comes back.",
        checks: &[
            "limits/*",
            "hostile/header-bytes",
            "hostile/header-lines",
            "hostile/two-hosts",
            "hostile/repeated",
            "hostile/body",
            "hostile/malformed-lines",
            "hostile/empty-fragments",
            "hostile/message-limit",
            "hostile/silent-handshake",
            "hostile/dripping-handshake",
            "hostile/unanswered-close",
            "hostile/half-open",
            "hostile/small-fragments",
            "hostile/memory",
        ],
        ..stage(14, 5, "hostile", "Limits and time")
    },
    Stage {
        task: "Serve 500 clients at the same time, and let no client delay the others. A thread \
               for each is too much: give each a task of tokio. Only main.rs needs to change.",
        checks: &["hostile/crowd", "hostile/ping-flood"],
        ..stage(15, 5, "05b-many-connections", "Many at once")
    },
    Stage {
        task: "Pass all of Autobahn's cases without compression. Autobahn is the test suite \
               that most WebSocket libraries are measured by.",
        cases: "1.*,2.*,3.*,4.*,5.*,6.*,7.*,9.*,10.*",
        ..stage(16, 5, "conformance", "The outside judge")
    },
    Stage {
        task: "Accept an offer of permessage-deflate. Decompress what you receive, up to the \
               limit on a message, and compress what you send.",
        checks: &["compression/*"],
        cases: "12.*,13.*",
        ..stage(17, 5, "05d-compression", "Compression")
    },
    Stage {
        task: "Open a room at /ws/ROOM/NAME. Send each message to all other members, and tell \
               them who joins and who leaves. Do not wait for a member who does not read. Send \
               a member who comes back the messages that they have missed.",
        checks: &["room/*", "hostile/slow-reader"],
        ..stage(18, 6, "06a-room", "A room")
    },
];

const fn stage(number: u8, level: u8, chapter: &'static str, title: &'static str) -> Stage {
    Stage { number, title, task: "", chapter, level, checks: &[], cases: "" }
}

/// Returns how people call the chapter in this file of the book: `chapter 5a` for `05a-messages`, and
/// the name of the file for a page without a number.
pub fn chapter_name(file: &str) -> String {
    match file.split_once('-') {
        Some((number, _)) if number.starts_with(|letter: char| letter.is_ascii_digit()) => {
            format!("chapter {}", number.strip_prefix('0').unwrap_or(number))
        }
        _ => file.to_owned(),
    }
}

impl Stage {
    /// Returns the checks of this stage, in order.
    pub fn checks(&self) -> Vec<Check> {
        let all = all();
        let checks = |pattern| all.iter().filter(move |check| is_selected(pattern, check.id));
        self.checks.iter().flat_map(|pattern| checks(pattern)).copied().collect()
    }
}

/// Returns the stage with this number.
pub fn numbered(number: u8) -> Option<&'static Stage> {
    STAGES.iter().find(|stage| stage.number == number)
}

/// Returns the stage that the check with this name belongs to.
pub fn stage_of(id: &str) -> Option<&'static Stage> {
    STAGES.iter().find(|stage| stage.checks.iter().any(|pattern| is_selected(pattern, id)))
}

/// Whether the pattern is this name, or that of its group: `utf8/*`.
pub(crate) fn is_selected(pattern: &str, id: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(group) => group.ends_with('/') && id.starts_with(group),
        None => pattern == id,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checker::check::Turn;
    use std::collections::HashMap;
    use std::path::Path;

    #[test]
    fn every_check_belongs_to_one_stage_and_every_name_in_a_stage_is_that_of_a_check() {
        for check in all() {
            let stages = STAGES.iter().flat_map(|stage| stage.checks);
            let count = stages.filter(|pattern| is_selected(pattern, check.id)).count();
            assert_eq!(count, 1, "{} is in {count} places", check.id);
        }
        for pattern in STAGES.iter().flat_map(|stage| stage.checks) {
            assert!(all().iter().any(|check| is_selected(pattern, check.id)), "{pattern}");
        }
    }

    #[test]
    fn what_a_check_needs_comes_before_it() {
        let mut places = HashMap::new();
        for check in STAGES.iter().flat_map(Stage::checks) {
            for id in check.needs {
                let is_last = check.turn != Turn::Crowd;
                assert!(is_last || places.contains_key(id), "{} needs {id}", check.id);
                let (needed, own) = (stage_of(id).unwrap(), stage_of(check.id).unwrap());
                assert!(needed.number <= own.number, "{} needs {id}", check.id);
            }
            places.insert(check.id, places.len());
        }
    }

    #[test]
    fn a_title_and_a_task_leave_room_on_the_screen() {
        for Stage { number, title, task, .. } in STAGES {
            assert!(title.chars().count() <= 39, "stage {number}: {title}");
            let (mut lines, mut column) = (1, 0);
            for width in task.split(' ').map(|word| word.chars().count()) {
                if column + width > 78 {
                    (lines, column) = (lines + 1, 0);
                }
                column += width + 1;
            }
            assert!(lines <= 4, "stage {number}: {lines} lines");
        }
    }

    #[test]
    fn a_chapter_is_called_by_its_number() {
        let names = ["00-polling", "05a-messages", "conformance", "who-is-it"].map(chapter_name);
        assert_eq!(names, ["chapter 0", "chapter 5a", "conformance", "who-is-it"]);
    }

    #[test]
    fn every_stage_can_be_judged_and_has_a_task_and_a_chapter() {
        for (index, stage) in STAGES.iter().enumerate() {
            assert_eq!(usize::from(stage.number), index + 1);
            assert!(stage.task.ends_with('.') && !stage.title.ends_with('.'), "{}", stage.title);
            assert!(!stage.checks.is_empty() || !stage.cases.is_empty(), "{}", stage.title);
            assert!(stage.checks().iter().all(|check| check.level <= stage.level.max(5)));
            let book = Path::new(env!("CARGO_MANIFEST_DIR")).join("../book/src");
            assert!(book.join(format!("{}.md", stage.chapter)).is_file(), "{}", stage.chapter);
        }
        assert!(STAGES.windows(2).all(|pair| pair[0].level <= pair[1].level));
    }
}
