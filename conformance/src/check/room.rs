//! Level 6: the room, by the chat's JSON, as steps/06-chat/README.md writes it down.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{
    catalogue::{Check, Judgement, Stop, Turn},
    conversation::Answer,
    frame::{CLOSE, Draft, text},
    member::{Member, new_room, two},
    peer::Event,
    request::Request,
    session::Session,
};

const README: &str = "steps/06-chat/README.md";
/// How much is said in front of a member who does not read, in messages and in bytes of each.
const LOUD: (usize, usize) = (500, 15_000);
/// How long it may take all others to hear it.
const LOUD_TIME: Duration = Duration::from_secs(25);

pub(super) const CHECKS: &[Check] = &[
    Check::new(6, "room/welcome", README, welcome)
        .needs(&["handshake/upgrade"])
        .expects("Who enters is told first: welcome, with the room, their name, and who is here.")
        .hint("The first message is {\"type\": \"welcome\", \"room\", \"you\", \"here\": [names]}."),
    Check::new(6, "room/message", README, message)
        .needs(&["room/welcome"])
        .expects("What one says the others hear, with its sender.")
        .hint("{\"msg\"} comes in, {\"type\": \"message\", \"sender\", \"msg\", \"id\", \"time\"} goes out."),
    Check::new(6, "room/sent", README, sent)
        .expects("The sender hears `sent` with the key of the message, and not the message.")
        .hint("Everyone but its sender gets a message: the sender has it already."),
    Check::new(6, "room/plain-text", README, plain)
        .expects("A text that is no JSON object is a message as it stands.")
        .hint("Try to read it as JSON, and take it for words if it is none."),
    Check::new(6, "room/words-unchanged", README, unchanged)
        .fault("F17")
        .expects("Markup, quotes and emoji come out as they went in.")
        .hint("Escape where words are shown, as text and never by innerHTML; the wire carries them as they are."),
    Check::new(6, "room/same-key", README, same_key)
        .expects("A message that is said again with the same key counts once.")
        .hint("Keep the last keys of each sender: a page that comes back says again what it is not sure of."),
    Check::new(6, "room/order", README, order)
        .expects("Everyone gets messages in the same order, and ids grow.")
        .hint("Number a message and hand it to all under one lock, or from one task."),
    Check::new(6, "room/history", README, history)
        .expects("Who comes later is told what was said before, after the welcome.")
        .hint("Keep the last messages of a room and send them to whoever enters."),
    Check::new(6, "room/after", README, after)
        .needs(&["room/history", "room/order"])
        .expects("Who comes back with `after=ID` gets what came after it, and only that.")
        .hint("Send the messages with a higher id than the one in the query."),
    Check::new(6, "room/apart", README, apart)
        .expects("What is said in one room is not heard in another.")
        .hint("The first part of the path is the room: keep a list of members for each."),
    Check::new(6, "room/joined", README, joined)
        .expects("Those who are there hear who comes.")
        .hint("{\"type\": \"joined\", \"names\": [names]} goes to everyone else."),
    Check::new(6, "room/left", README, left)
        .expects("Those who are there hear who closes their connection.")
        .hint("{\"type\": \"left\", \"names\": [names]} goes to everyone who stays."),
    Check::new(6, "room/vanished", README, vanished)
        .needs(&["room/left"])
        .fault("F18")
        .expects("Those who are there hear who has gone without a close frame.")
        .hint("The end of the TCP connection is a goodbye too: take the member out of the list."),
    Check::new(6, "room/typing", README, typing)
        .expects("The others hear that somebody is writing.")
        .hint("{\"typing\": true} comes in, {\"type\": \"typing\", \"name\"} goes out to everyone else."),
    Check::new(6, "room/name-taken", README, name_taken)
        .fault("F22")
        .expects("A name that is taken is refused, and whoever has it stays.")
        .hint("Look whether the name is there before you put a socket under it; close the second with 1008."),
    Check::new(6, "room/bad-names", README, bad_names)
        .expects("A name of 1,000 characters, with control characters, or empty is refused.")
        .hint("Decode the name from the path, look at it, and close with 1008 and the reason."),
    Check::new(6, "hostile/slow-reader", README, slow_reader)
        .hostile()
        .turn(Turn::Alone)
        .fault("F21")
        .expects("A member who does not read delays nobody else.")
        .hint("Give each member a queue with a limit: whoever sends must never wait for the one who reads."),
];

