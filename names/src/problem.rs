//! Why a text is not a name.

use std::fmt;

/// Why a text is not a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAName {
    /// It is empty, or has only spaces.
    Empty,
    /// It is `.` or `..`.
    Dots,
    /// It has more than 32 code points.
    TooLong,
    /// It begins or ends with a space.
    SpaceAtAnEnd,
    /// It has several spaces in a row.
    Spaces,
    /// It has another kind of space than U+0020.
    OtherSpace,
    /// It has a line break.
    LineBreak,
    /// It has a control character.
    Control,
    /// It has a character that changes the direction of writing.
    Direction,
    /// It has a character that cannot be seen.
    Invisible,
    /// It has a character that only says how others are written.
    Format,
    /// It has a mark without a letter that carries it.
    LoneMark,
    /// It has the same mark twice on one letter, or more than four marks.
    TooManyMarks,
    /// It has a character to which everybody gives a meaning of their own.
    PrivateUse,
    /// It has a code point that is not a character.
    Undefined,
}

impl NotAName {
    /// Returns the reason, for the person who has chosen the name.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Empty => "a name cannot be empty",
            Self::Dots => {
                "a name cannot be \".\" or \"..\", because a browser removes these from an address"
            }
            Self::TooLong => "a name has at most 32 characters",
            Self::SpaceAtAnEnd => "a name cannot begin or end with a space",
            Self::Spaces => "a name cannot have several spaces in a row",
            Self::OtherSpace => "a name cannot have any space except the usual one",
            Self::LineBreak => "a name cannot have line breaks",
            Self::Control => "a name cannot have control characters",
            Self::Direction => "a name cannot have characters that change the direction of writing",
            Self::Invisible => "a name cannot have invisible characters",
            Self::Format => "a name cannot have formatting characters",
            Self::LoneMark => "a name cannot have an accent or a mark without its letter",
            Self::TooManyMarks => {
                "a name cannot have more than four marks on one letter, or one of them twice"
            }
            Self::PrivateUse => "a name cannot have private-use characters",
            Self::Undefined => "a name cannot have characters that Unicode does not define",
        }
    }
}

impl fmt::Display for NotAName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.reason())
    }
}

impl std::error::Error for NotAName {}
