//! Programs that are not servers yet. For each, the screen says what to do, and shows the program's
//! last output.

use crate::support::{next, program};

/// A server that listens, and then does this with each connection.
fn server(with_stream: &str) -> String {
    format!(
        "use std::net::TcpListener;\n\
         use std::io::Read;\n\
         fn main() {{\n\
         let listener = TcpListener::bind(std::env::args().nth(1).unwrap()).unwrap();\n\
         println!(\"listening on http://{{}}\", listener.local_addr().unwrap());\n\
         for stream in listener.incoming() {{\n\
         let mut stream = stream.unwrap();\n\
         {with_stream}\n\
         }}\n\
         }}\n"
    )
}

/// Why a program could not be judged.
fn trouble(main: &str) -> String {
    let (_folder, workshop) = program(main);
    next(&workshop, &[]).unwrap_err()
}

/// What is shown for a program that could be judged.
fn screen(main: &str) -> String {
    let (_folder, workshop) = program(main);
    next(&workshop, &[]).unwrap_or_else(|text| panic!("{text}")).0
}

#[test]
fn a_program_that_does_not_compile_shows_the_errors() {
    let text = trouble("fn main() { let one: u8 = true; }");
    assert!(text.starts_with("error[E0308]: mismatched types\n --> src/main.rs:1:"), "{text}");
    assert!(text.ends_with("`cargo build` in workshop/ shows all of them.\n"), "{text}");
}

#[test]
fn a_program_that_ends_says_how() {
    let text = trouble("fn main() { eprintln!(\"no\"); std::process::exit(3) }");
    assert!(text.starts_with("The program ended (exit status: 3) before it"), "{text}");
    assert!(text.contains("\n  printed   no\n"), "{text}");
}

#[test]
fn a_program_that_panics_says_where() {
    let text = trouble("fn main() { None::<u8>.unwrap(); }");
    assert!(text.contains("panicked at src/main.rs:1:"), "{text}");
    assert!(text.contains("`Option::unwrap()` on a `None` value"), "{text}");
    assert!(!text.contains("RUST_BACKTRACE"), "{text}");
}

#[test]
fn a_program_that_prints_another_line_first_is_told_which_is_due() {
    let text = trouble("fn main() { println!(\"Hello, world!\"); std::thread::park() }");
    assert!(text.contains("  printed   Hello, world!\n  expected  println!("), "{text}");
    // The judge talks to nobody but the program that it has started.
    let text = trouble("fn main() { println!(\"listening on http://192.0.2.1:80\") }");
    assert!(text.contains("the address that the first argument"), "{text}");
}

#[test]
fn a_program_that_hangs_without_a_word_is_told_what_to_print() {
    let text = trouble("fn main() { eprintln!(\"busy\"); loop { std::thread::park() } }");
    assert!(
        text.starts_with("The program runs, but has not printed the address that it listens on."),
        "{text}"
    );
    assert!(text.contains("  printed   busy\n"), "{text}");
}

#[test]
fn a_server_that_hangs_fails_its_first_check() {
    let text = screen(&server("loop { std::thread::park() } let _ = stream.read(&mut [0]);"));
    assert!(text.contains("✗ tcp/second-connection"), "{text}");
}

#[test]
fn a_server_that_ends_while_it_is_judged_says_so() {
    let text = screen(&server("stream.read(&mut [0]).unwrap(); panic!(\"too much\");"));
    assert!(text.contains("  program   Your program has ended (exit status: 101). "), "{text}");
    assert!(text.contains("too much") && text.contains("src/main.rs:8:"), "{text}");
    assert!(text.lines().count() <= 23, "{text}");
}

#[test]
fn a_server_in_which_a_thread_panics_says_where() {
    let thread = "std::thread::spawn(move || { stream.read(&mut [0]).unwrap(); panic!(\"no\") });";
    let text = screen(&server(thread));
    assert!(text.contains("  program   thread '<unnamed>'") && text.contains("no\n"), "{text}");
}

#[test]
fn a_server_that_nobody_started_cannot_be_judged() {
    let (_folder, workshop) = program("");
    let url = "ws://127.0.0.1:1/";
    let text = next(&workshop, &[url]).unwrap_err();
    assert!(text.starts_with(&format!("{url} cannot be judged. ")), "{text}");
    assert!(text.contains("Start your server"), "{text}");
}
