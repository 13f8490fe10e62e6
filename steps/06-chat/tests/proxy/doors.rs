//! What a proxy passes on, what it keeps back, and where it sends visitors.

use std::fmt::Write as _;

use testkit::Wire;

use crate::configuration::Make;
use crate::deployment::Deployment;
use crate::support::gets;
use crate::visitor::Refused;

/// RFC 6455 §10.2: the chat sees `Origin` and `Host` as the browser has sent them, so a page of another
/// site is refused behind a proxy, too, and so is a name that is not listed.
#[test]
#[ignore = "needs nginx, haproxy, caddy and redis-server: just setup"]
fn origin_and_host_are_passed_on() {
    for make in Make::ALL {
        let deployment = Deployment::start(make);
        let status = |url: &str, origin| {
            deployment.opens(url, origin).err().map_or(101, |refused| refused.status)
        };
        let (own, below) =
            ("wss://chat.example.com/vote/socket", "wss://www.example.com/app/vote/socket");
        for url in [own, below] {
            assert_eq!(status(url, None), 101, "{make:?}");
            assert_eq!(status(url, Some("https://chat.example.com")), 101, "{make:?}");
            assert_eq!(status(url, Some("https://www.example.com")), 101, "{make:?}");
            assert_eq!(status(url, Some("https://evil.example.com")), 403, "{make:?}");
        }
        // The chat compares the whole Host, with the port.
        assert_eq!(status(own, Some("https://chat.example.com:8443")), 403, "{make:?}");
    }
}

/// Without one of these lines in nginx's configuration, the page or the WebSocket is refused.
#[test]
#[ignore = "needs nginx, haproxy, caddy and redis-server: just setup"]
fn each_line_is_needed() {
    let mut told = String::new();
    for line in [
        "",
        "proxy_set_header Host       $http_host;",
        "proxy_set_header Upgrade    $http_upgrade;",
        "proxy_set_header Connection $chat_connection;",
        "proxy_http_version 1.1;",
    ] {
        let changes: &[(&str, &str)] = if line.is_empty() { &[] } else { &[(line, "")] };
        let deployment = Deployment::start_with(Make::Nginx, &[], changes);
        let page = match deployment.gets_all("https://chat.example.com/") {
            (200, _) => "200".to_owned(),
            (status, text) => format!("{status} {}", text.trim_end()),
        };
        let url = "wss://chat.example.com/echo";
        let socket = match deployment.opens(url, Some("https://chat.example.com")) {
            Ok(_) => "101".to_owned(),
            Err(Refused { status, text }) => format!("{status} {}", text.trim_end()),
        };
        let words: Vec<&str> = line.trim_end_matches(';').split_whitespace().collect();
        let name = if line.is_empty() { "nothing".to_owned() } else { words.join(" ") };
        writeln!(told, "without {name}:\n  page: {page}\n  WebSocket: {socket}").unwrap();
    }
    insta::assert_snapshot!(told);
}

/// Counts are for operators. Health is for everybody.
#[test]
#[ignore = "needs nginx, haproxy, caddy and redis-server: just setup"]
fn metrics_are_not_for_everybody() {
    for make in Make::ALL {
        let deployment = Deployment::start(make);
        for path in ["/metrics", "/%6detrics", "//metrics", "/./metrics"] {
            for site in ["https://chat.example.com", "https://www.example.com/app"] {
                assert_eq!(deployment.gets(&format!("{site}{path}")), 404, "{make:?} {site}{path}");
            }
        }
        assert_eq!(deployment.gets("https://chat.example.com/health/live"), 200, "{make:?}");
        assert_eq!(deployment.gets("https://www.example.com/app/health/live"), 200, "{make:?}");
        assert_eq!(gets(&deployment.left, "/metrics").status, 200);
    }
}

#[test]
#[ignore = "needs nginx, haproxy, caddy and redis-server: just setup"]
fn http_is_redirected_to_https() {
    for make in Make::ALL {
        let deployment = Deployment::start(make);
        let mut wire = Wire::connect(deployment.proxy.http());
        wire.sends_text(
            "GET /vote HTTP/1.1\r\nHost: chat.example.com\r\nConnection: close\r\n\r\n",
        );
        let answer = wire.expects_response();
        assert!((300..400).contains(&answer.status), "{make:?}: {}", answer.status);
        let place = answer.header("location").unwrap();
        assert!(
            place.starts_with("https://chat.example.com") && place.ends_with("/vote"),
            "{place}"
        );
    }
}
