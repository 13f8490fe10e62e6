//! What people and rooms may be called.

/// The longest name, in characters.
const NAME_MAX: usize = 32;

/// Is this a name?
///
/// # Errors
/// What is wrong with it, for the one who chose it.
pub(crate) fn check_name(name: &str) -> Result<(), &'static str> {
    if name.trim().is_empty() {
        return Err("a name cannot be empty");
    }
    if name.chars().count() > NAME_MAX {
        return Err("a name has at most 32 characters");
    }
    if name.chars().any(|character| character.is_control() || turns_writing(character)) {
        return Err("a name cannot have control characters");
    }
    if name.trim() != name {
        return Err("a name cannot begin or end with a space");
    }
    Ok(())
}

/// The characters that turn the direction of writing can make one name look like another.
fn turns_writing(character: char) -> bool {
    matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}
