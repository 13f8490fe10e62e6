//! The server's answers, over real connections.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use event_log::{Draft, EventId, EventLog};
use polling::{site, topics};
use serde_json::{Value, json};
use testkit::{PATIENCE, Response, Server, Wire};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use web::Origins;
use web::server::{HttpCounts, HttpLimits, HttpTimes, guarded, serve};

/// Longer than any test waits: an answer that comes was not held until this time was over.
const FOR_EVER: Duration = Duration::from_hours(1);
/// Held, and given up at once.
const NO_TIME: Duration = Duration::from_millis(1);

fn within(times: HttpTimes) -> HttpLimits {
    HttpLimits { times, ..HttpLimits::default() }
}

/// A server in this process, so that the test can look into its log.
struct Station {
    address: SocketAddr,
    log: EventLog,
    // Ends the server.
    _runtime: Runtime,
}

impl Station {
    fn start(hold: Duration) -> Self {
        Self::with(hold, HttpLimits::default(), EventLog::in_memory(topics(100)))
    }

    fn with(hold: Duration, limits: HttpLimits, log: EventLog) -> Self {
        let runtime = Runtime::new().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let counts = HttpCounts::default();
        let router = guarded(site(log.clone(), hold), Origins::default(), hold, counts.clone());

        runtime.spawn(serve(listener, router, limits, counts, std::future::pending()));
        Self { address, log, _runtime: runtime }
    }

    fn gets(&self, path: &str) -> Response {
        asks(self.address, path).expects_response()
    }

    fn posts(&self, path: &str, headers: &str, body: &str) -> Response {
        let mut wire = Wire::connect(self.address);
        let host = wire.host();
        let length = body.len();
        wire.sends_text(&format!(
            "POST {path} HTTP/1.1\r\nHost: {host}\r\n{headers}Content-Length: {length}\r\n\r\n{body}"
        ));
        wire.expects_response()
    }

    fn votes_for(&self, candidate: &str) {
        let body = json!({ "candidate": candidate }).to_string();
        assert_eq!(self.posts("/votes", "", &body).status, 202);
    }

    /// Casts a vote from within, so that a held poll is answered and its connection is idle.
    fn votes_for_over(&self, mut held: Wire) {
        self.log.append(Draft::new("vote", "from within", "Ada")).unwrap();
        assert_eq!(held.expects_response().status, 200);
    }

    /// Waits until this number of polls is held.
    fn holds(&self, count: usize) {
        let deadline = Instant::now() + PATIENCE;
        while self.log.waiting() != count {
            assert!(Instant::now() < deadline, "{} polls are held", self.log.waiting());
            std::thread::yield_now();
        }
    }
}

