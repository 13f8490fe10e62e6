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
        task: "Listen on a port and accept every connection, each in a thread of its own. Read \
               what the client sends, print it, and close the connection. Do not write anything.",
        checks: &["tcp/accept", "tcp/client-first", "tcp/second-connection"],
        ..stage(1, 1, "01-raw-socket", "Listen, and survive a second visitor")
    },
    Stage {
        task: "Read a request up to its blank line. Answer with 101 and the three headers that a \
               client looks for; the accept value is made of the key in the request.",
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
        task: "Answer every request that is right: in any number of segments, with its names and \
               tokens in any case, with lists, and with colons within values.",
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
        task: "Refuse a request that is wrong, with an HTTP status that says why, and go on \
               serving others: 405 for the method, 426 for the version, 400 for the rest.",
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
        ..stage(4, 2, "02-handshake", "Refuse, with the right status")
    },
    Stage {
        task: "Compare the Origin of a request with your own address, and answer 403 if it is \
               another one. A client that sends no Origin is not a browser, and may come in.",
        checks: &["hostile/foreign-origin"],
        ..stage(5, 2, "02-handshake", "Whose page is asking")
    },
    Stage {
        task: "After the 101, keep the connection open and read frame after frame: two bytes, the \
               length in one of its three forms, the masking key, the payload.",
        checks: &[
            "unmasking/text",
            "unmasking/two-byte-length",
            "unmasking/eight-byte-length",
            "unmasking/top-bit",
        ],
        ..stage(6, 3, "03-unmasking", "The first frame")
    },
    Stage {
        task: "XOR the payload with the masking key and print it. Fail the connection if a frame \
               is not masked. The judge cannot see what you print: type a message in a browser.",
        checks: &["unmasking/mask-bit", "unmasking/key"],
        ..stage(7, 3, "03-unmasking", "Unmask, and print")
    },
    Stage {
        task: "Send each message back: not masked, with its opcode, and with its length in the \
               shortest form.",
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
        task: "One read may return a part of a frame, or several frames, or the request and a \
               frame. Keep what is left over, and read until a frame is complete.",
        checks: &["framing/two-in-one-segment", "framing/split", "hostile/pipelined"],
        ..stage(9, 4, "04-framing", "A stream is not frames")
    },
    Stage {
        task: "Answer a ping with a pong, ignore a pong, and fail the connection with 1002 for \
               what the standard does not allow in a header.",
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
        task: "Join the fragments of a message, and answer a ping that comes between them. Refuse \
               a continuation without a beginning, and a beginning within a message.",
        checks: &["fragments/*"],
        ..stage(11, 5, "05-echo", "Messages")
    },
    Stage {
        task: "Check that a text is UTF-8, as a whole: a character may be split between two \
               fragments. Fail the connection with 1007 if it is not, at the first wrong byte.",
        checks: &["utf8/*", "hostile/early-utf8"],
        ..stage(12, 5, "05-echo", "Text")
    },
    Stage {
        task: "Answer a close frame with a close frame, then end the TCP connection. Refuse the \
               status codes that must not be sent.",
        checks: &["closing/*"],
        ..stage(13, 5, "05-echo", "Goodbye")
    },
    Stage {
        task: "Limit what one client can take: the header block, the message, its fragments, the \
               time for the handshake, and the time in silence. Send pings to a silent client.",
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
        task: "Serve hundreds of clients at once, and let none of them delay the others: first \
               with threads, then with tokio.",
        checks: &["hostile/crowd", "hostile/ping-flood"],
        ..stage(15, 5, "05-echo", "Many at once")
    },
    Stage {
        task: "Pass all of Autobahn's cases without compression.",
        cases: "1.*,2.*,3.*,4.*,5.*,6.*,7.*,9.*,10.*",
        ..stage(16, 5, "conformance", "The outside judge")
    },
    Stage {
        task: "Accept an offer of permessage-deflate, compress what you send, decompress what you \
               receive, and limit how long a message may become.",
        checks: &["compression/*"],
        cases: "12.*,13.*",
        ..stage(17, 5, "05-echo", "Compression")
    },
    Stage {
        task: "Open a room under /ws/ROOM/NAME: send each message to all others, tell who comes \
               and goes, do not wait for a slow reader, and let people come back to what they \
               have missed.",
        checks: &["room/*", "hostile/slow-reader"],
        ..stage(18, 6, "06-chat", "A room")
    },
];

const fn stage(number: u8, level: u8, chapter: &'static str, title: &'static str) -> Stage {
    Stage { number, title, task: "", chapter, level, checks: &[], cases: "" }
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
