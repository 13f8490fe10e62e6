//! # Upgrade is one word of a list
//!
//! Chrome sends `Connection: Upgrade`. Firefox sends `Connection: keep-alive, Upgrade`, and a proxy
//! may write the list over two lines. All of them are right: the header is a list of tokens, and
//! tokens here have no case (RFC 6455 §4.2.1). This server was only ever tried with Chrome.
//!
//! Make `has_token` find a token wherever it stands, and only there.
//!
//! Fails: a_token_may_stand_in_a_list
//!   "Firefox sends a list: one of its tokens is Upgrade"
//! Fails: tokens_have_no_case
//!   "these tokens have no case"
//!
//! Chapter: book/src/02-handshake.md#exercises

/// Is `token` in the list that the lines of a header make together?
fn has_token(lines: &[&str], token: &str) -> bool {
    // TODO: what separates the tokens, and what may stand around them?
    lines.contains(&token)
}

fn main() {
    // Try things here, if you like: what this prints is shown below the tests.
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_may_stand_alone() {
        assert!(has_token(&["Upgrade"], "Upgrade"), "as Chrome sends it");
    }

    #[test]
    fn a_token_may_stand_in_a_list() {
        let why = "Firefox sends a list: one of its tokens is Upgrade";
        assert!(has_token(&["keep-alive, Upgrade"], "Upgrade"), "{why}");
        assert!(has_token(&["Upgrade,keep-alive"], "Upgrade"), "without a space, too");
        assert!(has_token(&["keep-alive", "Upgrade"], "Upgrade"), "two lines are one list");
    }

    #[test]
    fn tokens_have_no_case() {
        for line in ["upgrade", "UPGRADE"] {
            assert!(has_token(&[line], "Upgrade"), "these tokens have no case: {line}");
        }
    }

    #[test]
    fn part_of_a_token_is_another_token() {
        for line in ["no-upgrade", "upgrades", "up, grade"] {
            assert!(!has_token(&[line], "Upgrade"), "there is no Upgrade in this list: {line}");
        }
    }
}