/// Sends a request for `path`, of which the answer is still to come.
fn asks(address: SocketAddr, path: &str) -> Wire {
    let mut wire = Wire::connect(address);
    let host = wire.host();
    wire.sends_text(&format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n"));
    wire
}

fn json_of(response: &Response) -> Value {
    assert_eq!(response.status, 200, "{}", response.text());
    serde_json::from_str(response.text()).unwrap()
}

#[test]
fn a_long_poll_is_held_until_somebody_votes() {
    let station = Station::start(FOR_EVER);
    let mut waiting = asks(station.address, "/votes?after=0-0");
    station.holds(1);
    station.votes_for("Ada");
    let news = json_of(&waiting.expects_response());
    assert_eq!(
        news["counts"],
        json!({ "Ada": 1, "Grace": 0, "Hedy": 0, "Katherine": 0, "Radia": 0 })
    );
    assert_eq!(news["votes"][0]["candidate"], "Ada");
    let newest = news["newest"].as_str().unwrap();
    assert_eq!(news["votes"][0]["id"], newest);
    assert!(news["now"].as_u64() >= newest.split_once('-').unwrap().0.parse().ok());
    // The next poll, on the same connection, is about what comes after.
    let host = waiting.host();
    waiting.sends_text(&format!("GET /votes?after={newest} HTTP/1.1\r\nHost: {host}\r\n\r\n"));
    station.holds(1);
    station.votes_for("Radia");
    let news = json_of(&waiting.expects_response());
    assert_eq!(news["votes"].as_array().unwrap().len(), 1);
    assert_eq!((&news["counts"]["Ada"], &news["counts"]["Radia"]), (&json!(1), &json!(1)));
}

/// All who wait are answered by one vote, each over their own connection.
#[test]
fn one_vote_answers_all_who_wait() {
    let station = Station::start(FOR_EVER);
    let mut waiting: Vec<Wire> = (0..50).map(|_| asks(station.address, "/votes")).collect();
    station.holds(50);
    station.votes_for("Hedy");
    for wire in &mut waiting {
        assert_eq!(json_of(&wire.expects_response())["counts"]["Hedy"], 1);
    }
    station.holds(0);
}

/// The tutorials' loop goes on with `None` after an empty answer, and dies of it (fault F19).
#[test]
fn an_empty_answer_ends_nothing() {
    let station = Station::start(NO_TIME);
    let mut wire = asks(station.address, "/votes?after=0-0");
    for _ in 0..3 {
        let empty = wire.expects_response();
        assert_eq!((empty.status, empty.text()), (204, ""));
        let host = wire.host();
        wire.sends_text(&format!("GET /votes?after=0-0 HTTP/1.1\r\nHost: {host}\r\n\r\n"));
    }
    assert_eq!(wire.expects_response().status, 204);
    assert_eq!(station.gets("/messages").status, 204);
    station.votes_for("Ada");
    assert_eq!(json_of(&station.gets("/votes?after=0-0"))["counts"]["Ada"], 1);
}

/// The tutorials keep a queue for each visitor who ever came (fault F20). A visitor who leaves may be
/// one who sends no more and waits for the answer, so the poll is held to its end.
#[test]
fn a_visitor_who_leaves_in_the_middle_of_a_poll_leaves_nothing_behind() {
    let station = Station::start(Duration::from_secs(2));
    for path in ["/votes", "/messages"] {
        let visitors: Vec<Wire> = (0..100).map(|_| asks(station.address, path)).collect();
        station.holds(100);
        drop(visitors);
        station.holds(0);
    }
}

#[test]
fn short_polling_is_answered_at_once() {
    let station = Station::start(FOR_EVER);
    let news = json_of(&station.gets("/votes?after=0-0&wait=0"));
    assert_eq!((&news["newest"], &news["votes"]), (&json!("0-0"), &json!([])));
    assert_eq!(news["counts"]["Grace"], 0);
    assert_eq!(station.gets("/messages?wait=0").status, 204);
}

/// Without JavaScript, the page's buttons send a form, and the answer leads back to it.
#[test]
fn a_form_votes_and_leads_back_to_the_page() {
    let station = Station::start(FOR_EVER);
    let form = "Content-Type: application/x-www-form-urlencoded\r\n";
    let answer = station.posts("/votes", form, "candidate=Katherine");
    assert_eq!((answer.status, answer.header("location")), (303, Some("short")));
    let page = station.gets("/short");
    let mut rows = page.text().lines().filter(|line| line.contains("<output>"));
    let row = rows.find(|row| row.contains("Katherine")).unwrap();
    assert!(row.contains("<output>1</output>"), "{row}");
    assert!(page.text().contains("http-equiv=\"refresh\""));
}

/// A client that does not know whether its vote arrived sends it again. It counts once.
#[test]
fn a_vote_that_is_sent_twice_counts_once() {
    let station = Station::start(FOR_EVER);
    let vote = json!({ "candidate": "Ada", "key": "the first" }).to_string();
    for _ in 0..2 {
        assert_eq!(station.posts("/votes", "", &vote).status, 202);
    }
    assert_eq!(json_of(&station.gets("/votes"))["counts"]["Ada"], 1);
}

/// Sends five votes and five messages.
fn sends_five_of_each(station: &Station) {
    for number in 0..5 {
        station.votes_for("Ada");
        let message = json!({ "name": "Ada", "text": number.to_string() }).to_string();
        assert_eq!(station.posts("/messages", "", &message).status, 202);
    }
}

/// A client that asks for what is no longer kept is told so, and can go on from there.
#[test]
fn a_poll_for_events_that_are_no_longer_kept_says_that_some_are_missing() {
    let log = EventLog::in_memory(topics(3));
    let station = Station::with(NO_TIME, HttpLimits::default(), log);
    sends_five_of_each(&station);
    for wait in ["", "&wait=0"] {
        let votes = json_of(&station.gets(&format!("/votes?after=0-0{wait}")));
        assert_eq!((&votes["gap"], &votes["counts"]["Ada"]), (&json!(true), &json!(5)));
        let messages = json_of(&station.gets(&format!("/messages?after=0-0{wait}")));
        assert_eq!(messages["gap"], json!(true));
        let texts = messages["messages"].as_array().unwrap().iter().map(|message| &message["text"]);
        assert_eq!(texts.collect::<Vec<_>>(), ["2", "3", "4"]);
        for (path, answer, field) in [("votes", votes, "votes"), ("messages", messages, "messages")]
        {
            let kept = answer[field].as_array().unwrap();
            assert_eq!((kept.len(), &kept[2]["id"]), (3, &answer["newest"]), "{path}");
            let newest = answer["newest"].as_str().unwrap();
            assert_eq!(station.gets(&format!("/{path}?after={newest}")).status, 204);
            // After an event that is still kept, nothing is missing, and no gap is reported.
            let second = kept[1]["id"].as_str().unwrap();
            let rest = json_of(&station.gets(&format!("/{path}?after={second}{wait}")));
            assert_eq!((rest.get("gap"), rest[field].as_array().unwrap().len()), (None, 1));
        }
    }
}

/// A page that was open when the server was restarted asks with an id of a log that is lost. The
/// server reports the gap once, also if there was no vote since then: the next poll is held.
#[test]
fn a_poll_with_an_id_from_before_a_restart_says_once_that_some_are_missing() {
    let station = Station::start(NO_TIME);
    for path in ["votes", "messages"] {
        for old in ["1763716484123-0", "18446744073709551615-0"] {
            let answer = json_of(&station.gets(&format!("/{path}?after={old}")));
            assert_eq!((&answer["gap"], &answer[path]), (&json!(true), &json!([])), "{path} {old}");
            let newest = answer["newest"].as_str().unwrap();
            assert_eq!(station.gets(&format!("/{path}?after={newest}")).status, 204, "{newest}");
        }
    }
    station.votes_for("Ada");
    let answer = json_of(&station.gets("/votes?after=1763716484123-0"));
    assert_eq!((&answer["gap"], &answer["votes"][0]["candidate"]), (&json!(true), &json!("Ada")));
}

/// An answer has a limit, and a client that asks again gets the rest at once.
#[test]
fn a_client_that_has_missed_a_lot_receives_it_in_answers_of_64_kib() {
    let station = Station::with(FOR_EVER, HttpLimits::default(), EventLog::in_memory(topics(3000)));
    // In JSON, each of these characters has six bytes.
    let control = "\u{1}".repeat(2000);
    for number in 0..2000 {
        let text =
            if number < 20 { control.clone() } else { format!("{number} {}", "é".repeat(99)) };
        let log = &station.log;
        log.append(Draft::new("chat", number.to_string(), text).owned_by("Ada")).unwrap();
        log.append(Draft::new("vote", format!("key {number}"), "Grace")).unwrap();
    }
    for (path, answers_max) in [("messages", 20), ("votes", 5)] {
        let (mut newest, mut keys, mut answers) = ("0-0".to_owned(), Vec::new(), 0);
        loop {
            let answer = station.gets(&format!("/{path}?after={newest}"));
            assert!(answer.body.len() <= 64 * 1024, "{} bytes", answer.body.len());
            let news = json_of(&answer);
            let events = news[path].as_array().unwrap();
            keys.extend(events.iter().map(|event| event["key"].as_str().unwrap().to_owned()));
            newest = news["newest"].as_str().unwrap().to_owned();
            assert_eq!(events.last().unwrap()["id"], newest);
            answers += 1;
            if news.get("more") != Some(&json!(true)) {
                break;
            }
        }
        assert!(answers <= answers_max, "{path}: {answers} answers");
        let prefix = if path == "votes" { "key " } else { "" };
        let expected: Vec<String> = (0..2000).map(|number| format!("{prefix}{number}")).collect();
        assert_eq!(keys, expected, "{path}");
        let rest = station.gets(&format!("/{path}?after={newest}&wait=0"));
        assert!(rest.status == 204 || json_of(&rest)[path] == json!([]), "{}", rest.text());
    }
    assert_eq!(json_of(&station.gets("/votes?wait=0"))["counts"]["Grace"], 2000);
}

/// Voters do not wait for each other.
#[test]
fn votes_that_are_posted_at_the_same_moment_are_all_counted_when_they_are_answered() {
    let station = Station::start(NO_TIME);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| (0..100).for_each(|_| station.votes_for("Grace")));
        }
    });
    assert_eq!(json_of(&station.gets("/votes?after=0-0&wait=0"))["counts"]["Grace"], 800);
}

