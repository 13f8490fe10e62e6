//! Marks: accents, vowel signs and points, which are written on, under or around a letter.

use icu_properties::CodePointMapData;
use icu_properties::CodePointSetData;
use icu_properties::props::{DefaultIgnorableCodePoint, GeneralCategory, GeneralCategoryGroup};
use unicode_normalization::UnicodeNormalization;

use crate::problem::NotAName;

/// Marks that a letter may carry. More would cover the lines around it (UTS #39 §5.4).
const MARKS_MAX: usize = 4;

/// Checks that each mark has a letter, and that no letter has too many.
pub(crate) fn check_marks(characters: &[char]) -> Result<(), NotAName> {
    if characters.iter().all(char::is_ascii) {
        return Ok(());
    }
    let categories = CodePointMapData::<GeneralCategory>::new();
    let is_invisible =
        |character| CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(character);
    let (mut has_letter, mut marks, mut last) = (false, 0, None);
    // Decomposed, so that a letter with its accent counts as both.
    for character in characters.iter().copied().nfd() {
        let category = categories.get(character);
        if GeneralCategoryGroup::Mark.contains(category) && !is_invisible(character) {
            if !has_letter {
                return Err(NotAName::LoneMark);
            }
            if category != GeneralCategory::SpacingMark {
                marks += 1;
            }
            if marks > MARKS_MAX || last == Some(character) {
                return Err(NotAName::TooManyMarks);
            }
        } else if !is_invisible(character) {
            (has_letter, marks) = (character != ' ', 0);
        }
        last = Some(character);
    }
    Ok(())
}
