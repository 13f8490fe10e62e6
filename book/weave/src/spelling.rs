//! Spelling, by the dictionary of `typos`: a list of known mistakes, so that no name is one.

use std::collections::{BTreeMap, HashSet};

use typos::tokens::Tokenizer;
use typos_dict::WORD;
use unicase::UniCase;

use crate::page::Page;
use crate::{Outcome, place};

/// Words that are no mistakes here, and why.
pub type Words = BTreeMap<String, String>;

/// Reads `book/words.toml`.
///
/// # Errors
/// What is wrong with it.
pub fn words() -> Outcome<Words> {
    place::list("words.toml")
}

/// The mistakes in the texts of these pages, and words in the list that no page has.
#[must_use]
pub fn faults(pages: &[Page], words: &Words) -> Vec<String> {
    let tokenizer = Tokenizer::new();
    let (mut faults, mut needed) = (Vec::new(), HashSet::new());
    for page in pages {
        for (line, text) in page.paragraphs() {
            for word in tokenizer.parse_str(&text).flat_map(|identifier| identifier.split()) {
                let word = word.token();
                let Some(better) = WORD.find(&UniCase::new(word)) else { continue };
                if words.contains_key(word) {
                    needed.insert(word.to_owned());
                } else {
                    let better = better.join(" or ");
                    faults.push(format!("{}: \"{word}\" should be {better}", page.at(line)));
                }
            }
        }
    }
    let unneeded = words.keys().filter(|word| !needed.contains(*word));
    faults.extend(unneeded.map(|word| format!("book/words.toml: no page needs \"{word}\"")));
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults_of(text: &str, list: &str) -> Vec<String> {
        faults(&[Page::new("x.md", text)], &toml::from_str(list).unwrap())
    }

    #[test]
    fn a_mistake_is_found_and_an_exception_kept() {
        let text = "WebSocket and\nteh frame. 掩码\n";
        assert_eq!(faults_of(text, ""), ["book/src/x.md:1: \"teh\" should be the"]);
        assert_eq!(faults_of(text, "teh = \"on purpose\""), [""; 0]);
        let unneeded = ["book/words.toml: no page needs \"teh\""];
        assert_eq!(faults_of("The frame.", "teh = \"on purpose\""), unneeded);
    }
}
