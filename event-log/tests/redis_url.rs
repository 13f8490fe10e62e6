//! What is the URL of a Redis, and what is printed of it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use event_log::RedisUrl;
use redis::{ConnectionAddr, ErrorKind, RedisError, parse_redis_value};

fn url(text: &str) -> RedisUrl {
    text.parse().unwrap()
}

fn problem(text: &str) -> String {
    text.parse::<RedisUrl>().unwrap_err().to_string()
}

/// The error with which Redis answers.
fn answer(text: &str) -> RedisError {
    let reply = parse_redis_value(format!("-{text}\r\n").as_bytes()).unwrap();
    reply.extract_error().unwrap_err()
}

#[test]
fn a_text_that_is_not_the_url_of_a_redis_is_refused_with_a_reason() {
    for (text, reason) in [
        ("", "it does not start with redis://"),
        ("localhost", "it does not start with redis://"),
        ("localhost:6379", "it does not start with redis://"),
        ("http://localhost", "it does not start with redis://"),
        ("redis://", "the host is missing"),
        ("redis:localhost", "the host is missing"),
        ("redis://localhost:port", "invalid port number"),
        ("redis://localhost:65536", "invalid port number"),
        ("redis://0.0.0.0", "Cannot connect to a wildcard address"),
        ("redis://localhost/one", "Invalid database number"),
        ("redis://localhost/-1", "the number of the database is negative"),
        ("redis://localhost/?protocol=4", "Invalid protocol version"),
        ("redis://localhost/?db=4", "after the ?, only these parameters are known: protocol"),
        ("redis://localhost/#insecure", "the part after the # is not known"),
        ("rediss://localhost/#secure", "the part after the # is not known"),
        ("rediss://local..host", "a certificate cannot be for this host"),
    ] {
        let problem = problem(text);
        assert!(problem.starts_with(reason), "{text}: {problem}");
        assert!(problem.contains("; write it like redis://127.0.0.1:6379"), "{text}: {problem}");
    }
}

#[test]
fn a_message_about_a_wrong_url_repeats_no_part_of_it() {
    for text in [
        "http://ada:secret@redis.example",
        "redis://ada:secret",
        "redis://:se/cret@redis.example",
        "redis://ada:12/secret@redis.example",
        "redis://ada:12#secret@redis.example",
        "redis://ada:12?secret@redis.example",
        "redis://redis.example/?pass=secret",
        "redis://redis.example/?protocol=secret",
        "rediss://redis.example/#secret",
        "unix:///redis.sock?password=secret",
        "unix:///redis.sock?db=secret",
        "ada:secret@redis.example:6379",
        "secret",
    ] {
        let problem = problem(text);
        for part in ["secret", "cret", "ada", "12", "example", "sock"] {
            assert!(!problem.replace("127.0.0.1", "").contains(part), "{text}: {problem}");
        }
    }
}

#[test]
fn a_url_is_shown_without_user_name_password_and_parameters() {
    for (text, shown) in [
        ("redis://localhost", "redis://localhost"),
        ("redis://localhost:6380/2", "redis://localhost:6380/2"),
        ("redis://ada:secret@localhost:6380/2", "redis://***@localhost:6380/2"),
        ("redis://:secret@localhost/", "redis://***@localhost"),
        ("redis://ada@localhost", "redis://***@localhost"),
        ("rediss://:s%40cret@[::1]:6380/?protocol=resp3", "rediss://***@[::1]:6380"),
        ("rediss://:secret@localhost/2#insecure", "rediss://***@localhost/2/#insecure"),
        ("valkeys://localhost", "valkeys://localhost"),
    ] {
        assert_eq!(url(text).to_string(), shown);
        assert_eq!(format!("{:?}", url(text)), format!("RedisUrl({shown})"));
    }
}

#[cfg(unix)]
#[test]
fn the_url_of_a_unix_socket_is_shown_without_parameters() {
    for (text, shown) in [
        ("unix:///redis.sock?pass=se@cret&user=ada", "unix:/redis.sock"),
        ("redis+unix:///redis.sock?db=2", "redis+unix:/redis.sock"),
    ] {
        assert_eq!(url(text).to_string(), shown);
    }
    let client = url("unix:///redis.sock?pass=se@cret&user=ada&db=2").client();
    let info = client.get_connection_info();
    assert_eq!(info.addr(), &ConnectionAddr::Unix("/redis.sock".into()));
    let settings = info.redis_settings();
    assert_eq!(
        (settings.db(), settings.username(), settings.password()),
        (2, Some("ada"), Some("se@cret"))
    );
}

#[test]
fn the_client_gets_all_parts_of_the_url() {
    let client = url("rediss://ada:s%40cret@[::1]:6380/2").client();
    let info = client.get_connection_info();
    let ConnectionAddr::TcpTls { host, port, insecure, .. } = info.addr() else {
        panic!("{:?} is without TLS", info.addr())
    };
    assert_eq!((host.as_str(), *port, *insecure), ("::1", 6380, false));
    let settings = info.redis_settings();
    assert_eq!(
        (settings.db(), settings.username(), settings.password()),
        (2, Some("ada"), Some("s@cret"))
    );
    let client = url("rediss://localhost/#insecure").client();
    let is_insecure = matches!(
        client.get_connection_info().addr(),
        ConnectionAddr::TcpTls { insecure: true, .. }
    );
    assert!(is_insecure);
}

/// Redis repeats user names, and the arguments of commands that it does not know.
#[test]
fn what_redis_says_is_shown_without_what_it_repeats() {
    let url = url("redis://ada:secret@localhost");
    let unknown = "ERR unknown command 'AUTH', with args beginning with: 'ada' 'secret' ";
    let no_permission = "NOPERM User ada has no permissions to run the 'xadd' command";
    let invalid_user = "WRONGPASS ada secret";
    for (text, shown) in [
        (unknown, "Redis answers ERR"),
        (no_permission, "(NOPERM)"),
        (invalid_user, "Redis answers WRONGPASS"),
        (
            "OOM command not allowed when used memory > 'maxmemory'.",
            "command not allowed when used",
        ),
        ("READONLY You can't write against a read only replica.", "You can't write against"),
    ] {
        let explained = url.explain(&answer(text));
        assert!(explained.contains(shown), "{explained}");
        assert!(!explained.contains("ada") && !explained.contains("secret"), "{explained}");
    }
    let detailed: RedisError =
        (ErrorKind::InvalidClientConfig, "a fixed text", "ada secret".to_owned()).into();
    assert_eq!(url.explain(&detailed), "a fixed text");
    let refused: RedisError = std::io::Error::from(std::io::ErrorKind::ConnectionRefused).into();
    assert_eq!(url.explain(&refused), "connection refused");
    // Without a user name and a password there is nothing to hide.
    let open: RedisUrl = "redis://localhost".parse().unwrap();
    assert!(open.explain(&answer("ERR DB index is out of range")).contains("out of range"));
}
