//! Which names are allowed, and to whom they belong.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::fmt::Write;

use serde_json::json;
use support::scene::Scene;
use support::{Member, in_a_path, start};

mod support;

/// An invalid name is refused with 1008 and a reason, which a page can show. A page's script could
/// not read an HTTP error.
#[test]
fn a_name_that_is_none_is_refused_with_a_reason() {
    let server = start(&[]);
    let mut told = String::new();
    for (what, name) in [
        ("nothing", String::new()),
        ("a space", " ".to_owned()),
        ("33 characters", "說".repeat(33)),
        ("1 KiB", "n".repeat(1024)),
        ("a line's end", "Ada\nBob".to_owned()),
        ("a zero", "Ada\0".to_owned()),
        ("a C1 control", "Ada\u{85}".to_owned()),
        ("written from right to left", "Ada\u{202e}boB".to_owned()),
        ("an isolate", "\u{2067}Ada".to_owned()),
        ("a space of no width", "A\u{200b}da".to_owned()),
        ("a space at the end", "Ada ".to_owned()),
        ("two spaces", "Ada  Bob".to_owned()),
        ("an ideographic space", "Ada\u{3000}Bob".to_owned()),
        ("a blank of Braille", "\u{2800}".to_owned()),
        ("a filler of Hangul", "\u{3164}".to_owned()),
        ("a joiner without emoji", "A\u{200d}da".to_owned()),
        ("a style without emoji", "Ada\u{fe0f}".to_owned()),
        ("an accent alone", "\u{301}".to_owned()),
        ("five accents", "a\u{300}\u{301}\u{302}\u{303}\u{304}".to_owned()),
        ("a private character", "\u{e000}".to_owned()),
        ("no character", "\u{fdd0}".to_owned()),
    ] {
        for target in [format!("/ws/tea/{}", in_a_path(&name)), format!("/ws/{}", in_a_path(&name))]
        {
            let reason = Member::connects(&server, &target).expects_close(1008);
            writeln!(told, "{what:26} → {reason}").unwrap();
        }
        if !name.is_empty() {
            let room = format!("/ws/{}/Ada", in_a_path(&name));
            let reason = Member::connects(&server, &room).expects_close(1008);
            writeln!(told, "{what:26} → {reason} (for a room)").unwrap();
        }
    }
    insta::assert_snapshot!(told);
}

/// Everything else is a name, and comes as it went: what is markup to a page is text to us, and it
/// must not be put into a page as anything else (fault F17).
#[test]
fn a_name_may_be_anything_else() {
    let server = start(&[]);
    let longest = "說".repeat(32);
    for name in [
        "<img src=x onerror=alert(1)>",
        &longest,
        "a/b",
        "🦀",
        "O'Hara & Co",
        "...",
        "null",
        "👩‍👩‍👧",
        "می‌خواهم",
        "ශ්‍රී",
    ] {
        // And so is a room.
        let target = format!("/ws/{0}/{0}", in_a_path(name));
        let mut member = Member::connects(&server, &target);
        let welcome = member.hears();
        assert_eq!((&welcome["you"], &welcome["here"]), (&json!(name), &json!([name])));
        let mut other = Member::enters(&server, &format!("/ws/{}/Ada", in_a_path(name)));
        let markup = "<script>alert(1)</script>";
        member.says(markup);
        let heard = other.hears_of("message");
        assert_eq!((&heard["sender"], &heard["msg"]), (&json!(name), &json!(markup)));
        other.leaves();
        member.hears_names("left", &["Ada"]);
        member.leaves();
    }
}

/// Fault F22: in the tutorials, a second Ada gets the first one's place, and her messages.
#[test]
fn a_name_that_is_taken_stays_with_the_first() {
    let server = start(&[]);
    let mut first = Member::enters(&server, "/ws/tea/Ada?session=one");
    let mut bob = Member::enters(&server, "/ws/tea/Bob");
    for target in ["/ws/tea/Ada", "/ws/tea/Ada?session=two", "/ws/tea/Ada?session="] {
        let reason = Member::connects(&server, target).expects_close(1008);
        assert_eq!(reason, "that name is taken here: choose another");
    }
    bob.says("for Ada");
    assert_eq!(first.hears_until("for Ada"), ["for Ada"]);
    first.says("from Ada");
    assert_eq!(bob.hears_until("from Ada"), ["from Ada"]);
    // The name is free when she has gone.
    first.leaves();
    bob.hears_names("left", &["Ada"]);
    Member::enters(&server, "/ws/tea/Ada?session=two");
}

