//! A value that makes no sense keeps the server from starting, with a sentence that says why.

use testkit::runs_to_its_end;

#[test]
fn a_value_that_makes_no_sense_is_refused_before_the_server_listens() {
    let seconds = "expected seconds, from 0.001";
    let from_1 = "expected a number, 1 or more";
    for (flag, value, sentences) in [
        ("--history", "0", ["--history <COUNT>", from_1]),
        ("--max-connections", "0", ["--max-connections <COUNT>", "0 is not in 1..=1000000"]),
        ("--max-connections", "4294967295", ["--max-connections <COUNT>", "not in 1..=1000000"]),
        ("--header-timeout", "0", ["--header-timeout <SECONDS>", seconds]),
        ("--keep-alive", "0", ["--keep-alive <SECONDS>", seconds]),
        ("--write-timeout", "never", ["--write-timeout <SECONDS>", seconds]),
        ("--origin", "example.com", ["--origin", "write it like https://example.com"]),
        (
            "--redis",
            "localhost",
            ["does not start with redis://", "write it like redis://127.0.0.1:6379"],
        ),
    ] {
        let end = runs_to_its_end(env!("CARGO_BIN_EXE_polling"), &["127.0.0.1:0", flag, value]);
        assert_eq!(end.output, "", "{flag} {value}");
        assert!(matches!(end.code, Some(1 | 2)), "{flag} {value}: {:?}", end.code);
        for sentence in sentences {
            assert!(end.errors.contains(sentence), "{flag} {value}: {}", end.errors);
        }
    }
}

#[test]
fn a_log_is_in_a_folder_or_in_redis() {
    let flags = ["127.0.0.1:0", "--data", "kept", "--redis", "redis://localhost"];
    let end = runs_to_its_end(env!("CARGO_BIN_EXE_polling"), &flags);
    assert_eq!((end.code, end.output.as_str()), (Some(2), ""));
    let sentence = "'--data <DIR>' cannot be used with '--redis";
    assert!(end.errors.contains(sentence), "{}", end.errors);
}

/// What is printed may be read by others, and be kept in a log. A URL may also be in a wrong place
/// on the command line.
#[test]
fn a_password_on_a_command_line_that_makes_no_sense_is_not_printed() {
    let cases: [&[&str]; 12] = [
        &["--redis", "http://ada:s3cret@localhost"],
        &["--redis", "redis://:s3cret@"],
        // The host is missing, so that the password is in the place of the port.
        &["--redis", "redis://ada:s3cret"],
        // Signs that are not percent-encoded end the part with the host.
        &["--redis", "redis://ada:12/s3cret@localhost"],
        &["--redis", "redis://ada:12#s3cret@localhost"],
        &["--redis", "redis://ada:12?s3cret@localhost"],
        &["--redis", "unix:///redis.sock?password=s3cret"],
        &["--redis", "unix:///redis.sock?db=s3cret"],
        &["redis://:s3cret@localhost"],
        &["127.0.0.1:0", "redis://:s3cret@localhost"],
        &["--history", "redis://:s3cret@localhost"],
        &["--origin", "https://ada:s3cret@localhost"],
    ];
    for arguments in cases {
        let end = runs_to_its_end(env!("CARGO_BIN_EXE_polling"), arguments);
        assert_eq!((end.code, end.output.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(end.errors.starts_with("error: "), "{}", end.errors);
        assert!(!end.errors.contains("s3cret"), "{}", end.errors);
    }
}
