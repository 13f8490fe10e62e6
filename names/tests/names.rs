//! What is a name, and what is not.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use icu_properties::props::{
    BidiControl, DefaultIgnorableCodePoint, GeneralCategory, GeneralCategoryGroup,
};
use icu_properties::{CodePointMapData, CodePointSetData};
use names::{NAME_MAX, Name, NotAName, looks};
use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization;

fn problem(text: &str) -> Option<NotAName> {
    Name::new(text).err()
}

/// Names of people and things, in many scripts.
const NAMES: [&str; 52] = [
    "Ada",
    "m1",
    "member-1",
    "O'Hara & Co",
    "<img src=x onerror=alert(1)>",
    "a/b",
    "...",
    "J. R. R. Tolkien",
    "Zoë",
    "Nguyễn Thị Ánh",
    "Łukasz",
    "Dvořák",
    "Ἀριστοτέλης",
    "Лев Толстой",
    "Ё-моё",
    "Հայկ",
    "დავითი",
    // Hebrew and Arabic, with points.
    "דָּוִד",
    "مُحَمَّد",
    "عائشة",
    // Persian, with a non-joiner.
    "می‌خواهم",
    "نامه‌ای",
    "علی‌رضا",
    // Indic scripts, with and without joiners.
    "श्री",
    "क्‍ष",
    "क्‌ष",
    "ශ්‍රී ලංකා",
    "র‍্যাচেল",
    "ಕೃಷ್ಣ",
    "ജോണ്‍",
    "தமிழ்",
    "ਗੁਰਪ੍ਰੀਤ",
    // Others.
    "สมชาย น้ำ",
    "ຄໍາ",
    "ကျော်",
    "ស្រី",
    "བཀྲ་ཤིས",
    "ሰላም",
    "山田 太郎",
    "渡邉",
    "葛\u{e0100}飾",
    "김민준",
    "ひらがな",
    "カタカナ・ー",
    // Emoji.
    "🦀",
    "👩‍👩‍👧",
    "❤️",
    "👋🏽",
    "🇮🇷🇺🇦",
    "1️⃣",
    "🏴󠁧󠁢󠁳󠁣󠁴󠁿",
    "👁️‍🗨️ 🏳️‍⚧️ 🏴‍☠️ 👩🏽‍🚀",
];

#[test]
fn names_of_the_world_are_names() {
    for name in NAMES {
        assert_eq!(problem(name), None, "{name}: {}", name.escape_unicode());
        // And they stay as they are.
        assert_eq!(Name::new(name).unwrap().as_str(), name.nfc().collect::<String>());
    }
}

#[test]
fn a_name_that_is_not_one_is_refused_with_the_exact_reason() {
    let long = "說".repeat(NAME_MAX + 1);
    let enormous = "n".repeat(1 << 20);
    let marks = format!("a{}", "\u{301}\u{302}\u{303}\u{308}\u{30a}");
    for (text, expected) in [
        ("", NotAName::Empty),
        ("   ", NotAName::Empty),
        ("\u{a0}\u{3000}", NotAName::Empty),
        (".", NotAName::Dots),
        ("..", NotAName::Dots),
        (&long, NotAName::TooLong),
        (&enormous, NotAName::TooLong),
        (" Ada", NotAName::SpaceAtAnEnd),
        ("Ada ", NotAName::SpaceAtAnEnd),
        ("Ada  Lovelace", NotAName::Spaces),
        ("Ada\u{a0}Lovelace", NotAName::OtherSpace),
        ("山田\u{3000}太郎", NotAName::OtherSpace),
        ("Ada\nBob", NotAName::LineBreak),
        ("Ada\u{2028}Bob", NotAName::LineBreak),
        ("Ada\0", NotAName::Control),
        ("Ada\tBob", NotAName::Control),
        ("Ada\u{85}", NotAName::Control),
        ("Ada\u{202e}boB", NotAName::Direction),
        ("\u{2067}Ada", NotAName::Direction),
        ("Ada\u{200f}", NotAName::Direction),
        ("A\u{200b}da", NotAName::Invisible),
        ("A\u{ad}da", NotAName::Invisible),
        ("\u{3164}", NotAName::Invisible),
        ("\u{2800}", NotAName::Invisible),
        ("Ada\u{600}", NotAName::Format),
        ("Ada\u{fffb}", NotAName::Format),
        ("\u{301}Ada", NotAName::LoneMark),
        ("Ada \u{301}", NotAName::LoneMark),
        ("\u{93e}", NotAName::LoneMark),
        (&marks, NotAName::TooManyMarks),
        ("á\u{301}", NotAName::TooManyMarks),
        ("\u{e000}", NotAName::PrivateUse),
        ("\u{10fffd}", NotAName::PrivateUse),
        ("\u{378}", NotAName::Undefined),
        ("\u{fdd0}", NotAName::Undefined),
        ("\u{10ffff}", NotAName::Undefined),
    ] {
        assert_eq!(problem(text), Some(expected), "{}", text.escape_unicode());
    }
}