/// A Mac and a PC send the same name with different bytes. It is stored in normalization form C.
#[test]
fn both_normalization_forms_are_one_person() {
    let server = start(&[]);
    let decomposed = in_a_path("Zoe\u{308}");
    let mut zoe = Member::connects(&server, &format!("/ws/tea/{decomposed}?session=z"));
    assert_eq!(zoe.hears()["you"], "Zo\u{eb}");
    for name in [&decomposed, &in_a_path("Zo\u{eb}")] {
        let reason =
            Member::connects(&server, &format!("/ws/tea/{name}?session=y")).expects_close(1008);
        assert_eq!(reason, "that name is taken here: choose another");
    }
    // Nor are these two rooms.
    let _ada = Member::enters(&server, &format!("/ws/{decomposed}/Ada"));
    let room = format!("/ws/{}/Bob", in_a_path("Zo\u{eb}"));
    let welcome = Member::connects(&server, &room).hears();
    assert_eq!((&welcome["room"], &welcome["here"]), (&json!("Zo\u{eb}"), &json!(["Ada", "Bob"])));
}

/// The second "Ada" begins with a Cyrillic letter, and nobody would see it.
#[test]
fn a_name_that_looks_like_one_that_is_taken_is_refused() {
    const ALIKE: &str = "that name looks like one that is taken here: choose another";
    let server = start(&[]);
    let mut bob = Member::enters(&server, "/ws/tea/Bob");
    let ada = Member::enters(&server, "/ws/tea/Ada?session=a");
    let other = in_a_path("Аda");
    for target in [format!("/ws/tea/{other}"), format!("/ws/tea/{other}?session=b")] {
        assert_eq!(Member::connects(&server, &target).expects_close(1008), ALIKE);
    }
    // It is another name in another room, and Ada herself may have it.
    Member::enters(&server, &format!("/ws/coffee/{other}"));
    let renamed = Member::enters(&server, &format!("/ws/tea/{other}?session=a"));
    ada.leaves();
    bob.hears_names("left", &["Ada"]);
    // Now the other one is the one that is taken.
    assert_eq!(Member::connects(&server, "/ws/tea/Ada?session=b").expects_close(1008), ALIKE);
    renamed.leaves();
    bob.hears_names("left", &["Аda"]);
    let _ada = Member::enters(&server, "/ws/tea/Ada?session=b");
    // Numbers do not look alike.
    let members: Vec<Member> = ["m1", "m2", "m10", "m11", "member-1", "member-2"]
        .into_iter()
        .map(|name| Member::enters(&server, &format!("/ws/tea/{name}")))
        .collect();
    assert_eq!(members.len(), 6);
}

/// Nobody's secret is the empty one: two who give none are not the same.
#[test]
fn without_a_session_a_name_is_not_taken_back() {
    let server = start(&[]);
    let _first = Member::enters(&server, "/ws/tea/Ada");
    let reason = Member::connects(&server, "/ws/tea/Ada").expects_close(1008);
    assert_eq!(reason, "that name is taken here: choose another");
}

/// Fault F22, seen from the other side: the connection of a page is gone, but the server has not
/// noticed. The page takes its name back, and nobody is reported to have left or joined.
#[test]
fn the_same_session_takes_its_place_back() {
    let server = start(&[]);
    let mut scene = Scene::new(&server);
    scene.connects("Bob", "/ws/tea/Bob").hears("Bob", 1).says("Bob", "hello?").hears("Bob", 1);
    scene.connects("old Ada", "/ws/tea/Ada?session=s3cret").hears("old Ada", 2).hears("Bob", 1);
    scene.connects("new Ada", "/ws/tea/Ada?session=s3cret").hears("new Ada", 2);
    scene.is_closed("old Ada", 1008);
    scene.says("Bob", "Ada?").hears("Bob", 1).hears("new Ada", 1);
    scene.says("new Ada", "still here").hears("new Ada", 1).hears("Bob", 1);
    scene.leaves("new Ada").hears("Bob", 1);
    insta::assert_snapshot!(scene.script());
}

/// S8: a member of one room receives nothing of another room, and may have the same name there.
#[test]
fn rooms_know_nothing_of_each_other() {
    let server = start(&[]);
    let mut tea = Member::enters(&server, "/ws/tea/Ada");
    let mut coffee = Member::enters(&server, "/ws/coffee/Ada");
    let mut lobby = Member::enters(&server, "/ws/Ada");
    for (member, room) in [(&mut tea, "tea"), (&mut coffee, "coffee"), (&mut lobby, "lobby")] {
        member.says(room).hears_of("sent");
    }
    for (room, member) in [("tea", &mut tea), ("coffee", &mut coffee), ("lobby", &mut lobby)] {
        let mut bob = Member::connects(&server, &format!("/ws/{room}/Bob"));
        assert_eq!(bob.hears()["here"], json!(["Ada", "Bob"]));
        assert_eq!(bob.hears()["msg"], room);
        bob.says(&format!("more {room}"));
        member.hears_names("joined", &["Bob"]);
        assert_eq!(member.hears()["msg"], format!("more {room}"));
    }
}

/// A room is closed behind who leaves last, and its messages are kept for who opens it again.
#[test]
fn an_empty_room_keeps_its_messages() {
    let server = start(&[]);
    let mut ada = Member::enters(&server, "/ws/tea/Ada");
    ada.says("remember").hears_of("sent");
    ada.leaves();
    let mut bob = Member::enters(&server, "/ws/tea/Bob");
    assert_eq!(bob.hears()["msg"], "remember");
}
