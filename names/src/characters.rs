//! Which characters a name may have.

use icu_properties::props::{BidiControl, DefaultIgnorableCodePoint, GeneralCategory};
use icu_properties::{CodePointMapData, CodePointSetData};

use crate::joiners::is_needed;
use crate::problem::NotAName;

/// Checks each character of a name, and the spaces between them.
pub(crate) fn check_characters(characters: &[char]) -> Result<(), NotAName> {
    if characters.first() == Some(&' ') || characters.last() == Some(&' ') {
        return Err(NotAName::SpaceAtAnEnd);
    }
    for (place, &character) in characters.iter().enumerate() {
        if character == ' ' {
            if characters.get(place + 1) == Some(&' ') {
                return Err(NotAName::Spaces);
            }
        } else if !character.is_ascii_alphanumeric() {
            check(characters, place, character)?;
        }
    }
    Ok(())
}

fn check(characters: &[char], place: usize, character: char) -> Result<(), NotAName> {
    if CodePointSetData::new::<BidiControl>().contains(character) {
        return Err(NotAName::Direction);
    }
    if CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(character) {
        return if is_needed(characters, place) { Ok(()) } else { Err(NotAName::Invisible) };
    }
    if is_blank(character) {
        return Err(NotAName::Invisible);
    }
    match CodePointMapData::<GeneralCategory>::new().get(character) {
        GeneralCategory::Control if matches!(character, '\n' | '\r') => Err(NotAName::LineBreak),
        GeneralCategory::Control => Err(NotAName::Control),
        GeneralCategory::LineSeparator | GeneralCategory::ParagraphSeparator => {
            Err(NotAName::LineBreak)
        }
        GeneralCategory::SpaceSeparator => Err(NotAName::OtherSpace),
        GeneralCategory::Format => Err(NotAName::Format),
        GeneralCategory::PrivateUse => Err(NotAName::PrivateUse),
        GeneralCategory::Unassigned | GeneralCategory::Surrogate => Err(NotAName::Undefined),
        _ => Ok(()),
    }
}

/// Returns whether a character is a letter, a mark or a symbol by its category, and shows nothing:
/// the blank of Braille, the null notehead of music, the place of an object, the filler of Khitan
/// and the blanks of hieroglyphs. (The fillers of Hangul are default-ignorable.)
fn is_blank(character: char) -> bool {
    matches!(
        character,
        '\u{2800}' | '\u{fffc}' | '\u{13441}' | '\u{13442}' | '\u{16fe4}' | '\u{1d159}'
    )
}
