//! # Upgrade is one word of a list
//!
//! Chrome sends `Connection: Upgrade`, and Firefox sends `Connection: keep-alive, Upgrade`. Both
//! are right, because the value is a list of tokens (RFC 6455 §4.2.1). This server was tried only
//! with Chrome.
//!
//! Make `has_token` find a token anywhere in the list, and nothing else. The case of a token has no
//! meaning. Commas separate the entries of the list, with spaces or tabs around them or without. An
//! entry may be empty, and then it is ignored (RFC 9110 §5.6.1). A proxy may write one list in two
//! lines.
//!
//! Fails: a_token_may_be_in_a_list
//!   "Firefox sends a list, and one of its tokens is Upgrade"
//! Fails: spaces_and_tabs_around_a_token_do_not_belong_to_it
//!   "there may be spaces and tabs around a token, or none"
//! Fails: the_case_of_a_token_has_no_meaning
//!   "the case of these tokens has no meaning"
//! Fails: any_token_can_be_asked_for
//!   "the second argument says which token: it is not always `Upgrade`"
//! Fails: an_empty_entry_is_ignored
//!   "there is an empty entry before `Upgrade`: ignore it, and go on"
//!
//! Chapter: book/src/02-handshake.md#exercises

/// Returns whether `token` is in the list. The values of all headers of one name, here `lines`, are
/// one list together.
fn has_token(lines: &[&str], token: &str) -> bool {
    // TODO: what separates the tokens, and what may be around them?
    lines.contains(&token)
}

fn main() {
    // Try things here, if you like: what this prints is shown below the tests.
}

#[cfg(test)]
mod tests {
    use std::panic;

    use super::*;

    #[track_caller]
    fn check(lines: &[&str], token: &str, expected: bool, why: &str) {
        let call = format!("{why}\n  your `has_token({lines:?}, {token:?})`");
        let yours = panic::catch_unwind(|| has_token(lines, token))
            .unwrap_or_else(|_| panic!("{call} panicked"));
        assert!(yours == expected, "{call}\n  returned: {yours}\n  expected: {expected}");
    }

    #[test]
    fn a_token_may_be_alone() {
        check(&["Upgrade"], "Upgrade", true, "Chrome sends it like that");
    }

    #[test]
    fn a_token_may_be_in_a_list() {
        let why = "Firefox sends a list, and one of its tokens is Upgrade";
        check(&["keep-alive, Upgrade"], "Upgrade", true, why);
        check(&["Upgrade, keep-alive"], "Upgrade", true, "it may be the first one, too");
        check(&["a, b, Upgrade, c"], "Upgrade", true, "a list may have any number of tokens");
    }

    #[test]
    fn spaces_and_tabs_around_a_token_do_not_belong_to_it() {
        for line in ["keep-alive,Upgrade", "keep-alive ,\tUpgrade\t", " Upgrade , keep-alive"] {
            let why = "there may be spaces and tabs around a token, or none";
            check(&[line], "Upgrade", true, why);
        }
    }

    #[test]
    fn all_lines_together_are_one_list() {
        let why = "two lines are one list: look through both";
        check(&["keep-alive", "Upgrade"], "Upgrade", true, why);
        check(&["Upgrade", "keep-alive"], "Upgrade", true, why);
        let why = "each line has whole tokens: `Up` and `grade` are two of them";
        check(&["Up", "grade"], "Upgrade", false, why);
    }

    #[test]
    fn the_case_of_a_token_has_no_meaning() {
        let why = "the case of these tokens has no meaning";
        for line in ["upgrade", "UPGRADE", "upGRade"] {
            check(&[line], "Upgrade", true, why);
        }
        check(&["Upgrade"], "upgrade", true, why);
    }

    #[test]
    fn any_token_can_be_asked_for() {
        let why = "the second argument says which token: it is not always `Upgrade`";
        check(&["WebSocket"], "websocket", true, why);
        check(&["keep-alive, Upgrade"], "websocket", false, why);
    }

    #[test]
    fn a_part_of_a_token_is_another_token() {
        let why = "no entry of this list is `Upgrade` as a whole: commas separate entries";
        for line in ["no-upgrade", "upgrades", "Up, grade", "Upgrade;q=1", "\"Upgrade\""] {
            check(&[line], "Upgrade", false, why);
        }
        check(&["Upgrade"], "grade", false, "`grade` is only a part of `Upgrade`");
    }

    #[test]
    fn a_space_does_not_separate_tokens() {
        let why = "only a comma separates tokens: this entry is not `Upgrade`";
        for line in ["keep-alive Upgrade", "Up grade", "not Upgrade, please"] {
            check(&[line], "Upgrade", false, why);
        }
    }

    #[test]
    fn an_empty_entry_is_ignored() {
        let why = "there is an empty entry before `Upgrade`: ignore it, and go on";
        for line in [", Upgrade", "keep-alive,, Upgrade", ",Upgrade,"] {
            check(&[line], "Upgrade", true, why);
        }
        check(&["", "Upgrade"], "Upgrade", true, why);
    }

    #[test]
    fn an_empty_list_has_no_tokens() {
        check(&[], "Upgrade", false, "no line at all");
        check(&[""], "Upgrade", false, "one empty line");
    }

    #[test]
    fn a_letter_beyond_ascii_is_another_letter() {
        let why = "the K here is U+212A, the sign for kelvin, and not a k: a token is ASCII";
        check(&["websoc\u{212a}et"], "websocket", false, why);
    }
}
