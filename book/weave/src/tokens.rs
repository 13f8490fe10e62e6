//! Rust text as tokens. A listing is a part of a file, and may end in the middle of a block, so that
//! a parser would refuse it.

use std::iter::Peekable;
use std::str::Chars;

/// Returns the identifiers and the punctuation of Rust code, without comments, literals and
/// lifetimes. Each sign is a token of its own, except `::`.
pub fn tokens(code: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = code.chars().peekable();
    while let Some(sign) = rest.next() {
        match sign {
            '/' if rest.peek() == Some(&'/') => drop(rest.by_ref().find(|sign| *sign == '\n')),
            '"' => skip_text(&mut rest),
            '\'' => skip_letter(&mut rest),
            ':' if rest.next_if_eq(&':').is_some() => tokens.push("::".to_owned()),
            _ if sign.is_ascii_digit() => drop(word(sign, &mut rest)),
            _ if is_of_word(sign) => {
                let word = word(sign, &mut rest);
                match (word.as_str(), rest.peek()) {
                    ("b" | "c", Some('"' | '\'')) => {}
                    ("r" | "br", Some('"' | '#')) => skip_raw_text(&mut rest),
                    _ => tokens.push(word),
                }
            }
            _ if sign.is_whitespace() => {}
            _ => tokens.push(sign.to_string()),
        }
    }
    tokens
}

fn is_of_word(sign: char) -> bool {
    sign == '_' || sign.is_alphanumeric()
}

fn word(first: char, rest: &mut Peekable<Chars<'_>>) -> String {
    let mut word = first.to_string();
    while let Some(sign) = rest.next_if(|sign| is_of_word(*sign)) {
        word.push(sign);
    }
    word
}

/// Skips what follows the quotation mark that opens a string.
fn skip_text(rest: &mut Peekable<Chars<'_>>) {
    while let Some(sign) = rest.next() {
        match sign {
            '"' => return,
            '\\' => drop(rest.next()),
            _ => {}
        }
    }
}

/// Skips what follows the `r` of a raw string.
fn skip_raw_text(rest: &mut Peekable<Chars<'_>>) {
    let mut end = "\"".to_owned();
    while rest.next_if_eq(&'#').is_some() {
        end.push('#');
    }
    rest.next();
    let mut text = String::new();
    while !text.ends_with(&end) {
        let Some(sign) = rest.next() else { return };
        text.push(sign);
    }
}

/// Skips what follows the apostrophe of a character or of a lifetime.
fn skip_letter(rest: &mut Peekable<Chars<'_>>) {
    match rest.next() {
        Some('\\') => {
            rest.next();
            rest.by_ref().find(|sign| *sign == '\'');
        }
        Some(_) if rest.next_if_eq(&'\'').is_some() => {}
        _ => while rest.next_if(|sign| is_of_word(*sign)).is_some() {},
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(code: &str) -> String {
        tokens(code).join(" ")
    }

    #[test]
    fn comments_literals_and_lifetimes_are_left_out() {
        assert_eq!(joined("a::b(1_000u64) // c\n/// d\n.e"), "a :: b ( ) . e");
        assert_eq!(joined("x(\"a \\\" b\", b\"c\", r#\"d \" e\"#, y)"), "x ( , , , y )");
        assert_eq!(joined("'a' | '\\'' | '\\u{1f}' => f::<'b>(b'c')"), "| | = > f :: < > ( )");
    }

    #[test]
    fn a_part_of_a_block_is_read() {
        assert_eq!(joined("    }\n    if a {"), "} if a {");
        assert_eq!(joined("let a = \"not closed"), "let a =");
    }
}
