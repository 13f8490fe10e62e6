//! Which test proves which MUST of RFC 6455: `book/musts.toml`, its tables, and whether it is whole.

use std::fmt::Write as _;

use anyhow::Result;
use conformance::checker::stages::chapter_name;
use serde::Deserialize;

use crate::names::check_test;
use crate::place;

#[derive(Deserialize)]
struct List {
    section: Vec<Section>,
}

/// A section of the RFC that says MUST or MUST NOT.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// Its number, `4.2.1`.
    pub number: String,
    /// Its title.
    pub title: String,
    /// Its rules in their order, one for each MUST and MUST NOT.
    #[serde(rename = "rule")]
    pub rules: Vec<Rule>,
}

/// What one MUST or MUST NOT demands.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// A sentence with the MUST or MUST NOT in it.
    pub rule: String,
    /// The tests that prove it, as `steps/05-echo/tests/wire.rs::name_of_the_test`.
    #[serde(default)]
    pub tests: Vec<String>,
    /// The page of the book that explains it.
    pub page: Option<String>,
    /// Why it does not bind us.
    pub outside: Option<String>,
}

/// Reads all sections, in the order of the RFC.
///
/// # Errors
/// If the list cannot be read.
pub fn sections() -> Result<Vec<Section>> {
    Ok(place::read_toml::<List>("book/musts.toml")?.section)
}

/// Returns the list for the reader in Markdown: how many rules there are, and a table a section.
pub fn tables(sections: &[Section]) -> String {
    let rules = || sections.iter().flat_map(|section| &section.rules);
    let outside = rules().filter(|rule| rule.outside.is_some()).count();
    let mut text = format!(
        "Sections 4 to 8 say MUST or MUST NOT {} times. {} of these rules bind us, and tests \
         prove them; {outside} bind others.\n",
        rules().count(),
        rules().count() - outside,
    );
    for section in sections {
        let _ = write!(text, "\n## §{0} {1} {{#section-{0}}}\n\n", section.number, section.title);
        text.push_str("| | what is demanded | where it is kept |\n|---|---|---|\n");
        for (rule, number) in section.rules.iter().zip(1..) {
            let _ = writeln!(text, "| {number} | {} | {} |", rule.rule, rule.place());
        }
    }
    text
}

impl Rule {
    /// Where it is kept, or why not here.
    fn place(&self) -> String {
        let page = self.page.iter().map(|page| format!("[{}]({page})", name_of(page)));
        let tests = self.tests.iter().map(|test| format!("`{test}`"));
        let outside = self.outside.iter().map(|reason| format!("Not here: {reason}."));
        page.chain(tests).chain(outside).collect::<Vec<_>>().join("<br>")
    }

    fn faults(&self, pages: &[String]) -> Vec<String> {
        let mut faults = Vec::new();
        let parts = (self.outside.is_some(), !self.tests.is_empty(), self.page.is_some());
        if !matches!(parts, (true, false, false) | (false, true, true)) {
            faults.push(
                "it needs tests and a page, or a reason why it does not concern us".to_owned(),
            );
        }
        let page = self.page.iter().filter(|page| !pages.contains(page));
        faults.extend(page.map(|page| format!("SUMMARY.md has no page {page}")));
        faults
            .extend(self.tests.iter().filter_map(|test| Some(check_test(test).err()?.to_string())));
        faults
    }
}

/// How the list names a page: by the number of its chapter, or else by its title.
fn name_of(page: &str) -> String {
    let name = chapter_name(page.strip_suffix(".md").unwrap_or(page));
    if name.starts_with("chapter ") {
        return name;
    }
    let text = place::read(&format!("book/src/{page}")).unwrap_or_default();
    let title = text.lines().find_map(|line| line.strip_prefix("# ")).unwrap_or(&name);
    title.split(" {#").next().unwrap_or(title).to_owned()
}

/// Returns the faults of the list: a rule without a proof, a test or a page that does not exist.
/// `pages` are the files of the book's pages.
pub fn faults(sections: &[Section], pages: &[String]) -> Vec<String> {
    let mut faults = Vec::new();
    for section in sections {
        for (rule, number) in section.rules.iter().zip(1..) {
            let place = format!("§{}, rule {number}", section.number);
            faults.extend(rule.faults(pages).iter().map(|fault| format!("{place}: {fault}")));
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

    fn outside() -> Rule {
        Rule {
            rule: "A client MUST knock.".to_owned(),
            outside: Some("nobody is there".to_owned()),
            ..Rule::default()
        }
    }

    #[test]
    fn a_fault_is_reported_with_its_place() {
        assert_eq!(faults(&section(outside()), &[]), [""; 0]);
        let needs =
            "§9.9, rule 1: it needs tests and a page, or a reason why it does not concern us";
        let unproven = Rule { outside: None, page: Some("a.md".to_owned()), ..outside() };
        let page = "§9.9, rule 1: SUMMARY.md has no page a.md";
        assert_eq!(faults(&section(unproven), &[]), [needs, page]);
        let both = Rule { tests: vec!["book/weave/src/musts.rs::nothing".to_owned()], ..outside() };
        let test = "§9.9, rule 1: book/weave/src/musts.rs has no test nothing";
        assert_eq!(faults(&section(both), &[]), [needs, test]);
    }

    #[test]
    fn a_rule_is_a_line_of_a_table() {
        let ours = Rule {
            tests: vec!["a.rs::b".to_owned()],
            page: Some("05a-messages.md".to_owned()),
            outside: None,
            ..outside()
        };
        let tables = tables(&section(ours));
        let line = "| 1 | A client MUST knock. | [chapter 5a](05a-messages.md)<br>`a.rs::b` |\n";
        assert!(tables.ends_with(line), "{tables}");
        assert!(tables.starts_with("Sections 4 to 8 say MUST or MUST NOT 1 times. 1 of these"));
    }
}