fn welcome(session: &Session) -> Judgement {
    let room = new_room();
    let mut ada = Member::connect(session, &room, "ada")?;
    let value = ada.next()?;
    let is_welcome = value["type"] == "welcome" && value["room"] == room.as_str();
    let here = value["here"].as_array().is_some_and(|here| here.contains(&json!("ada")));
    if is_welcome && value["you"] == "ada" && here {
        return Ok(());
    }
    Err(ada.peer.wrong(format!("The first message was {value}"), None))
}

fn message(session: &Session) -> Judgement {
    let (_, mut ada, mut grace) = two(session)?;
    ada.says(&json!({"msg": "hello", "key": "k1"}));
    let value = grace.hears_with("message", &json!({"sender": "ada", "msg": "hello"}))?;
    if value["id"].is_null() || !value["time"].is_number() {
        return Err(grace.peer.wrong(format!("There is no id or no time in {value}"), None));
    }
    Ok(())
}

fn sent(session: &Session) -> Judgement {
    let (_, mut ada, _grace) = two(session)?;
    ada.says(&json!({"msg": "hello", "key": "k1"}));
    loop {
        let value = ada.next()?;
        match value["type"].as_str() {
            Some("message") => {
                return Err(ada.peer.wrong(format!("The sender heard {value}"), None));
            }
            Some("sent") if value["key"] == "k1" && !value["id"].is_null() => return Ok(()),
            Some("sent") => {
                return Err(ada.peer.wrong(format!("Another key or no id in {value}"), None));
            }
            _ => {}
        }
    }
}

fn plain(session: &Session) -> Judgement {
    let (_, mut ada, mut grace) = two(session)?;
    ada.peer.send_frame(&text("just words"));
    grace.hears_with("message", &json!({"sender": "ada", "msg": "just words"})).map(drop)
}

fn unchanged(session: &Session) -> Judgement {
    let (_, mut ada, mut grace) = two(session)?;
    let words = "<img src=x onerror=\"alert('1')\"> & \u{1f600}";
    ada.says(&json!({"msg": words}));
    grace.hears_with("message", &json!({"msg": words})).map(drop)
}

fn same_key(session: &Session) -> Judgement {
    let (_, mut ada, mut grace) = two(session)?;
    for _ in 0..2 {
        ada.says(&json!({"msg": "once", "key": "k1"}));
    }
    ada.says(&json!({"msg": "and then", "key": "k2"}));
    grace.hears_with("message", &json!({"msg": "once"}))?;
    grace.hears_with("message", &json!({"msg": "and then"})).map(drop)
}

fn order(session: &Session) -> Judgement {
    const EACH: usize = 10;
    let (room, mut ada, mut grace) = two(session)?;
    let mut others =
        [Member::enter(session, &room, "edsger")?, Member::enter(session, &room, "barbara")?];
    for number in 0..EACH {
        ada.says(&json!({"msg": format!("a{number}")}));
        grace.says(&json!({"msg": format!("g{number}")}));
    }
    let mut heard = Vec::new();
    for member in &mut others {
        let mut messages = Vec::new();
        for _ in 0..2 * EACH {
            let value = member.hears("message")?;
            messages.push((value["id"].clone(), value["msg"].clone()));
        }
        heard.push(messages);
    }
    let [_, last] = &others;
    if heard[0] != heard[1] {
        return Err(last.peer.wrong("Two members heard the same messages in two orders", None));
    }
    let place = |id: &Value| -> Vec<u64> {
        let id = id.as_str().map_or_else(|| id.to_string(), str::to_owned);
        id.split('-').map(|part| part.parse().unwrap_or_default()).collect()
    };
    if heard[0].windows(2).any(|pair| place(&pair[0].0) >= place(&pair[1].0)) {
        return Err(last.peer.wrong("An id is not higher than the one before it", None));
    }
    Ok(())
}

/// Says this many things in a new room, and hands back the room and the first id.
fn said(session: &Session, words: &[&str]) -> Result<(String, Value), Stop> {
    let (room, mut ada, mut grace) = two(session)?;
    let mut first = Value::Null;
    for word in words {
        ada.says(&json!({"msg": word}));
        let value = grace.hears_with("message", &json!({"msg": word}))?;
        if first.is_null() {
            first = value["id"].clone();
        }
    }
    Ok((room, first))
}

