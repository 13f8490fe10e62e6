//! How a server answers messages, apart from the standard.

/// What comes back for a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Echo {
    /// The message. Whatever else comes back is wrong.
    #[default]
    Same,
    /// Another message: the server is not an echo server.
    Other,
    /// Nothing.
    Silent,
}

/// Properties of a server that are neither right nor wrong.
#[derive(Clone, Debug, Default)]
pub(crate) struct Manner {
    /// How many messages it sends before it is sent any.
    pub(crate) greeting: usize,
    pub(crate) echo: Echo,
    /// In words, if it is not an echo server.
    pub(crate) reason: String,
}

impl Manner {
    /// Judges what came back for the text `word`, which is at least 16 small letters. Returns
    /// `None` if that is the text, or looks like the work of a broken server.
    pub(crate) fn of_answer(word: &str, is_text: bool, answer: &[u8]) -> Option<Self> {
        let shown = std::str::from_utf8(answer).ok()?;
        let is_broken = |letter: char| {
            letter == '\u{fffd}' || (letter.is_control() && !letter.is_ascii_whitespace())
        };
        if (is_text && shown == word) || shown.contains(is_broken) {
            return None;
        }
        let is_other = if let Some(start) = shown.to_lowercase().find(word) {
            // Something was added that can be read, or letters have changed their case.
            let mut around =
                shown.char_indices().filter(|(at, _)| *at < start || *at >= start + word.len());
            shown.len() == word.len() || around.any(|(_, letter)| letter.is_alphanumeric())
        } else {
            // What has many bytes of the text in their places, from either end, is a damaged echo.
            let same = answer.iter().zip(word.as_bytes()).filter(|(one, other)| one == other);
            let ends = answer.iter().rev().zip(word.as_bytes().iter().rev());
            let same_end = ends.filter(|(one, other)| one == other).count();
            !word.contains(shown.trim()) && same.count().max(same_end) < word.len() / 2
        };
        let kind = if is_text { "text" } else { "binary message" };
        let start: String = shown.chars().take(60).collect();
        is_other.then(|| Self {
            greeting: 0,
            echo: Echo::Other,
            reason: format!(
                "the server is not an echo server: it answers the text `{word}` with the {kind} \
                 `{start}`"
            ),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORD: &str = "abcdefghijklmnopqrst";

    #[test]
    fn another_message_is_told_from_a_damaged_echo() {
        let is_other = |answer: &[u8]| Manner::of_answer(WORD, true, answer).is_some();
        for answer in [
            format!("You said: {WORD}"),
            format!("{{\"echo\": \"{WORD}\"}}\n"),
            WORD.to_uppercase(),
            WORD.chars().rev().collect(),
            "20 bytes".to_owned(),
        ] {
            assert!(is_other(answer.as_bytes()), "{answer}");
        }
        for answer in [
            WORD.to_owned(),
            WORD[..19].to_owned(),
            WORD[1..].to_owned(),
            String::new(),
            format!("{WORD}\n"),
            format!("{WORD}\0"),
            WORD.replace('e', "\u{fffd}"),
            WORD.replace('e', "E?"),
        ] {
            assert!(!is_other(answer.as_bytes()), "{answer}");
        }
        assert!(!is_other(b"\xfa\x80abc"));
        assert!(Manner::of_answer(WORD, false, WORD.as_bytes()).is_some());
    }
}
