//! Which test proves which MUST of RFC 6455: `book/musts.toml`, its tables, and whether it is whole.

use std::fmt;
use std::fmt::Write;

use serde::Deserialize;

use crate::names::test_fault;
use crate::{Outcome, place};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    section: Vec<Section>,
}

/// A section of the RFC in which MUST or MUST NOT stands.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// Its number, `4.2.1`.
    pub number: String,
    /// Its title.
    pub title: String,
    /// What it demands, in its order: a rule for each time that one of the words stands in it.
    #[serde(rename = "rule")]
    pub rules: Vec<Rule>,
}

/// What one MUST demands.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// MUST, or MUST NOT.
    pub level: Level,
    /// Whom it binds.
    pub binds: Binds,
    /// The end of a sentence that begins with both.
    pub rule: String,
    /// The tests that prove it, as `steps/05-echo/tests/wire.rs::name_of_the_test`.
    #[serde(default)]
    pub tests: Vec<String>,
    /// The page of the book that explains it.
    pub page: Option<String>,
    /// Why it is not ours to keep.
    pub outside: Option<String>,
    /// What we know to be missing.
    pub gap: Option<String>,
}

/// How a rule is put.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
pub enum Level {
    /// It is demanded.
    #[serde(rename = "MUST")]
    Must,
    /// It is forbidden.
    #[serde(rename = "MUST NOT")]
    MustNot,
}

/// Whom a rule binds.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Binds {
    /// The end that connects.
    Client,
    /// The end that is connected to.
    Server,
    /// Each of the two.
    Both,
    /// Whoever passes on what they say.
    Proxy,
    /// Whoever writes an extension of the protocol.
    Extension,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Must => "MUST",
            Self::MustNot => "MUST NOT",
        })
    }
}

impl fmt::Display for Binds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Client => "A client",
            Self::Server => "A server",
            Self::Both => "Either side",
            Self::Proxy => "A proxy",
            Self::Extension => "An extension",
        })
    }
}

/// All sections, in the order of the RFC.
///
/// # Errors
/// What is wrong with the list.
pub fn sections() -> Outcome<Vec<Section>> {
    Ok(place::list::<List>("musts.toml")?.section)
}

/// The list for the reader: what it comes to, and a table for each section.
#[must_use]
pub fn tables(sections: &[Section]) -> String {
    let rules = || sections.iter().flat_map(|section| &section.rules);
    let outside = rules().filter(|rule| rule.outside.is_some()).count();
    let gaps = rules().filter(|rule| rule.gap.is_some()).count();
    let but = if gaps == 0 { String::new() } else { format!(", {gaps} with a gap that is named") };
    let mut text = format!(
        "Sections 4 to 8 say MUST or MUST NOT {} times. {} of these are ours to keep, and tests \
         prove them{but}; {outside} are for others.\n",
        rules().count(),
        rules().count() - outside,
    );
    for section in sections {
        let _ = write!(text, "\n## §{} {}\n\n", section.number, section.title);
        text.push_str("| | what is demanded | where it is kept |\n|---|---|---|\n");
        for (index, rule) in section.rules.iter().enumerate() {
            let Rule { binds, level, rule: demand, .. } = rule;
            let place = rule.place();
            let _ = writeln!(text, "| {} | {binds} {level} {demand}. | {place} |", index + 1);
        }
    }
    text
}

impl Rule {
    /// Where it is kept, or why not here.
    fn place(&self) -> String {
        let mut parts = Vec::new();
        if let Some(page) = &self.page {
            let chapter = page.split_once('-').and_then(|(number, _)| number.parse::<u8>().ok());
            let name =
                chapter.map_or(page.replace(".md", ""), |number| format!("chapter {number}"));
            parts.push(format!("[{name}]({page})"));
        }
        parts.extend(self.tests.iter().map(|test| format!("`{test}`")));
        parts.extend(self.outside.iter().map(|reason| format!("Not here: {reason}.")));
        parts.extend(self.gap.iter().map(|gap| format!("**Missing:** {gap}.")));
        parts.join("<br>")
    }

    fn faults(&self, pages: &[String]) -> Vec<String> {
        let is_ours = !self.tests.is_empty() && self.page.is_some();
        let is_others = self.tests.is_empty() && self.page.is_none();
        let claim = match self.outside {
            Some(_) if !is_others => Some("it is outside, and has tests or a page"),
            None if !is_ours => Some("it has no tests or no page"),
            _ => None,
        };
        let mut faults: Vec<String> = claim.into_iter().map(str::to_owned).collect();
        let page = self.page.iter().filter(|page| !pages.contains(page));
        faults.extend(page.map(|page| format!("SUMMARY.md has no page {page}")));
        faults.extend(self.tests.iter().filter_map(|test| test_fault(test)));
        faults
    }
}

/// What is wrong with the list: a rule that nothing proves, a test or a page that is not there.
/// `pages` are the files of the book's pages.
#[must_use]
pub fn faults(sections: &[Section], pages: &[String]) -> Vec<String> {
    let mut faults = Vec::new();
    for section in sections {
        let number = &section.number;
        for (index, rule) in section.rules.iter().enumerate() {
            let there = rule.faults(pages).into_iter();
            faults.extend(there.map(|what| format!("§{number}, rule {}: {what}", index + 1)));
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(rule: Rule) -> [Section; 1] {
        [Section { number: "9.9".to_owned(), title: "Title".to_owned(), rules: vec![rule] }]
    }

    fn rule() -> Rule {
        Rule {
            level: Level::Must,
            binds: Binds::Client,
            rule: "knock".to_owned(),
            tests: Vec::new(),
            page: None,
            outside: Some("nobody is there".to_owned()),
            gap: None,
        }
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        assert_eq!(faults(&section(rule()), &[]), [""; 0]);
        let unproven = Rule { outside: None, page: Some("a.md".to_owned()), ..rule() };
        assert_eq!(
            faults(&section(unproven), &[]),
            [
                "§9.9, rule 1: it has no tests or no page",
                "§9.9, rule 1: SUMMARY.md has no page a.md"
            ]
        );
        let both = Rule { tests: vec!["book/weave/src/musts.rs::nothing".to_owned()], ..rule() };
        assert_eq!(
            faults(&section(both), &[]),
            [
                "§9.9, rule 1: it is outside, and has tests or a page",
                "§9.9, rule 1: book/weave/src/musts.rs has no test nothing"
            ]
        );
    }

    #[test]
    fn a_rule_is_a_line_of_a_table() {
        let ours = Rule {
            tests: vec!["a.rs::b".to_owned()],
            page: Some("05-echo.md".to_owned()),
            outside: None,
            gap: Some("the door".to_owned()),
            ..rule()
        };
        let tables = tables(&section(ours));
        let line = "| 1 | A client MUST knock. | [chapter 5](05-echo.md)<br>`a.rs::b`<br>\
                    **Missing:** the door. |\n";
        assert!(tables.ends_with(line), "{tables}");
        assert!(tables.starts_with("Sections 4 to 8 say MUST or MUST NOT 1 times. 1 of these"));
    }
}
