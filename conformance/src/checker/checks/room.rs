//! Level 6: the room, by the chat's JSON as steps/06-chat/README.md describes it.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::checker::check::{Check, Turn};
use crate::checker::checks::member::{Member, new_room, two};
use crate::checker::session::Session;
use crate::checker::wire::conversation::Answer;
use crate::checker::wire::frame::{Draft, Opcode, text};
use crate::checker::wire::peer::Event;
use crate::checker::wire::stop::{Judgement, Stop};

const README: &str = "steps/06-chat/README.md";
/// How much is sent to a member who does not read: the number of messages, and the bytes of each.
const FLOOD: (usize, usize) = (500, 15_000);
/// How long it may take until all others have received it.
const FLOOD_TIME: Duration = Duration::from_secs(25);

pub(crate) const CHECKS: &[Check] = &[
    Check::new(6, "room/welcome", README, welcome)
        .needs(&["handshake/upgrade"])
        .expects("A new member first receives a welcome with the room, their name, and who is here.")
        .hint("A client enters at /ws/ROOM/NAME. The first message is {\"type\": \"welcome\", \"room\", \"you\", \"here\": [names]}."),
    Check::new(6, "room/message", README, |session| {
        let (_, mut ada, mut grace) = two(session)?;
        ada.send(&json!({"msg": "hello", "key": "k1"}));
        let value = grace.receive_with("message", &json!({"sender": "ada", "msg": "hello"}))?;
        if value["id"].is_null() || !value["time"].is_number() {
            return Err(grace.wrong(format!("There is no id or no time in {value}")));
        }
        Ok(())
    })
    .needs(&["room/welcome"])
    .expects("A message of one member is sent to the others, with its sender.")
    .hint("{\"msg\"} comes in, {\"type\": \"message\", \"sender\", \"msg\", \"id\", \"time\"} goes out."),
    Check::new(6, "room/sent", README, sent)
        .expects("The sender receives `sent` with the key of the message, and not the message.")
        .hint("Everyone except its sender gets a message: the sender has it already."),
    Check::new(6, "room/plain-text", README, |session| {
        let (_, mut ada, mut grace) = two(session)?;
        ada.peer.send_frame(&text("just words"));
        let fields = json!({"sender": "ada", "msg": "just words"});
        grace.receive_with("message", &fields).map(drop)
    })
    .expects("A text that is not a JSON object is delivered as a message, unchanged.")
    .hint("Try to read it as JSON. If that fails, the text itself is the message."),
    Check::new(6, "room/words-unchanged", README, |session| {
        let (_, mut ada, mut grace) = two(session)?;
        let words = "<img src=x onerror=\"alert('1')\"> & \u{1f600}";
        ada.send(&json!({"msg": words}));
        grace.receive_texts(&[words])
    })
    .fault("F17")
    .expects("Markup, quotes and emoji are delivered unchanged.")
    .hint("Send the text unchanged. A page that shows it must insert it as text, never with innerHTML."),
    Check::new(6, "room/same-key", README, |session| {
        let (_, mut ada, mut grace) = two(session)?;
        for (words, key) in [("once", "k1"), ("once", "k1"), ("and then", "k2")] {
            ada.send(&json!({"msg": words, "key": key}));
        }
        grace.receive_texts(&["once", "and then"])
    })
    .expects("A message that is sent again with the same key is delivered once.")
    .hint("Keep the last keys of each sender: a page that reconnects sends its unconfirmed messages again."),
    Check::new(6, "room/order", README, order)
        .expects("Everyone gets messages in the same order, and ids grow.")
        .hint("Number a message and send it to all under one lock, or from one task."),
    Check::new(6, "room/history", README, |session| {
        let (room, _) = filled(session)?;
        Member::enter(session, &room, "late")?.receive_texts(&["one", "two"])
    })
    .expects("A member who comes later receives the earlier messages, after the welcome.")
    .hint("Keep the last messages of a room and send them to whoever enters."),
    Check::new(6, "room/after", README, |session| {
        let (room, first) = filled(session)?;
        Member::enter(session, &room, &format!("late?after={first}"))?.receive_texts(&["two"])
    })
    .needs(&["room/history", "room/order"])
    .expects("A member who comes back with `after=ID` receives only the messages after that id.")
    .hint("Send the messages with a higher id than the one in the query."),
    Check::new(6, "room/apart", README, |session| {
        let (room, mut ada, mut grace) = two(session)?;
        let other = format!("{room}-too");
        let mut alan = Member::enter(session, &other, "alan")?;
        let mut edsger = Member::enter(session, &other, "edsger")?;
        alan.send(&json!({"msg": "elsewhere"}));
        edsger.receive_texts(&["elsewhere"])?;
        ada.send(&json!({"msg": "here"}));
        grace.receive_texts(&["here"])
    })
    .expects("A message is not delivered in another room.")
    .hint("The first part of the path is the room: keep a list of members for each."),
    Check::new(6, "room/joined", README, |session| {
        let (_, mut ada, _grace) = two(session)?;
        ada.receive_name("joined", "grace")
    })
    .expects("The members are sent the name of a new member.")
    .hint("{\"type\": \"joined\", \"names\": [names]} goes to everyone else."),
    Check::new(6, "room/left", README, |session| {
        let (_, mut ada, mut grace) = two(session)?;
        grace.peer.send_frame(&Draft::close(1000, ""));
        ada.receive_name("left", "grace")
    })
    .expects("The members are sent the name of a member who closes the connection.")
    .hint("{\"type\": \"left\", \"names\": [names]} goes to everyone who stays."),
    Check::new(6, "room/vanished", README, |session| {
        let (_, mut ada, grace) = two(session)?;
        drop(grace);
        ada.receive_name("left", "grace")
    })
    .needs(&["room/left"])
    .fault("F18")
    .expects("The members are sent the name of a member who has gone without a close frame.")
    .hint("When the TCP connection ends, the member has left too: remove them from the list."),
    Check::new(6, "room/typing", README, |session| {
        let (_, mut ada, mut grace) = two(session)?;
        ada.send(&json!({"typing": true}));
        grace.receive_with("typing", &json!({"name": "ada"})).map(drop)
    })
    .expects("The others are notified that a member is typing.")
    .hint("{\"typing\": true} comes in, {\"type\": \"typing\", \"name\"} goes out to everyone else."),
    Check::new(6, "room/name-taken", README, |session| {
        let (room, mut ada, mut grace) = two(session)?;
        is_refused(session, &room, "grace")?;
        ada.send(&json!({"msg": "still you?"}));
        grace.receive_texts(&["still you?"])
    })
    .fault("F22")
    .expects("A name that is taken is refused, and the member who has it stays.")
    .hint("Check whether the name is in use before you store a socket under it, and close the second socket with 1008."),
    Check::new(6, "room/bad-names", README, |session| {
        let (room, long) = (new_room(), "x".repeat(1000));
        ["%07bell", "", &long].iter().try_for_each(|name| is_refused(session, &room, name))
    })
    .expects("A name of 1,000 characters, with control characters, or empty is refused.")
    .hint("Decode the name from the path, check it, and close with 1008 and the reason."),
    Check::hostile(6, "hostile/slow-reader", README, slow_reader)
        .turn(Turn::Alone)
        .fault("F21")
        .expects("A member who does not read does not delay the others.")
        .hint("Give each member a queue with a limit: a sender must never wait for a reader."),
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
    Err(ada.wrong(format!("The first message was {value}")))
}

