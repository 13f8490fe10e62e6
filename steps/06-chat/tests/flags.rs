//! A value that makes no sense keeps the server from starting, with a sentence that says why.

use clap::{CommandFactory, Parser};
use testkit::runs_to_its_end;

#[test]
fn a_value_that_makes_no_sense_is_refused_before_the_server_listens() {
    let from_1 = "expected a number, 1 or more";
    let url = "write it like redis://127.0.0.1:6379";
    let to_a_gib = "is not in 1..=1073741824";
    let cases: [(&[&str], &[&str]); 21] = [
        (&["--rate", "0"], &["--rate <COUNT>", from_1]),
        (&["--rate", "-1"], &["-1"]),
        (&["--rate", "many"], &["--rate <COUNT>", from_1]),
        (&["--max-queue", "0"], &["--max-queue <BYTES>", to_a_gib]),
        (&["--max-queue", "2000000000"], &["--max-queue <BYTES>", to_a_gib]),
        (&["--max-chat-message", "0"], &["--max-chat-message <BYTES>", to_a_gib]),
        (&["--history", "0"], &["--history <COUNT>", from_1]),
        (&["--max-connections", "0"], &["--max-connections <COUNT>", "1..=1000000"]),
        (&["--max-connections", "1000001"], &["--max-connections <COUNT>", "1..=1000000"]),
        (&["--keep-alive", "0"], &["--keep-alive <SECONDS>", "expected seconds, from 0.001"]),
        (&["--write-timeout", "0"], &["--write-timeout <SECONDS>", "expected seconds, from 0.001"]),
        (&["--compression", "yes"], &["--compression <WHETHER>", "no-context-takeover"]),
        // No message would fit into this queue, so every member would be too slow.
        (
            &["--max-queue", "16383"],
            &["--max-queue 16383 has no room for a message of 16384 bytes", "--max-chat-message"],
        ),
        (
            &["--max-chat-message", "600000"],
            &["--max-queue 524288 has no room for a message of 600000 bytes"],
        ),
        (&["--cert", "cert.pem"], &["required", "--key <FILE>"]),
        (&["--key", "key.pem"], &["required", "--cert <FILE>"]),
        (
            &["--data", "kept", "--redis", "redis://localhost"],
            &["'--data <DIR>' cannot be used with '--redis"],
        ),
        (&["--redis", "localhost"], &["it does not start with redis://", url]),
        (&["--redis", ""], &["it does not start with redis://", url]),
        (&["--redis", "redis://localhost/one"], &["Invalid database number", url]),
        (&["--redis", "rediss://localhost/#secure"], &["the part after the # is not known", url]),
    ];
    for (flags, sentences) in cases {
        let end = runs_to_its_end(env!("CARGO_BIN_EXE_chat"), &[&["127.0.0.1:0"], flags].concat());
        assert_eq!(end.output, "", "{flags:?}");
        assert!(matches!(end.code, Some(1 | 2)), "{flags:?}: {:?}", end.code);
        for sentence in sentences {
            assert!(end.errors.contains(sentence), "{flags:?}: {}", end.errors);
        }
    }
}

/// What is printed may be read by others, and be kept in a log. A URL may also be in a wrong place
/// on the command line.
#[test]
fn a_password_in_a_url_is_not_printed() {
    let cases: [&[&str]; 6] = [
        &["--redis", "http://ada:s3cret@localhost"],
        &["--redis", "redis://:s3cret@"],
        &["--redis", "s3cret@localhost"],
        &["redis://:s3cret@localhost"],
        &["127.0.0.1:0", "redis://:s3cret@localhost"],
        &["--history", "redis://:s3cret@localhost"],
    ];
    for arguments in cases {
        let end = runs_to_its_end(env!("CARGO_BIN_EXE_chat"), arguments);
        assert_eq!((end.code, end.output.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(!end.errors.contains("s3cret"), "{}", end.errors);
    }
}

#[test]
fn the_options_do_not_show_a_password() {
    let command_line = ["chat", "--redis", "redis://ada:s3cret@localhost:6380/2?protocol=resp3"];
    let options = format!("{:?}", chat::Options::parse_from(command_line));
    assert!(options.contains("redis: Some(RedisUrl(redis://***@localhost:6380/2))"), "{options}");
    assert!(!options.contains("ada") && !options.contains("s3cret"), "{options}");
}

/// The flags that set a limit, or a time that is one. Others choose what the server does.
const OTHER_FLAGS: [&str; 8] =
    ["redis", "data", "cert", "key", "origin", "subprotocol", "compression", "verbose"];

/// The table in the chapter on hostile clients has each limit of this program, and its default.
#[test]
fn the_book_lists_the_limits_with_their_defaults() {
    let page = include_str!("../../../book/src/hostile.md");
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `--"));
    let mut listed: Vec<(&str, &str)> = rows
        .map(|row| {
            let mut cells = row.split('|').map(str::trim);
            let flag = cells.next().unwrap().trim_end_matches('`');
            (flag, cells.next().unwrap())
        })
        .collect();
    let command = chat::Options::command();
    let mut limits: Vec<(&str, &str)> = command
        .get_arguments()
        .filter_map(|flag| Some((flag.get_long()?, flag.get_default_values())))
        .filter(|(flag, _)| !OTHER_FLAGS.contains(flag))
        .map(|(flag, defaults)| (flag, defaults[0].to_str().unwrap()))
        .collect();
    listed.sort_unstable();
    limits.sort_unstable();
    assert_eq!(listed, limits);
}
