//! The original's verdicts on one peer, in a file that people can read.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::SystemTime;
use std::{fmt, fs, io};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::autobahn::suite::{all, select};
use crate::autobahn::verdict::{Outcome, Verdict};

/// The version of Autobahn whose cases and verdicts we have.
pub(crate) const VERSION: &str = "25.10.1";
/// The entry in the file for a case that has no verdicts.
const NOT_RUN: &str = "not run";

/// The two verdicts on one case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Pair {
    /// Whether the peer did what the case asks for.
    pub behavior: Verdict,
    /// Whether the connection ended as it should.
    pub behavior_close: Verdict,
}

/// The original's verdicts on one peer, as the file has them.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recording {
    /// The name and version of the peer.
    pub peer: String,
    /// `server` or `client`.
    pub role: String,
    /// When it was judged.
    pub date: String,
    /// The version of Autobahn.
    pub autobahn: String,
    /// How many cases are OK, with an OK close.
    ok: usize,
    /// All other cases, by their verdicts: `"NON-STRICT, close OK": "6.4.3 6.4.4"`.
    others: BTreeMap<String, String>,
}

impl fmt::Display for Pair {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        write!(formatter, "{}, close {}", self.behavior.word(), self.behavior_close.word())
    }
}

impl Pair {
    const OK: Self = Self { behavior: Verdict::Ok, behavior_close: Verdict::Ok };

    /// The verdicts of an outcome.
    pub fn of(outcome: &Outcome) -> Self {
        Self { behavior: outcome.behavior, behavior_close: outcome.behavior_close }
    }

    /// Reads what [`fmt::Display`] writes.
    fn read(text: &str) -> Option<Self> {
        let (behavior, close) = text.split_once(", close ")?;
        let verdict = |word: &str| serde_json::from_value(Value::from(word)).ok();
        Some(Self { behavior: verdict(behavior)?, behavior_close: verdict(close)? })
    }
}

impl Recording {
    /// Records the verdicts on a peer today.
    pub(crate) fn new(peer: &str, role: &str, verdicts: &BTreeMap<String, Pair>) -> Self {
        let today = httpdate::fmt_http_date(SystemTime::now());
        let mut cases: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for case in all() {
            let key = verdicts.get(&case).map_or_else(|| NOT_RUN.to_owned(), Pair::to_string);
            cases.entry(key).or_default().push(case);
        }
        let ok = cases.remove(&Pair::OK.to_string()).map_or(0, |cases| cases.len());
        let others = cases.into_iter().map(|(key, cases)| (key, shortened(&cases).join(" ")));
        Self {
            peer: peer.to_owned(),
            role: role.to_owned(),
            // `Fri, 27 Nov 2026 00:05:28 GMT`, without the day of the week and the time.
            date: today.get(5..16).unwrap_or_default().to_owned(),
            autobahn: VERSION.to_owned(),
            ok,
            others: others.collect(),
        }
    }

    /// Reads a file.
    ///
    /// # Errors
    /// A sentence, if it cannot be read.
    pub fn read(path: &Path) -> Result<Self, String> {
        let read = || serde_json::from_str(&fs::read_to_string(path)?).map_err(io::Error::from);
        read().map_err(|error| format!("{}: {error}", path.display()))
    }

    /// Writes a file.
    ///
    /// # Errors
    /// A sentence, if it cannot be written.
    pub(crate) fn write(&self, path: &Path) -> Result<(), String> {
        let text = serde_json::to_string_pretty(self).map_err(|error| error.to_string())?;
        fs::write(path, text + "\n").map_err(|error| format!("{}: {error}", path.display()))
    }

    /// The verdicts on the cases that were run, by case.
    ///
    /// # Errors
    /// A sentence, if the file contradicts itself or has a word that is not a verdict.
    pub fn verdicts(&self) -> Result<BTreeMap<String, Pair>, String> {
        let mut verdicts: BTreeMap<String, Pair> =
            all().into_iter().map(|case| (case, Pair::OK)).collect();
        for (key, patterns) in &self.others {
            let patterns: Vec<String> = patterns.split(' ').map(str::to_owned).collect();
            for case in select(&patterns, false)? {
                if key == NOT_RUN {
                    verdicts.remove(&case);
                } else {
                    let pair = Pair::read(key).ok_or_else(|| format!("`{key}` has no verdicts"))?;
                    verdicts.insert(case, pair);
                }
            }
        }
        match verdicts.values().filter(|pair| **pair == Pair::OK).count() {
            ok if ok == self.ok => Ok(verdicts),
            ok => Err(format!("{}: {} cases should be OK, and {ok} are", self.peer, self.ok)),
        }
    }
}

/// Puts a pattern such as `6.*` or `6.4.*` in the place of a whole group or series.
fn shortened(cases: &[String]) -> Vec<String> {
    let is_whole = |pattern: &String| {
        let selected = select(std::slice::from_ref(pattern), false).unwrap_or_default();
        selected.iter().all(|case| cases.contains(case))
    };
    let mut short: Vec<String> = cases
        .iter()
        .map(|case| {
            let dots = case.match_indices('.').map(|(dot, _)| format!("{}.*", &case[..dot]));
            dots.into_iter().find(is_whole).unwrap_or_else(|| case.clone())
        })
        .collect();
    short.dedup();
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recording_has_every_verdict_and_is_short() {
        let mut verdicts: BTreeMap<String, Pair> =
            all().into_iter().map(|case| (case, Pair::OK)).collect();
        let non_strict = Pair { behavior: Verdict::NonStrict, ..Pair::OK };
        let unclean = Pair { behavior: Verdict::Failed, behavior_close: Verdict::Unclean };
        for case in select(&["6.4", "6.3.1", "12"].map(str::to_owned), false).unwrap() {
            verdicts.insert(case, non_strict);
        }
        verdicts.insert("5.1".to_owned(), unclean);
        verdicts.retain(|case, _| !case.starts_with("9.") && case != "1.1.8");
        let recording = Recording::new("peer 1.0", "server", &verdicts);
        let text = serde_json::to_string(&recording.others).unwrap();
        let expected = r#"{"FAILED, close UNCLEAN":"5.1","#.to_owned()
            + r#""NON-STRICT, close OK":"6.3.1 6.4.* 12.*","not run":"1.1.8 9.*"}"#;
        assert_eq!(text, expected);
        assert_eq!(recording.verdicts().unwrap(), verdicts);
    }

    #[test]
    fn every_recording_is_as_we_would_write_it() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/recorded");
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let files: Vec<_> = entries.filter(|path| path.is_file()).collect();
        for path in files.iter().filter(|path| path.extension().is_some_and(|it| it == "json")) {
            let recording = Recording::read(path).unwrap();
            let verdicts = recording.verdicts().unwrap();
            let again = Recording::new(&recording.peer, &recording.role, &verdicts);
            assert_eq!(Recording { date: recording.date.clone(), ..again }, recording, "{path:?}");
        }
    }

    #[test]
    fn a_file_that_contradicts_itself_is_refused() {
        let mut recording = Recording::new("peer 1.0", "client", &BTreeMap::new());
        assert_eq!(recording.others[NOT_RUN], "1.* 2.* 3.* 4.* 5.* 6.* 7.* 9.* 10.* 12.* 13.*");
        recording.ok = 1;
        assert!(recording.verdicts().unwrap_err().contains("1 cases should be OK, and 0 are"));
        recording.others.insert("FINE, close OK".to_owned(), "5.1".to_owned());
        assert!(recording.verdicts().unwrap_err().contains("`FINE, close OK`"));
    }
}