#[test]
fn a_message_reaches_all_who_wait_as_it_was_written() {
    let station = Station::start(FOR_EVER);
    let mut waiting: Vec<Wire> = (0..3).map(|_| asks(station.address, "/messages")).collect();
    station.holds(3);
    let text = "<img src=x onerror=alert(1)> \"grüß dich\" \n🎉";
    let message = json!({ "name": "Ada", "text": text, "key": "one" }).to_string();
    assert_eq!(station.posts("/messages", "", &message).status, 202);
    for wire in &mut waiting {
        let news = json_of(&wire.expects_response());
        let message = &news["messages"][0];
        assert_eq!((&message["name"], &message["text"]), (&json!("Ada"), &json!(text)));
        assert_eq!((&message["key"], &message["id"]), (&json!("one"), &news["newest"]));
    }
}

#[test]
fn a_request_that_makes_no_sense_is_told_so_in_a_sentence() {
    let station = Station::start(FOR_EVER);
    let long_name = json!({ "name": "é".repeat(33), "text": "hello" }).to_string();
    let long_text = json!({ "name": "Ada", "text": "é".repeat(2001) }).to_string();
    let long_key = json!({ "name": "Ada", "text": "hello", "key": "k".repeat(65) }).to_string();
    let text = "a text has 1 to 2000 characters";
    for (path, body, sentence) in [
        (
            "/votes",
            r#"{"candidate":"Bob"}"#,
            "the candidates are Ada, Grace, Hedy, Katherine, Radia",
        ),
        ("/votes", "Ada", r#"a vote is JSON like {"candidate": "Ada"}: "#),
        ("/votes", "", r#"a vote is JSON like {"candidate": "Ada"}: "#),
        ("/votes", r#"{"candidate":"Ada","key":""}"#, "a key has 1 to 64 bytes"),
        (
            "/votes",
            r#"{"candidate":"Ada","key":"k\ud83d"}"#,
            r#"a vote is JSON like {"candidate": "Ada"}: its key has half of a surrogate pair, \ud83d"#,
        ),
        (
            "/votes",
            r#"{"key":"k"}"#,
            r#"a vote is JSON like {"candidate": "Ada"}: missing field `candidate`"#,
        ),
        (
            "/messages",
            r#"{"name":"Ada","text":7,"key":"k"}"#,
            r#"a message is JSON like {"name": "Ada", "text": "hello"}: its text is not a text"#,
        ),
        ("/messages", "[]", r#"a message is JSON like {"name": "Ada", "text": "hello"}: "#),
        ("/messages", r#"{"name":"Ada","text":" \n"}"#, text),
        ("/messages", &long_text, text),
        ("/messages", r#"{"name":"","text":"hello"}"#, "a name cannot be empty"),
        (
            "/messages",
            r#"{"name":"A\u0007","text":"hello"}"#,
            "a name cannot have control characters",
        ),
        (
            "/messages",
            r#"{"name":"\u200bAda","text":"hello"}"#,
            "a name cannot have invisible characters",
        ),
        ("/messages", &long_name, "a name has at most 32 characters"),
        ("/messages", &long_key, "a key has 1 to 64 bytes"),
    ] {
        let answer = station.posts(path, "", body);
        assert_eq!(answer.status, 400, "{body}");
        assert!(answer.text().starts_with(sentence), "{body}: {}", answer.text());
    }
    for path in ["/votes?after=yesterday", "/messages?after=1-"] {
        let answer = station.gets(path);
        assert_eq!(answer.status, 400);
        let sentence = "after: the id of an event looks like 1763716484123-0";
        assert!(answer.text().contains(sentence), "{}", answer.text());
    }
    let answer = station.gets("/nowhere");
    assert_eq!(answer.status, 404);
    assert!(answer.text().starts_with("There is nothing here"), "{}", answer.text());
    assert_eq!(station.log.newest("vote"), EventId::default());
    assert_eq!(station.log.newest("chat"), EventId::default());
    // The longest that is allowed, in characters and not in bytes.
    let longest = json!({ "name": "é".repeat(32), "text": "🎉".repeat(2000) }).to_string();
    assert_eq!(station.posts("/messages", "", &longest).status, 202);
}

/// Two strangers draw the same key. What is dropped is what the same one says again.
#[test]
fn strangers_with_the_same_key_are_both_heard() {
    let station = Station::start(FOR_EVER);
    for _ in 0..2 {
        for (name, text) in [("Ada", "hello"), ("Bob", "hello"), ("Ada", "again")] {
            let message = json!({ "name": name, "text": text, "key": "v1" }).to_string();
            assert_eq!(station.posts("/messages", "", &message).status, 202);
        }
        for vote in [
            json!({ "candidate": "Ada", "key": "v1" }),
            json!({ "candidate": "Grace", "key": "v1" }),
            json!({ "candidate": "Ada", "key": "v1", "session": "a" }),
            json!({ "candidate": "Ada", "key": "v1", "session": "b" }),
        ] {
            assert_eq!(station.posts("/votes", "", &vote.to_string()).status, 202);
        }
        let form = "Content-Type: application/x-www-form-urlencoded\r\n";
        let body = "candidate=Ada&key=v1&session=c";
        assert_eq!(station.posts("/votes", form, body).status, 303);
    }
    let answer = json_of(&station.gets("/messages?after=0-0"));
    let messages = answer["messages"].as_array().unwrap().iter();
    let heard: Vec<Value> =
        messages.map(|message| json!([message["name"], message["text"]])).collect();
    let expected = [("Ada", "hello"), ("Bob", "hello"), ("Ada", "again")];
    assert_eq!(heard, expected.map(|said| json!(said)));
    let counts = &json_of(&station.gets("/votes?after=0-0&wait=0"))["counts"];
    assert_eq!((&counts["Ada"], &counts["Grace"]), (&json!(4), &json!(1)));
    // The log is kept in places that others may read.
    let votes = station.log.after("vote", EventId::default()).events;
    assert!(votes.iter().all(|vote| vote.owner.is_empty() || vote.owner.len() == 32));
}

/// The name is stored in normalization form C, so that one person is not two.
#[test]
fn both_normalization_forms_of_a_name_are_one_person() {
    let station = Station::start(FOR_EVER);
    for name in ["Zoe\u{308}", "Zo\u{eb}", "👩‍👩‍👧"] {
        let message = json!({ "name": name, "text": "hello", "key": "k" }).to_string();
        assert_eq!(station.posts("/messages", "", &message).status, 202);
    }
    let answer = json_of(&station.gets("/messages?after=0-0"));
    let names = answer["messages"].as_array().unwrap().iter().map(|message| &message["name"]);
    // The second one is the first one, sent again.
    assert_eq!(names.collect::<Vec<_>>(), ["Zo\u{eb}", "👩‍👩‍👧"]);
}

/// Any page may send a form anywhere, so a vote must come from a page of ours (fault F6).
#[test]
fn a_page_of_another_site_may_not_write() {
    let station = Station::start(FOR_EVER);
    let vote = r#"{"candidate":"Ada"}"#;
    for origin in ["http://evil.example", "null"] {
        let answer = station.posts("/votes", &format!("Origin: {origin}\r\n"), vote);
        assert_eq!(answer.status, 403);
        assert!(answer.text().starts_with(&format!("The Origin \"{origin}\" is not allowed")));
    }
    let own = format!("Origin: http://{}\r\n", station.address);
    assert_eq!(station.posts("/votes", &own, vote).status, 202);
}

/// With DNS rebinding, an attacker lets the name of their own site resolve to this server's
/// address, so that their page can read and write here. So the host of a request must be a name
/// that no other site can have, or one that `--origin` lists.
#[test]
fn a_host_that_is_not_a_name_of_this_server_is_refused() {
    let server =
        Server::start(env!("CARGO_BIN_EXE_polling"), &["--origin", "https://friend.example"]);
    let vote = r#"{"candidate":"Ada"}"#;
    let length = vote.len();
    let asks = |host: &str, origin: &str| {
        let from = format!("Host: {host}\r\nOrigin: {origin}\r\n");
        [
            format!("GET /votes?wait=0 HTTP/1.1\r\n{from}\r\n"),
            format!("GET / HTTP/1.1\r\n{from}\r\n"),
            format!("POST /votes HTTP/1.1\r\n{from}Content-Length: {length}\r\n\r\n{vote}"),
        ]
        .map(|request| Wire::connect(&server).sends_text(&request).expects_response())
    };
    for (host, origin) in [
        ("localhost:9000", "http://localhost:9000"),
        ("friend.example", "https://friend.example"),
        ("127.0.0.1", "https://friend.example"),
    ] {
        let statuses = asks(host, origin).map(|answer| answer.status);
        assert_eq!(statuses, [200, 200, 202], "{host} {origin}");
    }
    for answer in asks("evil.example", "http://evil.example") {
        assert_eq!(answer.status, 403);
        let sentence = "The Origin \"http://evil.example\" is not allowed at the Host \
                        \"evil.example\". Allow it with --origin http://evil.example";
        assert_eq!(answer.text(), sentence);
    }
    server.waits_for_line_with("The Origin \"http://evil.example\" is not allowed at the Host");
    // A page that reads what its browser takes for its own site is sent without an Origin.
    let mut wire = Wire::connect(&server);
    wire.sends_text("GET /votes HTTP/1.1\r\nHost: evil.example\r\n\r\n");
    let problem = "The Host \"evil.example\" is not a name of this server";
    assert!(wire.expects_response().text().starts_with(problem));
    server.waits_for_line_with(problem);
    let statuses = asks("localhost", "http://evil.example").map(|answer| answer.status);
    assert_eq!(statuses, [200, 200, 403]);
}

#[test]
fn a_body_of_more_than_32_kib_is_refused() {
    let station = Station::start(FOR_EVER);
    let body = " ".repeat(32 * 1024 + 1);
    assert_eq!(station.posts("/votes", "", &body).status, 413);
    assert_eq!(station.posts("/messages", "", &body).status, 413);
}

/// While Redis is away, votes wait for it, and there is an end to that.
#[test]
fn a_vote_that_finds_no_room_is_answered_with_503() {
    let runtime = Runtime::new().unwrap();
    let _inside = runtime.enter();
    // Nobody listens there.
    let log = EventLog::over_redis(&testkit::Redis::away().url().parse().unwrap(), topics(100));
    for number in 0..10_000 {
        log.append(Draft::new("vote", number.to_string(), "")).unwrap();
    }
    let station = Station::with(FOR_EVER, HttpLimits::default(), log);
    let answer = station.posts("/votes", "", r#"{"candidate":"Ada"}"#);
    assert_eq!(answer.status, 503);
    assert_eq!(answer.text(), "too much is waiting to be stored; try again in a moment");
}

/// Each kind of answer, whoever gives it, has the headers that make a browser careful.
#[test]
fn every_kind_of_answer_is_careful() {
    let station = Station::start(NO_TIME);
    let host = "Host: localhost\r\n";
    let long = "a".repeat(40_000);
    let body = format!("{host}Content-Length: 40000\r\n\r\n{long}");
    for (request, status) in [
        (format!("GET /nowhere HTTP/1.1\r\n{host}\r\n"), 404),
        (format!("OPTIONS * HTTP/1.1\r\n{host}\r\n"), 404),
        (format!("DELETE /votes HTTP/1.1\r\n{host}\r\n"), 405),
        (format!("GET /votes?after=x HTTP/1.1\r\n{host}\r\n"), 400),
        (format!("POST /votes HTTP/1.1\r\n{body}"), 413),
        (format!("GET /votes HTTP/1.1\r\n{host}\r\n"), 204),
        (format!("GET /short HTTP/1.1\r\n{host}Origin: http://evil.example\r\n\r\n"), 200),
        (format!("PUT /short HTTP/1.1\r\n{host}Origin: http://evil.example\r\n\r\n"), 403),
        // hyper refuses these before any path is looked for.
        (format!("GET  / HTTP/1.1\r\n{host}\r\n"), 400),
        (format!("GET / HTTP/1.1\r\n{host}no colon\r\n\r\n"), 400),
        (format!("GET / HTTP/2.0\r\n{host}\r\n"), 400),
        (format!("POST /votes HTTP/1.1\r\n{host}Content-Length: x\r\n\r\n"), 400),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned(), 400),
        (format!("GET /{long} HTTP/1.1\r\n{host}\r\n"), 431),
        (format!("GET /{} HTTP/1.1\r\n{host}\r\n", long.repeat(2)), 431),
    ] {
        let answer = Wire::connect(station.address).sends_text(&request).expects_response();
        let what = request.get(..40).unwrap_or(&request);
        assert_eq!(answer.status, status, "{what}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{what}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{what}");
        assert!(answer.header("content-security-policy").is_some(), "{what}");
        assert!(answer.header("date").is_some(), "{what}");
    }
}

/// RFC 9112 §3.2: a request in HTTP/1.1 has one valid `Host`, whatever it asks for and however.
#[test]
fn a_request_without_one_valid_host_is_refused_on_every_path() {
    let station = Station::start(NO_TIME);
    let targets = ["/", "/votes", "/nowhere", "*", "http://localhost/votes", "http://localhost"];
    for target in targets {
        for method in ["GET", "POST", "OPTIONS", "BREW"] {
            for hosts in
                ["", "Host: localhost\r\nhost: localhost\r\n", "Host: a b\r\n", "Host:\r\n"]
            {
                let request = format!("{method} {target} HTTP/1.1\r\n{hosts}\r\n");
                let answer = Wire::connect(station.address).sends_text(&request).expects_response();
                assert_eq!(answer.status, 400, "{request}");
                let sentence = "There must be exactly one Host header, and it must name a host.";
                assert_eq!(answer.text(), sentence, "{request}");
            }
        }
    }
    // HTTP/1.0 does not ask for it. A page that wants to write is refused all the same.
    let origin = "Origin: http://evil.example\r\n";
    for (request, status) in [
        ("GET /votes?wait=0 HTTP/1.0\r\n\r\n".to_owned(), "200"),
        (format!("POST /votes HTTP/1.0\r\n{origin}Content-Length: 0\r\n\r\n"), "403"),
    ] {
        let start = format!("HTTP/1.0 {status} ");
        Wire::connect(station.address).sends_text(&request).expects(start.as_bytes());
    }
}

/// RFC 9112 §3.2: a target has other characters than these percent-encoded. And bytes that are not UTF-8
/// would all be the same character.
#[test]
fn a_target_that_is_not_ascii_or_not_utf_8_is_refused() {
    let station = Station::start(NO_TIME);
    for (target, status) in [
        ("/votes?wait=0&note=%C3%a9", 200),
        ("/votes?wait=0&note=%", 200),
        ("/votes?wait=0&note=é", 400),
        ("/votes?wait=0&note=%ff", 400),
        ("/votes?wait=0&note=%C3%", 400),
        ("/%fe", 400),
    ] {
        let request = format!("GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        let answer = Wire::connect(station.address).sends_text(&request).expects_response();
        assert_eq!(answer.status, status, "{target}");
    }
}

/// A character may be written as twelve in JSON. The limit on a text is about characters.
#[test]
fn a_text_within_its_limit_is_accepted_however_it_is_written() {
    let station = Station::start(NO_TIME);
    let body = |count| format!(r#"{{"name":"Ada","text":"{}"}}"#, r"\ud83e\udd80".repeat(count));
    assert_eq!(station.posts("/messages", "", &body(2_000)).status, 202);
    assert_eq!(station.posts("/messages", "", &body(2_001)).status, 400);
}

/// A media type may be in any case and have parameters (RFC 9110 §8.3.1), and is compared as a whole.
#[test]
fn a_form_is_known_by_its_media_type() {
    let station = Station::start(NO_TIME);
    for (media_type, status) in [
        ("application/x-www-form-urlencoded", 303),
        ("Application/X-WWW-Form-Urlencoded; charset=UTF-8", 303),
        ("APPLICATION/X-WWW-FORM-URLENCODED ;charset=utf-8", 303),
        ("application/x-www-form-urlencodedfoo", 400),
        ("application/x-www-form", 400),
        ("text/plain; application/x-www-form-urlencoded", 400),
    ] {
        let line = format!("Content-Type: {media_type}\r\n");
        assert_eq!(station.posts("/votes", &line, "candidate=Ada").status, status, "{media_type}");
    }
    assert_eq!(json_of(&station.gets("/votes?wait=0"))["counts"]["Ada"], 3);
}

#[test]
fn no_answer_is_kept_or_guessed_at() {
    let station = Station::start(NO_TIME);
    for path in ["/short", "/long", "/chat", "/votes", "/votes?after=x"] {
        let answer = station.gets(path);
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.contains("default-src 'self'"), "{path}: {policy}");
        for weak in ["unsafe-", "*", "https:"] {
            assert!(!policy.contains(weak), "{path}: {policy}");
        }
        // Inline code cannot be in a page, except what the policy names by its digest.
        let is_page = answer.text().contains("<html");
        assert_eq!(
            policy.matches("'sha256-").count(),
            if is_page { 5 } else { 0 },
            "{path}: {policy}"
        );
    }
}

/// RFC 9112 §9.6: a client may end its direction behind its request.
#[test]
fn a_client_that_sends_no_more_is_answered() {
    let station = Station::start(FOR_EVER);
    let asks_last = |request: &str| {
        let mut wire = Wire::connect(station.address);
        wire.sends_text(request).half_closes();
        wire
    };
    let get = |path: &str| format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let polls: Vec<Wire> = (0..50).map(|_| asks_last(&get("/messages"))).collect();
    station.holds(50);
    for number in 0..50 {
        let vote = json!({ "candidate": "Ada", "key": number.to_string() }).to_string();
        let (host, length) = ("Host: localhost", vote.len());
        let mut wire = asks_last(&format!(
            "POST /votes HTTP/1.1\r\n{host}\r\nContent-Length: {length}\r\n\r\n{vote}"
        ));
        assert_eq!(wire.expects_response().status, 202, "vote {number}");
        wire.expects_end();
        let mut wire = asks_last(&get("/votes?wait=0"));
        assert_eq!(json_of(&wire.expects_response())["counts"]["Ada"], number + 1);
        wire.expects_end();
    }
    let message = json!({ "name": "Ada", "text": "hello" }).to_string();
    assert_eq!(station.posts("/messages", "", &message).status, 202);
    for mut wire in polls {
        assert_eq!(json_of(&wire.expects_response())["messages"][0]["text"], "hello");
        wire.expects_end();
    }
    station.holds(0);
}

/// An idle connection makes room for a newcomer. If none is idle, the newcomer is told that the server
/// is full.
#[test]
fn a_connection_over_the_limit_gets_the_place_of_an_idle_one_or_503() {
    let limits = HttpLimits { connections: 2, ..HttpLimits::default() };
    let station = Station::with(FOR_EVER, limits, EventLog::in_memory(topics(100)));
    let mut older = asks(station.address, "/votes?wait=0");
    assert_eq!(older.expects_response().status, 200);
    let mut newer = asks(station.address, "/votes?wait=0");
    assert_eq!(newer.expects_response().status, 200);
    let first = asks(station.address, "/votes");
    older.expects_end();
    station.holds(1);
    let _second = asks(station.address, "/votes");
    newer.expects_end();
    station.holds(2);
    let mut third = asks(station.address, "/votes");
    let answer = third.expects_response();
    assert_eq!((answer.status, answer.header("retry-after")), (503, Some("1")));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(answer.text(), "The server has reached its limit on connections.\n");
    third.expects_end();
    // The place of a connection that has ended is free.
    station.votes_for_over(first);
    assert_eq!(asks(station.address, "/votes?wait=0").expects_response().status, 200);
}

/// A client that asks again and again and does not read keeps its place for the time for writing.
#[test]
fn clients_that_do_not_read_do_not_keep_others_out() {
    let times = HttpTimes { write: Duration::from_millis(300), ..HttpLimits::default().times };
    let limits = HttpLimits { connections: 4, times };
    let log = EventLog::in_memory(topics(1000));
    for number in 0..500 {
        log.append(Draft::new("chat", number.to_string(), "x".repeat(2000))).unwrap();
    }
    let station = Station::with(FOR_EVER, limits, log);
    let deaf: Vec<Wire> = (0..4)
        .map(|_| {
            let mut wire = Wire::connect(station.address);
            let request = "GET /messages?wait=0 HTTP/1.1\r\nHost: localhost\r\n\r\n";
            wire.sends_text(&request.repeat(1000));
            wire
        })
        .collect();
    let deadline = Instant::now() + PATIENCE;
    while asks(station.address, "/votes?wait=0").expects_response().status != 200 {
        assert!(Instant::now() < deadline, "nobody else is ever answered");
    }
    drop(deaf);
}

#[test]
fn a_client_that_does_not_finish_its_header_is_closed() {
    let limits =
        within(HttpTimes { header: Duration::from_millis(200), ..HttpLimits::default().times });
    let station = Station::with(FOR_EVER, limits, EventLog::in_memory(topics(100)));
    let mut slow = Wire::connect(station.address);
    slow.sends_text("GET /votes HTTP/1.1\r\nHo");
    let mut silent = Wire::connect(station.address);
    let answer = slow.expects_response();
    assert_eq!((answer.status, answer.header("cache-control")), (408, Some("no-store")));
    assert_eq!(answer.text(), "The request did not arrive in time.\n");
    slow.expects_end();
    silent.expects_end();
    // A poll that is held is not idle.
    let mut held = asks(station.address, "/votes");
    let mut silent = Wire::connect(station.address);
    silent.expects_end();
    station.votes_for("Ada");
    assert_eq!(held.expects_response().status, 200);
}

#[test]
fn the_program_serves_its_pages_and_prints_what_is_asked() {
    let server = Server::start(env!("CARGO_BIN_EXE_polling"), &["-v"]);
    for (path, text) in [("/", "Vote, by long polling"), ("/chat", "id=\"talk\"")] {
        let answer = asks(server.address(), path).expects_response();
        assert_eq!(answer.status, 200);
        assert!(answer.text().contains(text), "{path}");
        server.waits_for_line_with(&format!("── GET {path}: 200 after "));
    }
    assert_eq!(asks(server.address(), "/favicon.ico").expects_response().status, 404);
}

/// Told to stop, it does, whoever waits.
#[cfg(unix)]
#[test]
fn a_server_that_is_told_to_stop_does_not_wait_for_those_who_wait() {
    let mut server = Server::start(env!("CARGO_BIN_EXE_polling"), &[]);
    let _waiting = asks(server.address(), "/votes");
    // Served in order: once this is answered, the other is held.
    assert_eq!(asks(server.address(), "/votes?wait=0").expects_response().status, 200);
    let began = Instant::now();
    server.asks_to_end();
    assert!(server.waits_for_exit().success());
    assert!(began.elapsed() < Duration::from_secs(5), "it took {:?}", began.elapsed());
}
