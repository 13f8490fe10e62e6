//! Several processes behind one proxy, of which one stops.

use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;
use testkit::{PATIENCE, Server};

use crate::configuration::Make;
use crate::deployment::{Deployment, ORIGINS};
use crate::support::{gets, metric, posts, waits_for_metric};
use crate::visitor::{End, Visitor};

/// People who come to the room.
const PEOPLE: usize = 8;

impl Deployment {
    /// Lets eight people come, who are spread evenly.
    #[track_caller]
    fn fills(&self) -> Vec<Visitor> {
        // The probes of their start have left.
        for process in [&self.left, &self.right] {
            waits_for_metric(process, "members", 0);
        }
        let enters = |number| self.enters(&format!("/ws/tea/Ada{number}"));
        let people = (0..PEOPLE).map(enters).collect();
        for process in [&self.left, &self.right] {
            assert_eq!(metric(process, "members"), PEOPLE as u64 / 2, "{:?}", self.make);
        }
        people
    }
}

#[test]
#[ignore = "needs nginx, haproxy, caddy and redis-server: just setup"]
fn people_of_both_processes_share_a_room() {
    for make in Make::ALL {
        let deployment = Deployment::start(make);
        let mut people = deployment.fills();
        people[0].says("hello");
        people[0].hears_of("sent");
        for person in &mut people[1..] {
            assert_eq!(person.hears_of("message")["msg"], "hello");
        }
    }
}

/// A process is stopped, and started again. Its members come back over the other one at once, and
/// nobody misses a message.
#[test]
#[ignore = "needs nginx, haproxy, caddy and redis-server: just setup"]
fn a_process_can_be_restarted_without_losing_anybody() {
    for make in Make::ALL {
        let mut deployment = Deployment::start(make);
        let mut people = deployment.fills();
        people[0].says("before");
        let last = people[0].hears_of("sent")["id"].as_str().unwrap().to_owned();
        let (left, mut right) = sides(&deployment, people);
        assert_eq!((left.len(), right.len()), (PEOPLE / 2, PEOPLE / 2));
        // ANCHOR: restart
        deployment.left.asks_to_end();
        let (mut back, mut away) = (Vec::new(), Vec::new());
        for (number, person) in left {
            assert_eq!(person.ends(), End::Close(1001));
            away.push(format!("Ada{number} is away"));
            right[0].1.says(&away[away.len() - 1]);
            right[0].1.hears_of("sent");
            // Nobody listens at the port, and the proxy may not know it yet.
            back.push(deployment.enters(&format!("/ws/tea/Ada{number}?after={last}")));
        }
        assert!(deployment.left.waits_for_exit().success());
        // Each of them receives what was said before and after they came back, once.
        for person in &mut back {
            let heard: Vec<_> =
                away.iter().map(|_| person.hears_of("message")["msg"].take()).collect();
            assert_eq!(heard, away);
        }
        // ANCHOR_END: restart

        let redis = format!("redis://{}", deployment.left_to_redis.address());
        let mut command = Command::new(env!("CARGO_BIN_EXE_chat"));
        command.arg(deployment.left.address().to_string()).args(ORIGINS).args(["--redis", &redis]);
        let left = Server::start_command(command);
        let deadline = Instant::now() + PATIENCE;
        while metric(&left, "connections_total") == 0 {
            assert!(Instant::now() < deadline, "{make:?} sends nobody to the new process");
            deployment.opens("wss://chat.example.com/echo", None).ok().unwrap().leaves();
        }
    }
}

/// People with their numbers.
type Numbered = Vec<(usize, Visitor)>;

/// Tells the members of the left process from those of the right one: each of them sends a ping, and
/// one of the processes counts a message more.
fn sides(deployment: &Deployment, people: Vec<Visitor>) -> (Numbered, Numbered) {
    let mut count = metric(&deployment.left, "messages_in_total");
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for (number, mut person) in people.into_iter().enumerate() {
        person.says(r#"{"ping": true}"#);
        person.hears_of("pong");
        let now = metric(&deployment.left, "messages_in_total");
        if now > count { &mut left } else { &mut right }.push((number, person));
        count = now;
    }
    (left, right)
}

/// A process that is behind does not know the last event of a page that polls. It waits until it has
/// caught up. (It reported a gap once, and the page received the event again.)
#[test]
#[ignore = "needs nginx, haproxy, caddy and redis-server: just setup"]
fn a_poll_at_a_process_that_is_behind_waits_until_it_has_caught_up() {
    let deployment = Deployment::start(Make::Haproxy);
    deployment.left_to_redis.delays(Duration::from_secs(1));
    let vote = posts(&deployment.right, "/votes", r#"{"candidate": "Ada", "key": "1"}"#);
    assert_eq!(vote.status, 202, "{}", vote.text());
    let votes = |process: &Server, after: &str| -> Value {
        let answer = gets(process, &format!("/votes?after={after}&wait=0"));
        serde_json::from_str(answer.text()).unwrap()
    };
    let ahead = votes(&deployment.right, "0-0");
    let newest = ahead["newest"].as_str().unwrap();
    let behind = votes(&deployment.left, newest);
    assert_ne!(behind["gap"], true, "{behind}");
    assert!(behind["votes"].as_array().unwrap().is_empty(), "{behind}");
    assert_eq!(behind["newest"], newest, "{behind}");
}

/// HAProxy and Caddy ask each process whether it is ready. nginx does not, so a process that has lost
/// Redis still gets visitors.
#[test]
#[ignore = "needs nginx, haproxy, caddy and redis-server: just setup"]
fn a_process_that_has_lost_redis_gets_no_visitors_by_haproxy_and_caddy() {
    const IN_A_ROW: usize = 20;
    for make in Make::ALL {
        let deployment = Deployment::start(make);
        deployment.left_to_redis.is_cut_off();
        waits_for_metric(&deployment.left, "log_writable", 0);
        let is_ready = || deployment.gets("https://chat.example.com/health/ready") == 200;
        if make == Make::Nginx {
            assert!((0..IN_A_ROW).any(|_| !is_ready()));
            continue;
        }
        let deadline = Instant::now() + PATIENCE;
        while !(0..IN_A_ROW).all(|_| is_ready()) {
            assert!(Instant::now() < deadline, "{make:?} still asks the process without Redis");
        }
    }
}
