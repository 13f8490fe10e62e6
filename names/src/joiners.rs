//! Where an invisible character is a part of the writing: it changes how its neighbours look.

use icu_properties::props::{
    CanonicalCombiningClass, Emoji, EmojiModifier, ExtendedPictographic, GeneralCategory,
    JoiningType, UnifiedIdeograph,
};
use icu_properties::{CodePointMapData, CodePointSetData};

/// Zero width non-joiner: its neighbours are written apart.
const NON_JOINER: char = '\u{200c}';
/// Zero width joiner: its neighbours are written as one.
const JOINER: char = '\u{200d}';
/// The character before it is shown as an emoji.
const EMOJI_STYLE: char = '\u{fe0f}';
/// The character before it is shown as text.
const TEXT_STYLE: char = '\u{fe0e}';
/// The frame of a key, around a digit: 1️⃣.
const KEYCAP: char = '\u{20e3}';
/// The flag in which invisible letters say whose it is.
const BLACK_FLAG: char = '\u{1f3f4}';
/// The end of these letters.
const END_OF_TAGS: char = '\u{e007f}';
/// The flags that Unicode recommends: England, Scotland and Wales. Others are shown as a black flag.
const FLAGS: [&str; 3] = ["gbeng", "gbsct", "gbwls"];

/// Returns whether the invisible character in this place changes how its neighbours look.
pub(crate) fn is_needed(characters: &[char], place: usize) -> bool {
    let (before, after) = (&characters[..place], &characters[place + 1..]);
    match characters[place] {
        NON_JOINER => is_after_virama(before) || separates(before, after),
        JOINER => {
            is_after_virama(before) || is_before_virama(before, after) || joins_emoji(before, after)
        }
        EMOJI_STYLE | TEXT_STYLE => has_styles(before, after),
        // The variants of an ideograph, which occur in the names of people in Japan.
        '\u{e0100}'..='\u{e01ef}' => {
            before.last().is_some_and(|last| is::<UnifiedIdeograph>(*last))
        }
        '\u{e0020}'..=END_OF_TAGS => is_in_flag(characters, place),
        _ => false,
    }
}

fn is<Property: icu_properties::props::BinaryProperty>(character: char) -> bool {
    CodePointSetData::new::<Property>().contains(character)
}

/// RFC 5892, appendices A.1 and A.2: in Indic scripts, a virama takes the vowel from a consonant. A
/// joiner after it decides whether this consonant and the next one are written as one.
fn is_after_virama(before: &[char]) -> bool {
    before.last().is_some_and(|last| is_virama(*last))
}

/// In Bengali and Kannada, a joiner between a consonant and the virama chooses the other form of the
/// two: র‍্য.
fn is_before_virama(before: &[char], after: &[char]) -> bool {
    let categories = CodePointMapData::<GeneralCategory>::new();
    let is_letter = |last: &char| categories.get(*last) == GeneralCategory::OtherLetter;
    before.last().is_some_and(is_letter) && after.first().is_some_and(|next| is_virama(*next))
}

fn is_virama(character: char) -> bool {
    let class = CodePointMapData::<CanonicalCombiningClass>::new().get(character);
    class == CanonicalCombiningClass::Virama
}

/// RFC 5892, appendix A.1: a non-joiner between two letters that would be joined without it, as in
/// Persian. Marks between them do not count.
fn separates(before: &[char], after: &[char]) -> bool {
    let types = CodePointMapData::<JoiningType>::new();
    let joining = |character: &char| types.get(*character);
    let is_letter = |joining: &JoiningType| *joining != JoiningType::Transparent;
    let left = before.iter().rev().map(joining).find(is_letter);
    let right = after.iter().map(joining).find(is_letter);
    matches!(left, Some(JoiningType::LeftJoining | JoiningType::DualJoining))
        && matches!(right, Some(JoiningType::RightJoining | JoiningType::DualJoining))
}

/// UTS #51, ED-16: an emoji of several, as 👩‍👩‍👧. Each of them may have a style or the color of a
/// skin.
fn joins_emoji(before: &[char], after: &[char]) -> bool {
    let is_addition =
        |character: &&char| **character == EMOJI_STYLE || is::<EmojiModifier>(**character);
    let left = before.iter().rev().find(|character| !is_addition(character));
    let is_picture = |character: &char| is::<ExtendedPictographic>(*character);
    left.is_some_and(is_picture) && after.first().is_some_and(is_picture)
}

/// UTS #51, ED-8: a character that can be shown as an emoji or as text. A digit is one only in the
/// frame of a key.
fn has_styles(before: &[char], after: &[char]) -> bool {
    match before.last() {
        Some('0'..='9' | '#' | '*') => after.first() == Some(&KEYCAP),
        Some(last) => is::<Emoji>(*last),
        None => false,
    }
}

/// UTS #51, ED-14: a black flag and the letters of its region.
fn is_in_flag(characters: &[char], place: usize) -> bool {
    let is_tag = |character: &char| matches!(character, '\u{e0020}'..=END_OF_TAGS);
    let Some(flag) = characters[..place].iter().rposition(|character| !is_tag(character)) else {
        return false;
    };
    let mut tags = characters[flag + 1..].iter().copied().take_while(|character| is_tag(character));
    let letters: String = tags
        .by_ref()
        .take_while(|tag| *tag != END_OF_TAGS)
        .filter_map(|tag| char::from_u32(u32::from(tag) - 0xe0000))
        .collect();
    let is_whole = characters.get(flag + 1 + letters.len()) == Some(&END_OF_TAGS);
    let is_last = tags.next().is_none();
    characters[flag] == BLACK_FLAG && is_whole && is_last && FLAGS.contains(&&*letters)
}
