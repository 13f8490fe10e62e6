//! Writes the report into a folder.

use std::fs;
use std::path::{Path, PathBuf};

use crate::autobahn::report::judged::Judged;
use crate::autobahn::report::{json, page};

/// Writes `index.json`, `index.html` and a file for each case, and returns the path of the page.
///
/// # Errors
/// A sentence, if a file cannot be written.
pub(crate) fn write(folder: &Path, judged: &[Judged]) -> Result<PathBuf, String> {
    let page = folder.join("index.html");
    let save = |path: &Path, text: String| {
        fs::write(path, text).map_err(|error| format!("cannot write {}: {error}", path.display()))
    };
    fs::create_dir_all(folder)
        .map_err(|error| format!("cannot create the folder {}: {error}", folder.display()))?;
    save(&folder.join("index.json"), format!("{:#}\n", json::index(judged)))?;
    for peer in judged {
        for outcome in &peer.outcomes {
            let file = folder.join(json::file_name(&peer.name, &outcome.case));
            save(&file, format!("{:#}\n", json::details(&peer.name, outcome)))?;
        }
    }
    save(&page, page::draw(judged))?;
    Ok(page)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::autobahn::verdict::{Verdict, example};

    fn judged() -> Vec<Judged> {
        let outcomes = vec![
            example("1.1.1", Verdict::Ok, Verdict::Ok),
            example("6.4.1", Verdict::NonStrict, Verdict::Ok),
            example("7.5.1", Verdict::Failed, Verdict::WrongCode),
        ];
        vec![Judged { name: "step 5, server".to_owned(), outcomes }]
    }

    #[test]
    fn the_index_has_the_form_of_autobahns() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), &judged()).unwrap();
        let text = fs::read_to_string(folder.path().join("index.json")).unwrap();
        let index: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(
            index["step 5, server"]["7.5.1"],
            serde_json::json!({
                "behavior": "FAILED",
                "behaviorClose": "WRONG CODE",
                "duration": 12,
                "remoteCloseCode": null,
                "reportfile": "step_5_server_case_7_5_1.json",
            })
        );
        let details = fs::read_to_string(folder.path().join("step_5_server_case_7_5_1.json"));
        let details: serde_json::Value = serde_json::from_str(&details.unwrap()).unwrap();
        assert_eq!(details["id"], "7.5.1");
        assert_eq!(details["result"], "The peer sent <nothing>.");
    }

    #[test]
    fn the_page_shows_every_case_and_what_went_over_the_wire_in_those_that_are_not_ok() {
        let page = page::draw(&judged());
        for part in ["1.1.1", "6.4.1", "7.5.1", "NON-STRICT", "WRONG CODE", "&lt;nothing&gt;"] {
            assert!(page.contains(part), "{part}");
        }
        assert_eq!(page.matches("→ text, 5 bytes: hello").count(), 2);
        assert!(!page.contains("<nothing>"));
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_named() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let error = write(file.path(), &judged()).unwrap_err();
        assert!(error.contains(&*file.path().to_string_lossy()), "{error}");
    }
}
