//! What a proxy writes down about its visitors.

use std::fs::read_to_string;
use std::thread::yield_now;
use std::time::Instant;

use testkit::PATIENCE;

use crate::configuration::Make;
use crate::deployment::Deployment;

/// nginx's own format contains the whole URL, and so a secret that somebody has put there. Ours does
/// not.
#[test]
#[ignore = "needs nginx, haproxy, caddy and redis-server: just setup"]
fn a_secret_in_a_url_is_in_the_usual_log_and_not_in_ours() {
    let formats = [("usual", &[("chat.log chat;", "chat.log combined;")][..]), ("ours", &[])];
    for (name, changes) in formats {
        let deployment = Deployment::start_with(Make::Nginx, &[], changes);
        deployment.enters("/ws/tea/Ada?session=5ec2e7").leaves();
        let line = log_line(&deployment);
        // The time is another one each time, and so is how long the visit took.
        let (before, rest) = line.split_once('[').unwrap();
        let (_, after) = rest.split_once(']').unwrap();
        let after = after
            .strip_suffix(char::is_numeric)
            .map_or(after, |_| after.rsplit_once(' ').unwrap().0);
        insta::assert_snapshot!(format!("log_{name}"), format!("{before}[(time)]{after}"));
    }
}

/// The first line of the log. It is written when the WebSocket has ended.
#[track_caller]
fn log_line(deployment: &Deployment) -> String {
    let path = deployment.proxy.folder().join("chat.log");
    let deadline = Instant::now() + PATIENCE;
    loop {
        let text = read_to_string(&path).unwrap_or_default();
        if let Some((line, _)) = text.split_once('\n') {
            return line.to_owned();
        }
        assert!(Instant::now() < deadline, "nothing is in the log");
        yield_now();
    }
}