fn history(session: &Session) -> Judgement {
    let (room, _) = said(session, &["one", "two"])?;
    let mut late = Member::enter(session, &room, "late")?;
    late.hears_with("message", &json!({"msg": "one"}))?;
    late.hears_with("message", &json!({"msg": "two"})).map(drop)
}

fn after(session: &Session) -> Judgement {
    let (room, first) = said(session, &["one", "two"])?;
    let id = first.as_str().map_or_else(|| first.to_string(), str::to_owned);
    let mut late = Member::enter(session, &room, &format!("late?after={id}"))?;
    late.hears_with("message", &json!({"msg": "two"})).map(drop)
}

fn apart(session: &Session) -> Judgement {
    let (room, mut ada, mut grace) = two(session)?;
    let other = format!("{room}-too");
    let mut alan = Member::enter(session, &other, "alan")?;
    let mut edsger = Member::enter(session, &other, "edsger")?;
    alan.says(&json!({"msg": "elsewhere"}));
    edsger.hears_with("message", &json!({"msg": "elsewhere"}))?;
    ada.says(&json!({"msg": "here"}));
    grace.hears_with("message", &json!({"msg": "here"})).map(drop)
}

fn joined(session: &Session) -> Judgement {
    let (_, mut ada, _grace) = two(session)?;
    names(&mut ada, "joined", "grace")
}

/// Waits until a member hears this name among those who have come or gone.
fn names(member: &mut Member, kind: &str, name: &str) -> Judgement {
    loop {
        let value = member.hears(kind)?;
        if value["names"].as_array().is_some_and(|names| names.contains(&json!(name))) {
            return Ok(());
        }
    }
}

fn left(session: &Session) -> Judgement {
    let (_, mut ada, mut grace) = two(session)?;
    grace.peer.send_frame(&Draft::close(1000, b""));
    names(&mut ada, "left", "grace")
}

fn vanished(session: &Session) -> Judgement {
    let (_, mut ada, grace) = two(session)?;
    drop(grace);
    names(&mut ada, "left", "grace")
}

fn typing(session: &Session) -> Judgement {
    let (_, mut ada, mut grace) = two(session)?;
    ada.says(&json!({"typing": true}));
    grace.hears_with("typing", &json!({"name": "ada"})).map(drop)
}

fn name_taken(session: &Session) -> Judgement {
    let (room, mut ada, mut grace) = two(session)?;
    is_refused(session, &room, "grace")?;
    ada.says(&json!({"msg": "still you?"}));
    grace.hears_with("message", &json!({"msg": "still you?"})).map(drop)
}

fn bad_names(session: &Session) -> Judgement {
    let room = new_room();
    for name in ["%07bell", "", &"x".repeat(1000)] {
        is_refused(session, &room, name)?;
    }
    Ok(())
}

/// Expects that nobody gets in under this name: by HTTP, or by a close frame.
fn is_refused(session: &Session, room: &str, name: &str) -> Judgement {
    let path = format!("{}/{room}/{name}", session.options.rooms);
    let mut peer = session.connect()?;
    peer.send(&Request::new(session).path(path).bytes());
    match peer.answer() {
        Answer::Response(response) if response.status == 101 => peer.opened(),
        Answer::Quiet => return Err(peer.wrong("The server did not answer", None)),
        _ => return Ok(()),
    }
    match peer.event(session.options.answer) {
        Event::Ended(_) => Ok(()),
        Event::Frame(frame) if frame.opcode == CLOSE => Ok(()),
        other => Err(peer.instead(&other, "the name should be refused")),
    }
}

fn slow_reader(session: &Session) -> Judgement {
    let (room, mut ada, mut grace) = two(session)?;
    let _slow = Member::enter(session, &room, "slow")?;
    let until = Instant::now() + LOUD_TIME;
    for number in 0..LOUD.0 {
        let words = format!("{number}{}", "!".repeat(LOUD.1));
        ada.says(&json!({"msg": words}));
        let heard = grace.hears_with("message", &json!({"msg": words}));
        heard?;
        if Instant::now() > until {
            let why = "the server is too slow to fill a queue; it may limit how much one says";
            return Err(Stop::Unseen(why.to_owned()));
        }
    }
    Ok(())
}
