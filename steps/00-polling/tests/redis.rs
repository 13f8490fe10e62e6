//! Two servers that share their votes over Redis.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::fs::write;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use tempfile::TempDir;
use testkit::{Redis, Server, Wire};

/// What Redis prints when a client does not like its certificate.
const REFUSED: &str = "Error accepting a client connection";

/// A certificate for a host, in files.
struct Identity {
    folder: TempDir,
}

impl Identity {
    fn new(host: &str) -> Self {
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed([host.to_owned()]).unwrap();
        let identity = Self { folder: TempDir::new().unwrap() };
        write(identity.certificate(), cert.pem()).unwrap();
        write(identity.key(), signing_key.serialize_pem()).unwrap();
        identity
    }

    fn certificate(&self) -> PathBuf {
        self.folder.path().join("certificate.pem")
    }

    fn key(&self) -> PathBuf {
        self.folder.path().join("key.pem")
    }

    /// A Redis with this certificate.
    fn redis(&self) -> Redis {
        let redis = Redis::away().with_tls(&self.certificate(), &self.key());
        let mut redis = redis.with(&["--requirepass", "s3cret"]);
        redis.comes_back();
        redis
    }
}

fn start(url: &str) -> Server {
    Server::start(env!("CARGO_BIN_EXE_polling"), &["-v", "--redis", url])
}

/// A server that trusts the authorities in this file, and no others.
fn start_trusting(certificates: &Path, url: &str) -> Server {
    let mut command = Command::new(env!("CARGO_BIN_EXE_polling"));
    command.args([Server::ANY_PORT, "-v", "--redis", url]);
    command.env("SSL_CERT_FILE", certificates).env_remove("SSL_CERT_DIR");
    Server::start_command(command)
}

/// As behind a load balancer: a vote at one server answers the poll that the other holds.
fn share_votes(left: &Server, right: &Server) {
    let mut waiting = Wire::connect(right);
    waiting.sends_text("GET /votes HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let vote = r#"{"candidate":"Grace"}"#;
    let length = vote.len();
    let mut voting = Wire::connect(left);
    voting.sends_text(&format!(
        "POST /votes HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n{vote}"
    ));
    assert_eq!(voting.expects_response().status, 202);
    let answer = waiting.expects_response();
    assert_eq!(answer.status, 200);
    assert!(answer.text().contains(r#""Grace":1"#), "{}", answer.text());
}

/// The server reports once that it cannot use Redis, in these words, and prints no secrets.
fn warns_once(server: &Server, words: &[&str]) {
    for word in words {
        server.waits_for_line_with(word);
    }
    let errors = server.errors();
    assert_eq!(errors.lines().count(), 1, "{errors}");
    assert!(!errors.contains("s3cret") && !errors.contains("ada"), "{errors}");
}

#[test]
#[ignore = "needs redis-server: just setup"]
fn a_vote_at_one_server_is_news_at_the_other() {
    let redis = Redis::start();
    share_votes(&start(&redis.url()), &start(&redis.url()));
}

#[test]
#[ignore = "needs redis-server: just setup"]
fn a_vote_is_shared_over_tls_with_a_certificate_that_is_trusted() {
    let identity = Identity::new("127.0.0.1");
    let redis = identity.redis();
    let url = format!("rediss://default:s3cret@{}/3", redis.address());
    let start = || start_trusting(&identity.certificate(), &url);
    let (left, right) = (start(), start());
    share_votes(&left, &right);
    assert_eq!((left.errors(), right.errors()), (String::new(), String::new()));
}

#[test]
#[ignore = "needs redis-server: just setup"]
fn a_vote_is_shared_over_tls_with_any_certificate_if_the_url_says_so() {
    let redis = Identity::new("elsewhere.example").redis();
    let url = format!("rediss://:s3cret@{}/#insecure", redis.address());
    share_votes(&start(&url), &start(&url));
}

#[test]
#[ignore = "needs redis-server: just setup"]
fn a_redis_whose_certificate_is_not_trusted_is_not_used() {
    let (redis, other) = (Identity::new("127.0.0.1").redis(), Identity::new("127.0.0.1"));
    let url = format!("rediss://ada:s3cret@{}", redis.address());
    let server = start_trusting(&other.certificate(), &url);
    // It tries again, and does not warn again.
    redis.waits_for_lines_with(REFUSED, 3);
    warns_once(&server, &["the certificate of Redis is not trusted", "SSL_CERT_FILE"]);
}

#[test]
#[ignore = "needs redis-server: just setup"]
fn a_redis_whose_certificate_is_for_another_host_is_not_used() {
    let identity = Identity::new("elsewhere.example");
    let redis = identity.redis();
    let url = format!("rediss://ada:s3cret@{}", redis.address());
    let server = start_trusting(&identity.certificate(), &url);
    redis.waits_for_lines_with(REFUSED, 3);
    warns_once(&server, &["the certificate of Redis is not trusted", "elsewhere.example"]);
}

#[test]
#[ignore = "needs redis-server: just setup"]
fn a_wrong_password_and_a_user_with_too_few_rights_are_named_without_secrets() {
    let mut redis = Redis::away().with(&["--user", "ada", "on", ">s3cret", "~*", "+ping"]);
    redis.comes_back();
    let address = redis.address();
    let server = start(&format!("redis://ada:not-s3cret@{address}"));
    warns_once(&server, &["Redis does not accept the user name or the password"]);
    let server = start(&format!("redis://ada:s3cret@{address}"));
    warns_once(&server, &["has no permission to run a command that we need"]);
}

#[cfg(unix)]
#[test]
#[ignore = "needs redis-server: just setup"]
fn a_vote_is_shared_over_a_unix_socket() {
    let folder = TempDir::new().unwrap();
    let socket = folder.path().join("redis.sock").display().to_string();
    let mut redis = Redis::away().with(&["--unixsocket", &socket, "--requirepass", "s3cret"]);
    redis.comes_back();
    for (scheme, database) in [("unix", 3), ("redis+unix", 4)] {
        let url = format!("{scheme}://{socket}?pass=s3cret&db={database}");
        share_votes(&start(&url), &start(&url));
    }
}

/// Redis may come later. So this is not an error in the command line.
#[test]
fn a_redis_that_cannot_be_reached_does_not_keep_the_server_from_starting() {
    let refuses = Redis::away();
    let url = format!("redis://ada:s3cret@{}", refuses.address());
    warns_once(&start(&url), &["redis: ", "trying again"]);
    // RFC 6761 §6.4: no name resolution finds a name that ends so.
    let server = start("rediss://ada:s3cret@redis.invalid:6380/2");
    warns_once(&server, &["redis: ", "trying again"]);
}

#[test]
fn a_redis_that_closes_each_connection_is_tried_again_and_named_once() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let server = start(&format!("redis://ada:s3cret@{address}"));
    for _ in 0..3 {
        drop(listener.accept().unwrap());
    }
    warns_once(&server, &["redis: ", "trying again"]);
}
