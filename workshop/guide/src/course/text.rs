//! The text of a stage in `workshop/stages/`: Markdown with the same sections in each file.

/// The sections, in their order.
const SECTIONS: [&str; 6] = ["Bytes", "Look up", "Question", "Hints", "Compare", "Fails"];
/// What the paragraph with the answer to the question begins with.
const ANSWER: &str = "Answer: ";

/// What the terminal and the book say of a stage besides its title and its task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// What comes in and what must go out, in Markdown.
    pub bytes: String,
    /// The clauses and the functions to look up: a list in Markdown.
    pub look_up: String,
    /// A question to answer before one writes any code, in Markdown.
    pub question: String,
    /// The answer to it, in Markdown.
    pub answer: String,
    /// The hints, in Markdown: the first ones ask, and the last one tells what to do.
    pub hints: Vec<String>,
    /// The files of the steps to compare one's own code with.
    pub compare: Vec<Comparison>,
    /// Where the solution of the stage before fails.
    pub fails: Fails,
}

/// A file of a step, compared with the reader's own code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// Its path in the repository.
    pub path: String,
    /// What is different there and why, in Markdown.
    pub note: String,
}

/// Where the solution of the stage before fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fails {
    /// The whole line, in Markdown.
    pub line: String,
    /// The name of the check, such as `framing/echo`; `None` for a stage without checks.
    pub check: Option<String>,
    /// How the report begins to say what has happened.
    pub happened: Option<String>,
}

impl Text {
    /// Reads the text of a stage.
    ///
    /// # Errors
    /// A sentence, if a section is missing, empty, out of order, or not as it should be.
    pub fn read(text: &str) -> Result<Self, String> {
        let [bytes, look_up, question, hints, compare, fails] = sections(text)?;
        let (question, answer) =
            question.split_once(&format!("\n\n{ANSWER}")).ok_or_else(|| {
                format!("`## Question` needs a second paragraph that begins with `{ANSWER}`")
            })?;
        let hints = numbered(&hints)?;
        let compare = compare.split('\n').filter(|line| !line.trim().is_empty());
        let compare = compare.map(comparison).collect::<Result<_, _>>()?;
        Ok(Self {
            bytes,
            look_up,
            question: question.trim().to_owned(),
            answer: answer.trim().to_owned(),
            hints,
            compare,
            fails: Fails::read(&fails)?,
        })
    }
}

impl Fails {
    fn read(line: &str) -> Result<Self, String> {
        if line.contains('\n') {
            return Err("`## Fails` must be one line".to_owned());
        }
        let mut code = line.split('`').skip(1).step_by(2).map(str::to_owned);
        let check = code.next().filter(|id| id.contains('/'));
        let happened = check.is_some().then(|| code.next()).flatten();
        if check.is_some() && happened.is_none() {
            return Err("`## Fails` names a check, but not what happens, in backticks".to_owned());
        }
        Ok(Self { line: line.to_owned(), check, happened })
    }
}

/// Splits the text at its headings. A line within a fence is not one.
fn sections(text: &str) -> Result<[String; SECTIONS.len()], String> {
    let mut sections: Vec<String> = Vec::new();
    let mut fence: Option<String> = None;
    for line in text.lines() {
        let fence_end = line.trim_start().find(|letter| letter != '`');
        let ticks = &line.trim_start()[..fence_end.unwrap_or(line.trim_start().len())];
        match &fence {
            Some(open) if ticks.len() >= open.len() && line.trim() == ticks => fence = None,
            None if ticks.len() >= 3 => fence = Some(ticks.to_owned()),
            None if line.starts_with('#') => {
                let due = SECTIONS.get(sections.len());
                if line.strip_prefix("## ") != due.copied() {
                    let due = due.map_or("the end".to_owned(), |due| format!("`## {due}`"));
                    return Err(format!("`{line}` is in the place of {due}"));
                }
                sections.push(String::new());
                continue;
            }
            _ => {}
        }
        match sections.last_mut() {
            Some(section) => section.extend([line, "\n"]),
            None if line.trim().is_empty() => {}
            None => return Err(format!("`{line}` is before the first section")),
        }
    }
    let sections: Vec<String> = sections.iter().map(|section| section.trim().to_owned()).collect();
    if let Some(empty) = sections.iter().position(String::is_empty) {
        return Err(format!("`## {}` is empty", SECTIONS[empty]));
    }
    let count = sections.len();
    sections.try_into().map_err(|_| format!("`## {}` is missing", SECTIONS[count]))
}

