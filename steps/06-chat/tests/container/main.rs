//! `Dockerfile` and `compose.yaml` agree with the chat, and with each other. There is no engine here that
//! could run them: `tests/proxy/composed.rs` runs the same programs with the same flags.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::time::Duration;

use chat::Options;
use clap::Parser;
use testkit::{Server, runs_to_its_end, workspace};

use crate::compose::{DOCKERFILE, NGINX, PROCESSES, exec_form, instruction, services, words};

#[allow(dead_code, reason = "the test with nginx uses all of it")]
mod compose;

/// The options that a process of `compose.yaml` is started with.
fn options(service: &str) -> Options {
    let command = words(&services()[service]["command"]);
    Options::try_parse_from([&["chat".to_owned()], &command[..]].concat()).unwrap()
}

/// The image has the program that is run, and the chat accepts the flags.
#[test]
fn the_container_starts_a_chat() {
    assert_eq!(exec_form("ENTRYPOINT"), ["/chat"]);
    let command = exec_form("CMD");
    assert_eq!(Options::try_parse_from(["chat", &command[0]]).unwrap().address, "0.0.0.0:9006");
    for program in ["chat", "chat-health"] {
        assert!(DOCKERFILE.contains(&format!("target/release/{program}")), "{program}");
    }
    assert_eq!(instruction("COPY"), "--from=build /programs /");
    let [user, group] = [0, 1].map(|at| instruction("USER").split(':').nth(at).unwrap());
    assert!(user.parse::<u32>().unwrap() > 0 && group.parse::<u32>().unwrap() > 0);
}

/// All parts name one port, one address for people, and each other.
#[test]
fn the_services_agree() {
    let services = services();
    for process in PROCESSES {
        let options = options(process);
        let (_, port) = options.address.split_once(':').unwrap();
        assert_eq!(instruction("EXPOSE"), port);
        assert!(DOCKERFILE.contains(&format!("\"/chat-health\", \"127.0.0.1:{port}\"")));
        assert!(NGINX.contains(&format!("server {process}:{port} ")), "{process}:{port}");
        let service = &services[process];
        let flags = words(&service["command"]);
        let after = |flag: &str| &flags[flags.iter().position(|word| word == flag).unwrap() + 1];
        let (published, inside) = {
            let ports = words(&services["nginx"]["ports"]);
            let (rest, inside) = ports[0].rsplit_once(':').unwrap();
            (rest.rsplit_once(':').unwrap().1.to_owned(), inside.to_owned())
        };
        assert_eq!(*after("--origin"), format!("http://localhost:{published}"));
        assert!(NGINX.contains(&format!("listen {inside};")));
        let redis = after("--redis").strip_prefix("redis://").unwrap().split_once(':').unwrap();
        assert!(services[redis.0].is_object() && service["depends_on"][redis.0].is_object());
        assert_eq!(redis.1, "6379");
        assert!(services["nginx"]["depends_on"][process].is_object());
        // It has time to close its connections before it is killed.
        let grace = service["stop_grace_period"].as_str().unwrap().trim_end_matches('s');
        let grace = Duration::from_secs(grace.parse().unwrap());
        assert!(grace > 2 * options.timeouts.close, "{grace:?}");
    }
    let volume = &words(&services["nginx"]["volumes"])[0];
    let file = volume.split(':').next().unwrap();
    assert_eq!(std::fs::read_to_string(workspace().join(file)).unwrap(), NGINX);
}

/// A container has as many file descriptors as the chat may have connections.
#[test]
fn there_is_a_file_descriptor_for_each_connection() {
    for process in PROCESSES {
        let descriptors = services()[process]["ulimits"]["nofile"].as_u64().unwrap();
        let (others, rest) = (10_000, 1_000);
        assert!(descriptors >= u64::from(options(process).max_connections) + others + rest);
    }
}

/// Cargo reads the `Cargo.toml` of each member, whatever it builds.
#[test]
fn the_image_is_built_from_the_whole_workspace() {
    let kept = include_str!("../../../../.dockerignore");
    let manifest = include_str!("../../../../Cargo.toml");
    let members = manifest.lines().find(|line| line.starts_with("members = ")).unwrap();
    let members: Vec<&str> = members.split('"').skip(1).step_by(2).collect();
    assert!(members.len() > 10);
    for member in members {
        let is_it =
            |line: &str| line.strip_prefix('!').is_some_and(|kept| member.starts_with(kept));
        assert!(kept.lines().any(is_it), "{member}");
    }
}

/// The compiler of the image is the one of `rust-toolchain.toml`, which the image does not read.
#[test]
fn the_image_has_the_compiler_of_the_project() {
    let toolchain = include_str!("../../../../rust-toolchain.toml");
    let (_, version) = toolchain.split_once("channel = \"").unwrap();
    let version = version.split_once('"').unwrap().0;
    let tag = DOCKERFILE.split_once("FROM rust:").unwrap().1.split_once('-').unwrap().0;
    assert!(version.starts_with(&format!("{tag}.")), "{tag} and {version}");
}

/// The program that asks says whether a chat answers.
#[test]
fn the_health_check_finds_a_chat_and_misses_it() {
    let asks = |address: &str| runs_to_its_end(env!("CARGO_BIN_EXE_chat-health"), &[address]);
    let mut server = Server::start(env!("CARGO_BIN_EXE_chat"), &[]);
    let address = server.address().to_string();
    let end = asks(&address);
    assert_eq!((end.code, &*end.errors), (Some(0), ""));
    server.asks_to_end();
    assert!(server.waits_for_exit().success());
    let end = asks(&address);
    assert_eq!(end.code, Some(1));
    assert!(end.errors.contains(&format!("{address} does not answer")), "{}", end.errors);
    let end = runs_to_its_end(env!("CARGO_BIN_EXE_chat-health"), &[]);
    assert_eq!((end.code, &*end.errors), (Some(2), "usage: chat-health ADDRESS:PORT"));
}

/// A server that is not a chat, or is not well, is not taken for a healthy chat.
#[test]
fn another_answer_is_not_health() {
    use std::io::{Read as _, Write as _};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let server = std::thread::spawn(move || {
        let (mut socket, _) = listener.accept().unwrap();
        let mut request = [0; 1024];
        let length = socket.read(&mut request).unwrap();
        socket.write_all(b"HTTP/1.1 503 Service Unavailable\r\n\r\n").unwrap();
        String::from_utf8_lossy(&request[..length]).into_owned()
    });
    let end = runs_to_its_end(env!("CARGO_BIN_EXE_chat-health"), &[&address]);
    assert_eq!(end.code, Some(1));
    assert!(end.errors.contains("does not answer with 200: \"HTTP/1.1 503"), "{}", end.errors);
    assert!(server.join().unwrap().starts_with("GET /health/live HTTP/1.1\r\n"));
}