fn sent(session: &Session) -> Judgement {
    let (_, mut ada, _grace) = two(session)?;
    ada.send(&json!({"msg": "hello", "key": "k1"}));
    loop {
        let value = ada.next()?;
        match value["type"].as_str() {
            Some("message") => return Err(ada.wrong(format!("The sender received {value}"))),
            Some("sent") if value["key"] == "k1" && !value["id"].is_null() => return Ok(()),
            Some("sent") => return Err(ada.wrong(format!("Another key or no id in {value}"))),
            _ => {}
        }
    }
}

fn order(session: &Session) -> Judgement {
    const EACH: usize = 10;
    let (room, mut ada, mut grace) = two(session)?;
    let mut others =
        [Member::enter(session, &room, "edsger")?, Member::enter(session, &room, "barbara")?];
    for number in 0..EACH {
        ada.send(&json!({"msg": format!("a{number}")}));
        grace.send(&json!({"msg": format!("g{number}")}));
    }
    let mut received = Vec::new();
    for member in &mut others {
        let mut messages = Vec::new();
        for _ in 0..2 * EACH {
            let value = member.receive("message")?;
            messages.push((id_of(&value), value["msg"].clone()));
        }
        received.push(messages);
    }
    let [_, last] = &others;
    if received[0] != received[1] {
        return Err(last.wrong("Two members received the same messages in different orders"));
    }
    let place = |id: &str| -> Vec<u64> {
        id.split('-').map(|part| part.parse().unwrap_or_default()).collect()
    };
    if received[0].windows(2).any(|pair| place(&pair[0].0) >= place(&pair[1].0)) {
        return Err(last.wrong("An id is not higher than the previous one"));
    }
    Ok(())
}

/// The id of a message, which may be a text or a number.
fn id_of(message: &Value) -> String {
    message["id"].as_str().map_or_else(|| message["id"].to_string(), str::to_owned)
}

/// Returns a new room in which `one` and `two` were sent, and the id of the first.
fn filled(session: &Session) -> Result<(String, String), Stop> {
    let (room, mut ada, mut grace) = two(session)?;
    ada.send(&json!({"msg": "one"}));
    ada.send(&json!({"msg": "two"}));
    let first = grace.receive_with("message", &json!({"msg": "one"}))?;
    grace.receive_texts(&["two"])?;
    Ok((room, id_of(&first)))
}

/// Expects that a client cannot enter under this name: that the answer is an HTTP error, or that a close
/// frame follows it.
fn is_refused(session: &Session, room: &str, name: &str) -> Judgement {
    let path = format!("{}/{room}/{name}", session.options.rooms);
    let mut peer = session.send(&session.request().path(path).bytes())?;
    match peer.answer() {
        Answer::Response(response) if response.status == 101 => peer.opened(),
        Answer::Quiet => return Err(peer.wrong("The server did not answer", None)),
        _ => return Ok(()),
    }
    match peer.event(session.options.answer) {
        Event::Ended(_) => Ok(()),
        Event::Frame(frame) if frame.opcode == Opcode::Close => Ok(()),
        other => Err(peer.instead(&other, "the name should be refused")),
    }
}

fn slow_reader(session: &Session) -> Judgement {
    let (room, mut ada, mut grace) = two(session)?;
    let _slow = Member::enter(session, &room, "slow")?;
    let until = Instant::now() + FLOOD_TIME;
    for number in 0..FLOOD.0 {
        let words = format!("{number}{}", "!".repeat(FLOOD.1));
        ada.send(&json!({"msg": words}));
        grace.receive_texts(&[&words])?;
        if Instant::now() > until {
            return Err(Stop::unseen(
                "the server is too slow to fill a queue; it may limit how much a member sends",
            ));
        }
    }
    Ok(())
}
