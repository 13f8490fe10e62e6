//! The command line that starts a client, and the client when it runs.

use std::io::Read as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// The place of the address in a command line.
const URL: &str = "{url}";
/// The place of the address of a page in the command line of a browser.
const PAGE: &str = "{page}";
/// How many bytes of a program's last errors are kept.
const ERRORS_MAX: usize = 1024;

/// The command line of a client, such as `python3 client.py {url}`. No shell reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProgramLine {
    words: Vec<String>,
}

impl ProgramLine {
    /// A program whose one argument is the address.
    pub fn new(program: &Path) -> Self {
        Self { words: vec![program.to_string_lossy().into_owned(), URL.to_owned()] }
    }

    /// Whether it starts a browser, which is given the address of a page.
    pub fn wants_page(&self) -> bool {
        self.words.iter().any(|word| word.contains(PAGE))
    }

    /// Returns the command that starts the client with this address, of a WebSocket or a page.
    pub fn command(&self, url: &str) -> Command {
        let mut words = self.words.iter().map(|word| word.replace(URL, url).replace(PAGE, url));
        let mut command = Command::new(words.next().unwrap_or_default());
        command.args(words);
        command
    }

    /// Starts the client with this address.
    ///
    /// # Errors
    /// A sentence, if the program cannot be started.
    pub fn start(&self, url: &str) -> Result<Program, String> {
        let mut command = self.command(url);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| {
            format!("`{}` cannot be started: {error}", command.get_program().display())
        })?;
        let errors = Arc::<Mutex<Vec<u8>>>::default();
        if let Some(mut stream) = child.stderr.take() {
            let errors = Arc::clone(&errors);
            // A program stops when a pipe is full.
            thread::spawn(move || {
                let mut bytes = [0; ERRORS_MAX];
                while let Ok(count @ 1..) = stream.read(&mut bytes) {
                    let mut kept = errors.lock().unwrap_or_else(PoisonError::into_inner);
                    kept.extend_from_slice(&bytes[..count]);
                    let old = kept.len().saturating_sub(ERRORS_MAX);
                    kept.drain(..old);
                }
            });
        }
        Ok(Program { child, errors })
    }
}

/// A client that runs, and is killed when dropped.
pub struct Program {
    child: Child,
    errors: Arc<Mutex<Vec<u8>>>,
}

impl Program {
    /// Returns how it ended, with the last line of its errors, or `None` if it still runs.
    pub fn end(&mut self) -> Option<String> {
        let status = self.child.try_wait().ok()??;
        let errors = self.errors.lock().unwrap_or_else(PoisonError::into_inner);
        let errors = String::from_utf8_lossy(&errors).into_owned();
        let line = errors.lines().rfind(|line| !line.trim().is_empty());
        Some(line.map_or_else(|| status.to_string(), |line| format!("{status}: {}", line.trim())))
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Either fails only if the program has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl FromStr for ProgramLine {
    type Err = String;

    /// Splits the line at spaces that are not within single or double quotes. A backslash is an
    /// ordinary character, because it is one in the paths of Windows. If no word contains `{url}`
    /// or `{page}`, the address is the last argument.
    fn from_str(line: &str) -> Result<Self, String> {
        let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
        for letter in line.chars() {
            match (letter, quote) {
                (_, Some(open)) if letter == open => quote = None,
                ('"' | '\'', None) => {
                    quote = Some(letter);
                    word.get_or_insert_default();
                }
                (_, None) if letter.is_whitespace() => words.extend(word.take()),
                _ => word.get_or_insert_default().push(letter),
            }
        }
        words.extend(word);
        if quote.is_some() {
            return Err(format!("a quote in `{line}` is not closed"));
        }
        let has_place = |word: &String| word.contains(URL) || word.contains(PAGE);
        if words.first().is_none_or(|program| program.is_empty() || has_place(program)) {
            return Err("no program is named: write 'PROGRAM {url}'".to_owned());
        }
        if !words.iter().any(has_place) {
            words.push(URL.to_owned());
        }
        Ok(Self { words })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        let command = line.parse::<ProgramLine>().unwrap().command("ws://h:1/");
        let words = [command.get_program()].into_iter().chain(command.get_args());
        words.map(|word| word.to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn a_line_is_split_at_spaces_outside_of_quotes() {
        assert_eq!(words("client {url} -v"), ["client", "ws://h:1/", "-v"]);
        assert_eq!(
            words(r#""C:\my client" --url={url} ''"#),
            [r"C:\my client", "--url=ws://h:1/", ""]
        );
        assert_eq!(words("sh -c 'exec  it \"$0\"'"), ["sh", "-c", "exec  it \"$0\"", "ws://h:1/"]);
    }

    #[test]
    fn a_browser_is_given_the_address_of_a_page() {
        assert_eq!(words("browser --app={page}"), ["browser", "--app=ws://h:1/"]);
        assert!("browser {page}".parse::<ProgramLine>().unwrap().wants_page());
    }

    #[test]
    fn a_program_that_ended_says_why() {
        let line = ProgramLine { words: ["cargo", "no-such-command"].map(str::to_owned).into() };
        let mut program = line.start("").unwrap();
        let end = loop {
            let Some(end) = program.end() else {
                thread::yield_now();
                continue;
            };
            // The last line may arrive later than the end.
            if end.contains("no-such-command") {
                break end;
            }
        };
        assert!(end.contains("101"), "{end}");
        let missing = ProgramLine { words: vec!["no-such-program".to_owned()] };
        assert!(missing.start("").err().unwrap().contains("`no-such-program` cannot be started"));
    }

    #[test]
    fn a_line_without_a_program_is_refused() {
        for line in ["", "  ", "''", "{url}"] {
            assert!(line.parse::<ProgramLine>().unwrap_err().contains("PROGRAM"), "{line}");
        }
        assert!("a 'b".parse::<ProgramLine>().unwrap_err().contains("not closed"));
    }
}
