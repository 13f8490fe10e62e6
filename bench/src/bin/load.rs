//! The load, in a process of its own. Its one argument is the task, in JSON. It prints the result,
//! and keeps its connections open until standard input ends, so that the server's memory can be
//! measured.

use std::io::{self, Write};
use std::process::ExitCode;

use bench::load::run;
use bench::load::task::Task;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let task = std::env::args().nth(1).unwrap_or_default();
    let task: Result<Task, _> = serde_json::from_str(&task);
    let figure = task.map_err(|error| format!("`bench` calls this program: {error}"));
    match figure.and_then(|task| run(&task)) {
        Ok(figure) => {
            let _ = writeln!(io::stdout(), "{figure}");
            let _ = io::copy(&mut io::stdin(), &mut io::sink());
            ExitCode::SUCCESS
        }
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}