/// Splits a numbered list into its items.
fn numbered(list: &str) -> Result<Vec<String>, String> {
    let mut items: Vec<String> = Vec::new();
    for line in list.lines() {
        let next = format!("{}. ", items.len() + 1);
        if let Some(item) = line.strip_prefix(&next) {
            items.push(item.to_owned());
        } else if let Some(item) = items.last_mut() {
            // The lines below an item are indented by as much as its number is wide.
            let indent = line.len() - line.trim_start().len();
            item.extend(["\n", &line[indent.min(3)..]]);
        } else {
            return Err(format!("`## Hints` should be a numbered list, and begins with `{line}`"));
        }
    }
    Ok(items.into_iter().map(|item| item.trim().to_owned()).collect())
}

/// Reads `` `steps/02-handshake/src/header_block.rs`: what is different there and why ``.
fn comparison(line: &str) -> Result<Comparison, String> {
    let item = line.trim().trim_start_matches(['-', '*']).trim_start();
    let parts = item.strip_prefix('`').and_then(|item| item.split_once('`'));
    let Some((path, note)) = parts else {
        return Err(format!("`## Compare` needs a file in backticks at the begin of `{line}`"));
    };
    let note = note.trim_start_matches([':', ' ']).to_owned();
    Ok(Comparison { path: path.to_owned(), note })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
## Bytes
The server receives

````text
## Not a heading
```
81 85
````

## Look up
- RFC 6455 §5.2: the header
- `read_exact`

## Question
How long
is it?

Answer: Six bytes.

Or more.

## Hints
1. What is first?
2. Two lines
   of one hint.

   ```rust
   read();
   ```
3. Write it.

## Compare
- `steps/04-framing/src/header.rs`: it borrows.
`steps/05-echo/src/main.rs`: it is async.

## Fails
`framing/echo`: `The server sent nothing`
";

    #[test]
    fn each_section_is_found() {
        let text = Text::read(TEXT).unwrap();
        let bytes = "The server receives\n\n````text\n## Not a heading\n```\n81 85\n````";
        assert_eq!(text.bytes, bytes);
        assert_eq!(text.look_up, "- RFC 6455 §5.2: the header\n- `read_exact`");
        assert_eq!(text.question, "How long\nis it?");
        assert_eq!(text.answer, "Six bytes.\n\nOr more.");
        let two = "Two lines\nof one hint.\n\n```rust\nread();\n```";
        assert_eq!(text.hints, ["What is first?", two, "Write it."]);
        let compared = |path: &str, note: &str| Comparison { path: path.into(), note: note.into() };
        let compare = [
            compared("steps/04-framing/src/header.rs", "it borrows."),
            compared("steps/05-echo/src/main.rs", "it is async."),
        ];
        assert_eq!(text.compare, compare);
        assert_eq!(text.fails.check.as_deref(), Some("framing/echo"));
        assert_eq!(text.fails.happened.as_deref(), Some("The server sent nothing"));
    }

    #[test]
    fn a_stage_without_checks_fails_for_another_reason() {
        let fails = Fails::read("Case 12.1.1: `UNIMPLEMENTED`").unwrap();
        assert_eq!((fails.check, fails.happened), (None, None));
        assert_eq!(fails.line, "Case 12.1.1: `UNIMPLEMENTED`");
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (old, new, due) in [
            ("## Look up\n", "## Look\n", "`## Look` is in the place of `## Look up`"),
            ("## Fails\n", "", "`## Fails` is missing"),
            ("`framing/echo`: `The server sent nothing`\n", "", "`## Fails` is empty"),
            ("Answer: ", "It is ", "begins with `Answer: `"),
            ("1. What", "- What", "numbered list"),
            ("- `steps/04", "- steps/04", "file in backticks"),
            (": `The server sent nothing`", "", "not what happens"),
            ("`The server", "`The\nserver", "one line"),
            ("## Bytes", "Hello\n## Bytes", "`Hello` is before the first section"),
            ("## Fails\n", "## Fails\nx\n## More\n", "`## More` is in the place of the end"),
        ] {
            assert!(TEXT.contains(old), "{old}");
            let problem = Text::read(&TEXT.replacen(old, new, 1)).unwrap_err();
            assert!(problem.contains(due), "{old}: {problem}");
        }
    }
}
