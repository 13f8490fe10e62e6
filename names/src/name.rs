//! A name: a text that has passed the rule.

use std::sync::Arc;

use unicode_normalization::UnicodeNormalization;
use unicode_security::skeleton;

use crate::characters::check_characters;
use crate::marks::check_marks;
use crate::problem::NotAName;

/// The longest name, in code points of normalization form C. So "é" counts as one, however it was
/// written, and an emoji counts as one for each person or thing in it, and for each joiner.
pub const NAME_MAX: usize = 32;

/// The name of a person or a room, in normalization form C.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Name(Arc<str>);

impl Name {
    /// Returns the name that is written like this.
    ///
    /// # Errors
    /// What is wrong with it, for the person who chose it.
    pub fn new(text: &str) -> Result<Self, NotAName> {
        if text.trim().is_empty() {
            return Err(NotAName::Empty);
        }
        // RFC 3986 §5.2.4. It makes no difference whether the dots are percent-encoded.
        if [".", ".."].contains(&text) {
            return Err(NotAName::Dots);
        }
        // One more than the limit: the rest of a very long text is not read.
        let characters: Vec<char> = text.nfc().take(NAME_MAX + 1).collect();
        if characters.len() > NAME_MAX {
            return Err(NotAName::TooLong);
        }
        check_characters(&characters)?;
        check_marks(&characters)?;
        Ok(Self(characters.iter().collect::<String>().into()))
    }

    /// Returns the name as a text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Returns what a name looks like. Two names that are easily mistaken for each other have the same
/// looks. This text is for comparing, and not for showing.
///
/// Invisible characters do not count, and each other character is replaced by one that stands for
/// all that look like it: `1`, `I` and `l` are one, but `1` and `2` are not.
pub fn looks(name: &str) -> String {
    let name: String = name.chars().map(letter_of_tag).collect();
    skeleton(&name).collect()
}

/// Makes the invisible letters in the flags of England, Scotland and Wales visible. Without them,
/// these flags would look alike.
fn letter_of_tag(character: char) -> char {
    match character {
        '\u{e0020}'..='\u{e007e}' => {
            char::from_u32(u32::from(character) - 0xe0000).unwrap_or(character)
        }
        _ => character,
    }
}

impl From<Name> for Arc<str> {
    fn from(name: Name) -> Self {
        name.0
    }
}
