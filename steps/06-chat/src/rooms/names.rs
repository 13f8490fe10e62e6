//! The names that members and rooms may have.

/// The longest name, in characters.
const NAME_MAX: usize = 32;

/// Checks the name of a member or a room.
///
/// # Errors
/// What is wrong with the name, for the person who chose it.
pub(crate) fn check_name(name: &str) -> Result<(), &'static str> {
    if name.trim().is_empty() {
        return Err("a name cannot be empty");
    }
    if name.chars().count() > NAME_MAX {
        return Err("a name has at most 32 characters");
    }
    if name.chars().any(|character| character.is_control() || is_invisible(character)) {
        return Err("a name cannot have control characters");
    }
    if name.trim() != name {
        return Err("a name cannot begin or end with a space");
    }
    Ok(())
}

/// Returns whether a character has no shape or changes the direction of writing. With it, one name
/// could look like another.
fn is_invisible(character: char) -> bool {
    matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}
