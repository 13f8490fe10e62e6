//! The command line that starts a client.

use std::path::Path;
use std::process::Command;
use std::str::FromStr;

/// The place of the address in a command line.
const URL: &str = "{url}";

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

    /// Returns the command that starts the client with this address.
    pub fn command(&self, url: &str) -> Command {
        let mut words = self.words.iter().map(|word| word.replace(URL, url));
        let mut command = Command::new(words.next().unwrap_or_default());
        command.args(words);
        command
    }
}

impl FromStr for ProgramLine {
    type Err = String;

    /// Splits the line at spaces that are not within single or double quotes. A backslash is an
    /// ordinary character, because it is one in the paths of Windows. If no word contains `{url}`,
    /// the address is the last argument.
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
        if words.first().is_none_or(|program| program.is_empty() || program.contains(URL)) {
            return Err("no program is named: write 'PROGRAM {url}'".to_owned());
        }
        if !words.iter().any(|word| word.contains(URL)) {
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
    fn a_line_without_a_program_is_refused() {
        for line in ["", "  ", "''", "{url}"] {
            assert!(line.parse::<ProgramLine>().unwrap_err().contains("PROGRAM"), "{line}");
        }
        assert!("a 'b".parse::<ProgramLine>().unwrap_err().contains("not closed"));
    }
}