/// An invisible character is allowed only where it changes how others look.
#[test]
fn joiners_styles_and_tags_need_neighbours() {
    for text in [
        // Joiners.
        "\u{200d}",
        "\u{200c}",
        "Ada\u{200d}",
        "A\u{200d}da",
        "A\u{200c}da",
        "\u{200d}श्री",
        "श\u{200d}",
        "م\u{200c}",
        "\u{200c}م",
        "ا\u{200c}ب",
        "می\u{200c}\u{200c}خواهم",
        "🦀\u{200d}",
        "\u{200d}🦀",
        "🦀\u{200d}\u{200d}🦀",
        "🦀\u{200d}a",
        "a\u{200d}🦀",
        // Styles.
        "\u{fe0f}",
        "A\u{fe0f}",
        "1\u{fe0f}",
        "1\u{fe0f}2",
        "❤\u{fe0f}\u{fe0f}",
        "說\u{fe0f}",
        "❤\u{fe00}",
        "A\u{e0100}",
        "\u{e0100}",
        "🦀\u{e0100}",
        // Tags: alone, not the end, not the begin, two ends, and of no flag.
        "\u{e0067}",
        "🏴\u{e0067}",
        "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}",
        "\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
        "🏴\u{e007f}",
        "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}\u{e007f}",
        "🏴\u{e0068}\u{e0065}\u{e006c}\u{e006c}\u{e006f}\u{e007f}",
        "🦀\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
    ] {
        assert_eq!(problem(text), Some(NotAName::Invisible), "{}", text.escape_unicode());
    }
}

/// Every character of Unicode, alone and in the middle of a name.
#[test]
fn no_character_gets_in_that_cannot_be_seen() {
    let categories = CodePointMapData::<GeneralCategory>::new();
    let invisible = CodePointSetData::new::<DefaultIgnorableCodePoint>();
    let direction = CodePointSetData::new::<BidiControl>();
    for character in '\0'..=char::MAX {
        let category = categories.get(character);
        for text in [character.to_string(), format!("A{character}b")] {
            let found = problem(&text);
            let is_bad = invisible.contains(character)
                || direction.contains(character)
                || GeneralCategoryGroup::Other.contains(category)
                || (GeneralCategoryGroup::Separator.contains(category) && text != "A b");
            assert!(found.is_some() || !is_bad, "{}", text.escape_unicode());
            // The reason is exact.
            let is_control = category == GeneralCategory::Control;
            assert!(is_control || found != Some(NotAName::Control), "{}", text.escape_unicode());
            assert!(
                direction.contains(character) || found != Some(NotAName::Direction),
                "{}",
                text.escape_unicode()
            );
            let is_letter = GeneralCategoryGroup::Letter.contains(category)
                || GeneralCategoryGroup::Number.contains(category)
                || GeneralCategoryGroup::Punctuation.contains(category);
            let is_egyptian_blank = matches!(character, '\u{13441}' | '\u{13442}');
            if is_letter && !is_bad && !is_egyptian_blank && text != "." {
                assert_eq!(found, None, "{}", text.escape_unicode());
            }
        }
        let is_mark = GeneralCategoryGroup::Mark.contains(category);
        let alone = problem(&character.to_string());
        assert!(!is_mark || alone.is_some(), "U+{:04X}", u32::from(character));
    }
}

/// A Mac and a PC send the same name with different bytes.
#[test]
fn both_normalization_forms_are_one_name() {
    for name in ["Zoë", "Nguyễn Thị Ánh", "김민준", "が", "Å"] {
        let (composed, decomposed): (String, String) = (name.nfc().collect(), name.nfd().collect());
        assert_ne!(composed, decomposed);
        let name = Name::new(&decomposed).unwrap();
        assert_eq!(name, Name::new(&composed).unwrap());
        assert_eq!(name.as_str(), composed);
    }
    // The longest name may be decomposed.
    let longest = "ệ".repeat(NAME_MAX);
    assert_eq!(Name::new(&longest.nfd().collect::<String>()).unwrap().as_str(), longest);
}

#[test]
fn names_that_are_easily_mistaken_have_the_same_looks() {
    for (name, other) in [
        ("Ada", "Аda"),
        ("Ada", "Adа"),
        ("paypal", "pаyраl"),
        ("Bill", "Bi11"),
        ("Ian", "lan"),
        ("Tom", "Torn"),
        ("Ada", "Ａｄａ"),
        ("❤", "❤️"),
        ("👩‍👩‍👧", "👩👩👧"),
        ("می‌خواهم", "میخواهم"),
        ("葛", "葛\u{e0100}"),
        ("Ο", "O"),
    ] {
        assert_ne!(Name::new(name).unwrap(), Name::new(other).unwrap());
        assert_eq!(looks(name), looks(other), "{name} {other}");
    }
}

#[test]
fn names_that_look_different_have_different_looks() {
    let names = [
        "Ada",
        "ada",
        "Bob",
        "m1",
        "m2",
        "m10",
        "m11",
        "m101",
        "m110",
        "member-1",
        "member-2",
        "Ana",
        "Zoë",
        "Zoe",
        "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
        "🏴󠁧󠁢󠁳󠁣󠁴󠁿",
        "🏴󠁧󠁢󠁷󠁬󠁳󠁿",
        "🏴",
        "👋",
        "👋🏽",
        "👋🏿",
        "0",
        "2",
        "3",
        "4",
        "5",
        "6",
        "7",
        "8",
        "9",
        "1",
    ];
    for (place, name) in names.iter().enumerate() {
        for other in &names[..place] {
            assert_ne!(looks(name), looks(other), "{name} {other}");
        }
    }
}

/// Five thousand members of a test, or of a class.
#[test]
fn numbers_stay_distinct() {
    for prefix in ["m", "member-", "user", "Guest ", "l", ""] {
        let mut all: Vec<String> =
            (0..5_000).map(|number| looks(&format!("{prefix}{number}"))).collect();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 5_000, "{prefix}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// A name that is sent back as it was received is the same name.
    #[test]
    fn a_name_is_a_name_again(text in any::<String>()) {
        if let Ok(name) = Name::new(&text) {
            prop_assert_eq!(Name::new(name.as_str()), Ok(name.clone()));
            prop_assert!(name.as_str().chars().count() <= NAME_MAX);
            prop_assert!(!looks(name.as_str()).is_empty(), "{}", text.escape_unicode());
        }
    }
}
