//! A solution of `token_list`: upgrade is one word of a list.

/// Is `token` in the list that the lines of a header make together?
fn has_token(lines: &[&str], token: &str) -> bool {
    let mut entries = lines.iter().flat_map(|line| line.split(','));
    // Whole tokens are compared: part of one is another.
    entries.any(|entry| entry.trim().eq_ignore_ascii_case(token))
}

fn main() {}

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
