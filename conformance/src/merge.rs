//! Puts Autobahn's reports on the parts of a run together, as if one `wstest` had run them all.

use std::{fs, path::Path};

use serde_json::{Map, Value};

/// What stands in the table of `index.html` where a case has not been run. The rest of the page is
/// the same in all parts: it lists all cases there are.
const MISSING: &str = "case_missing";

/// Moves the pages of all cases from the folders `parts` into the folder `whole`, with one index.
///
/// # Errors
/// If a part has no report or a file cannot be moved.
pub(crate) fn merge(parts: &[impl AsRef<Path>], whole: &Path) -> Result<(), String> {
    let at = |path: &Path, error: std::io::Error| format!("{}: {error}", path.display());
    fs::create_dir_all(whole).map_err(|error| at(whole, error))?;
    let mut pages = Vec::new();
    let mut verdicts = Vec::new();
    for part in parts.iter().map(AsRef::as_ref) {
        for entry in fs::read_dir(part).map_err(|error| without_report(part, &error))? {
            let path = entry.map_err(|error| at(part, error))?.path();
            let text = || fs::read_to_string(&path).map_err(|error| at(&path, error));
            match path.file_name().and_then(|name| name.to_str()) {
                Some("index.html") => pages.push(text()?),
                Some("index.json") => verdicts.push(text()?),
                Some(name) => {
                    fs::rename(&path, whole.join(name)).map_err(|error| at(&path, error))?;
                }
                None => {}
            }
        }
    }
    let write = |name: &str, text: String| {
        let path = whole.join(name);
        fs::write(&path, text).map_err(|error| at(&path, error))
    };
    write("index.html", merge_pages(&pages))?;
    write("index.json", merge_verdicts(&verdicts)?)
}

fn without_report(part: &Path, error: &std::io::Error) -> String {
    format!(
        "Autobahn has written no report to {}: {error}. A client must ask for it at its end, with \
         `/updateReports?agent=NAME`",
        part.display()
    )
}

/// Each line from the first page, or from the page that knows more about the case.
fn merge_pages(pages: &[String]) -> String {
    let mut lines: Vec<&str> = pages.first().map_or(Vec::new(), |page| page.lines().collect());
    for page in pages.iter().skip(1) {
        for (line, other) in lines.iter_mut().zip(page.lines()) {
            if line.contains(MISSING) && !other.contains(MISSING) {
                *line = other;
            }
        }
    }
    lines.join("\n") + "\n"
}

/// All verdicts on each agent.
fn merge_verdicts(indexes: &[String]) -> Result<String, String> {
    let mut whole: Map<String, Value> = Map::new();
    for index in indexes {
        let agents: Map<String, Value> = serde_json::from_str(index)
            .map_err(|error| format!("Autobahn's index.json cannot be read: {error}"))?;
        for (agent, cases) in agents {
            let all = whole.entry(agent).or_insert_with(|| Value::Object(Map::new()));
            if let (Value::Object(all), Value::Object(cases)) = (all, cases) {
                all.extend(cases);
            }
        }
    }
    Ok(Value::Object(whole).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_case_comes_from_the_part_that_has_run_it() {
        let folder = tempfile::tempdir().unwrap();
        let page = |first: &str, second: &str| {
            format!("style td.case_missing\n<a>1.1.1</a>\n{first}\n<a>1.1.2</a>\n{second}\nend\n")
        };
        let missing = r#"<td class="case_missing">Missing</td>"#;
        let parts = [("1.1.1", page("OK", missing)), ("1.1.2", page(missing, "Fail"))];
        let folders = parts.map(|(case, page)| {
            let part = folder.path().join(case);
            fs::create_dir(&part).unwrap();
            fs::write(part.join("index.html"), page).unwrap();
            let index = format!(r#"{{"echo": {{"{case}": {{"behavior": "OK"}}}}}}"#);
            fs::write(part.join("index.json"), index).unwrap();
            fs::write(part.join(format!("echo_case_{case}.html")), case).unwrap();
            part
        });
        let whole = folder.path().join("whole");
        merge(&folders, &whole).unwrap();

        let read = |name: &str| fs::read_to_string(whole.join(name)).unwrap();
        assert_eq!(read("index.html"), page("OK", "Fail"));
        let index: Value = serde_json::from_str(&read("index.json")).unwrap();
        assert_eq!(index["echo"].as_object().unwrap().len(), 2);
        assert_eq!(read("echo_case_1.1.2.html"), "1.1.2");
    }

    #[test]
    fn a_part_without_a_report_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let error = merge(&[folder.path().join("nowhere")], folder.path()).unwrap_err();
        assert!(error.contains("nowhere") && error.contains("/updateReports"), "{error}");
    }
}
