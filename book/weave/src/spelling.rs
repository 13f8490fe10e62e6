//! Spelling, by the dictionary of `typos`. It lists known mistakes, so that a name is not one.

use typos::tokens::Tokenizer;
use typos_dict::WORD;
use unicase::UniCase;

use crate::page::Page;

/// Returns the misspelled words in the texts of these pages. Code is not checked.
pub fn faults(pages: &[Page]) -> Vec<String> {
    let tokenizer = Tokenizer::new();
    let mut faults = Vec::new();
    for page in pages {
        for (line, text) in page.texts() {
            for word in tokenizer.parse_str(&text).flat_map(|identifier| identifier.split()) {
                let word = word.token();
                if let Some(better) = WORD.find(&UniCase::new(word)) {
                    let better = better.join(" or ");
                    faults.push(format!("{}: \"{word}\" should be {better}", page.at(line)));
                }
            }
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_is_found_except_in_code() {
        let page = Page::new("x.md", "WebSocket and\nteh frame. 掩码 `teh`\n");
        assert_eq!(faults(&[page]), ["book/src/x.md:2: \"teh\" should be the"]);
    }
}
