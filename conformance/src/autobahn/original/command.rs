//! `ws-judge autobahn`: runs the original and ours over the same cases, and compares.

use std::collections::BTreeMap;

use clap::Args;
use testkit::workspace;

use crate::autobahn::command::judge;
use crate::autobahn::original::recording::{Pair, Recording};
use crate::autobahn::original::run::run;
use crate::autobahn::original::way::Way;
use crate::autobahn::peer::{Contact, Peer};
use crate::autobahn::suite::{group, select};
use crate::autobahn::verdict::Outcome;
use crate::terminal::{GREEN, RED, has_colours, painted};

/// What to judge, and in which cases.
#[derive(Args)]
pub struct Original {
    /// A step to build and judge, such as 5 or 5a, or the address of an echo server. Without one:
    /// steps 5 and 6, and the client of step 5
    #[arg(value_name = "STEP | ws://HOST:PORT/PATH")]
    target: Option<String>,

    /// Judge a client: a program that asks the server at {url} for /getCaseCount, for each
    /// /runCase?case=NUMBER&agent=NAME, and for /updateReports?agent=NAME
    #[arg(long, value_name = "'PROGRAM {url}'", conflicts_with = "target")]
    client: Option<String>,

    /// Run only these cases: 5.12, or 6.4.* or just 6.4, or several with commas between
    #[arg(long, value_name = "CASES", value_delimiter = ',')]
    only: Vec<String>,

    /// Also write the original's verdicts into conformance/recorded/, under this name and version,
    /// such as 'websockets 17.4'
    #[arg(long, value_name = "NAME")]
    record: Option<String>,
}

impl Original {
    /// Judges, and prints every case in which the verdicts differ. Returns whether none does.
    ///
    /// # Errors
    /// A sentence, if the original cannot be run or a peer cannot be judged.
    pub fn run(&self) -> Result<bool, String> {
        let cases = select(&self.only, false)?;
        let way = Way::find()?;
        let mut are_same = true;
        let read = |url: &str| url.parse();
        for peer in Peer::chosen(self.target.as_deref(), self.client.as_deref(), read)? {
            let in_groups = cases.iter().filter(|case| peer.groups.contains(&group(case)));
            let in_groups: Vec<&str> = in_groups.map(String::as_str).collect();
            let original =
                run(&way, &peer, &in_groups).map_err(|error| format!("{}: {error}", peer.name))?;
            println!("{}, by the original: {}", peer.name, counts(&original.verdicts));
            println!("  its report: {}", original.page.display());
            if let Some(name) = &self.record {
                record(name, &peer, &original.verdicts)?;
            }
            let differences = differences(&original.verdicts, &judge(&peer, &cases, None)?);
            let (way, line) = match differences.len() {
                0 => (GREEN, "  ours: the same verdicts in every case".to_owned()),
                count => (RED, format!("  ours: different verdicts in {count} cases")),
            };
            println!("{}", painted(has_colours(), way, &line));
            for line in &differences {
                println!("  {line}");
            }
            are_same &= differences.is_empty();
        }
        Ok(are_same)
    }
}

/// Writes the verdicts on a peer: `ws 8.23.0` as `conformance/recorded/ws-8.23.0.json`, or for a
/// client as `ws-8.23.0-client.json`.
fn record(name: &str, peer: &Peer, verdicts: &BTreeMap<String, Pair>) -> Result<(), String> {
    let (role, end) = match peer.contact {
        Contact::Server(_) => ("server", ""),
        Contact::Client(_) => ("client", "-client"),
    };
    let file = format!("{}{end}.json", name.replace([' ', '/'], "-"));
    let path = workspace().join("conformance").join("recorded").join(file);
    println!("  recorded: {}", path.display());
    Recording::new(name, role, verdicts).write(&path)
}

/// How many cases have which verdicts.
fn counts(verdicts: &BTreeMap<String, Pair>) -> String {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for pair in verdicts.values() {
        *counts.entry(pair.to_string()).or_default() += 1;
    }
    let counts: Vec<String> =
        counts.iter().map(|(pair, count)| format!("{count} {pair}")).collect();
    counts.join("; ")
}

/// A line for each case in which our verdicts differ from those of the original.
fn differences(original: &BTreeMap<String, Pair>, ours: &[Outcome]) -> Vec<String> {
    let line = |outcome: &Outcome| {
        let original = original.get(&outcome.case)?;
        let our = Pair::of(outcome);
        (our != *original).then(|| {
            let Outcome { case, result, result_close, .. } = outcome;
            format!("{case}: the original {original}; ours {our}. {result} {result_close}")
        })
    };
    ours.iter().filter_map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::autobahn::verdict::{Verdict, example};

    #[test]
    fn a_case_with_another_verdict_is_named_with_both() {
        let pair = Pair::of(&example("5.1", Verdict::Ok, Verdict::Ok));
        let original = ["5.1", "5.2", "5.3"].map(|case| (case.to_owned(), pair)).into();
        let ours = [
            example("5.1", Verdict::Ok, Verdict::Ok),
            example("5.2", Verdict::Ok, Verdict::Unclean),
        ];
        let expected = "5.2: the original OK, close OK; ours OK, close UNCLEAN. \
                        The peer sent <nothing>. The peer ended TCP.";
        assert_eq!(differences(&original, &ours), [expected]);
        assert_eq!(counts(&original), "3 OK, close OK");
    }
}
