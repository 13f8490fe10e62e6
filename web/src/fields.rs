//! The fields of a JSON object that could not be read as a whole.
//!
//! A refusal must name the message that it refuses, and say what is wrong with it. So what is wrong
//! with one field must not hide the others. The sender of a message with a key is told that key,
//! although the text beside it is wrong.

use serde_json::{Value, from_str};

/// What a field should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A text.
    Text,
    /// `true` or `false`.
    Flag,
}

/// The fields of an object, as they are written.
#[derive(Debug)]
pub struct Fields<'text> {
    /// The name and the value of each.
    fields: Vec<(String, &'text str)>,
}

impl<'text> Fields<'text> {
    /// Finds the fields of an object. Those after a place that is not JSON are not found.
    pub fn of(text: &'text str) -> Self {
        let mut fields = Vec::new();
        let mut rest = text.trim_start().strip_prefix('{').unwrap_or_default();
        while let Some((name, after)) = split_name(rest) {
            let (value, next) = after.split_at(value_length(after));
            fields.push((name, value.trim()));
            let Some(next) = next.strip_prefix(',') else { break };
            rest = next;
        }
        Self { fields }
    }

    /// Returns a field as its sender can recognise it: the same value, but halves of surrogate pairs
    /// are replaced by U+FFFD, as `toWellFormed()` does in JavaScript. Returns an empty text if there
    /// is no such field, or if it cannot be read.
    pub fn echo(&self, name: &str) -> Value {
        let value = self.values(name).next().and_then(|value| from_str(&well_formed(value)).ok());
        match value {
            None | Some(Value::Null) => Value::String(String::new()),
            Some(value) => value,
        }
    }

    /// Returns what is wrong with the first field that is not what it should be.
    pub fn problem(&self, expected: &[(&str, Kind)]) -> Option<String> {
        expected.iter().find_map(|(name, kind)| {
            let mut values = self.values(name);
            let value = values.next()?;
            if values.next().is_some() {
                return Some(format!("it has two fields {name:?}"));
            }
            let problem = problem_of(value, *kind)?;
            Some(format!("its {name} {problem}"))
        })
    }

    fn values(&self, name: &str) -> impl Iterator<Item = &'text str> {
        self.fields.iter().filter(move |(field, _)| field == name).map(|(_, value)| *value)
    }
}

/// Returns what is wrong with a value, if anything is. `null` is as good as no value.
fn problem_of(value: &str, kind: Kind) -> Option<String> {
    if let Some(half) = half_pairs(value).first() {
        return Some(format!("has half of a surrogate pair, {half}, which is not a character"));
    }
    match (from_str(value), kind) {
        (Err(problem), _) => {
            let problem = problem.to_string();
            // The place is counted within the value.
            let words = problem.split(" at line ").next().unwrap_or_default();
            Some(format!("is not valid JSON: {words}"))
        }
        (Ok(Value::Null | Value::String(_)), Kind::Text)
        | (Ok(Value::Null | Value::Bool(_)), Kind::Flag) => None,
        (Ok(_), Kind::Text) => Some("is not a text".to_owned()),
        (Ok(_), Kind::Flag) => Some("is not true or false".to_owned()),
    }
}

/// Splits the name of the next field off, with its colon.
fn split_name(text: &str) -> Option<(String, &str)> {
    let text = text.trim_start();
    let (name, rest) = text.split_at_checked(string_length(text)?)?;
    let name = from_str(&well_formed(name)).ok()?;
    Some((name, rest.trim_start().strip_prefix(':')?))
}

/// Returns the length of the string that a text begins with, with its quotes.
fn string_length(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    if bytes.first() != Some(&b'"') {
        return None;
    }
    let mut place = 1;
    loop {
        match bytes.get(place)? {
            b'"' => return Some(place + 1),
            b'\\' => place += 2,
            _ => place += 1,
        }
    }
}

/// Returns the length of the value that a text begins with: up to the comma or the brace after it.
fn value_length(text: &str) -> usize {
    let (mut place, mut depth) = (0, 0_usize);
    while let Some(byte) = text.as_bytes().get(place) {
        match byte {
            b'"' => {
                let length = text.get(place..).and_then(string_length);
                place += length.unwrap_or(text.len() - place);
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' | b',' if depth == 0 => return place,
            b'}' | b']' => depth -= 1,
            _ => {}
        }
        place += 1;
    }
    text.len()
}

/// Returns the escapes in a JSON value that are half of a surrogate pair, as `\ud83d` alone.
fn half_pairs(value: &str) -> Vec<&str> {
    let unit = |place: usize| {
        let digits = value.get(place..)?.strip_prefix("\\u")?.get(..4)?;
        u16::from_str_radix(digits, 16).ok()
    };
    let (mut halves, mut place) = (Vec::new(), 0);
    while let Some(found) = value.get(place..).and_then(|rest| rest.find('\\')) {
        place += found;
        let is_pair = || matches!(unit(place + 6), Some(0xdc00..=0xdfff));
        match unit(place) {
            Some(0xd800..=0xdbff) if is_pair() => place += 12,
            Some(0xd800..=0xdfff) => {
                halves.extend(value.get(place..place + 6));
                place += 6;
            }
            // The character after the backslash is a part of this escape, whatever it is.
            _ => place += 1 + value[place + 1..].chars().next().map_or(0, char::len_utf8),
        }
    }
    halves
}

/// Replaces halves of surrogate pairs.
fn well_formed(value: &str) -> String {
    let (mut whole, mut rest) = (String::with_capacity(value.len()), value);
    for half in half_pairs(value) {
        // They are slices of the value, in its order.
        let place = half.as_ptr().addr() - rest.as_ptr().addr();
        whole.push_str(&rest[..place]);
        whole.push_str("\\ufffd");
        rest = &rest[place + half.len()..];
    }
    whole + rest
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    const EXPECTED: [(&str, Kind); 3] =
        [("key", Kind::Text), ("msg", Kind::Text), ("typing", Kind::Flag)];

    fn read(text: &str) -> (Value, Option<String>) {
        let fields = Fields::of(text);
        (fields.echo("key"), fields.problem(&EXPECTED))
    }

    #[test]
    fn the_key_is_read_although_another_field_is_wrong() {
        for (text, reason) in [
            (
                r#"{"msg":"…\ud83d","key":"k1"}"#,
                r"its msg has half of a surrogate pair, \ud83d, which is not a character",
            ),
            (
                r#"{"msg":"\ude00\ud83d\ude00","key":"k1"}"#,
                r"its msg has half of a surrogate pair, \ude00, which is not a character",
            ),
            (
                r#"{"msg":"\ud83d\u0041", "key" : "k1" }"#,
                r"its msg has half of a surrogate pair, \ud83d, which is not a character",
            ),
            (r#"{"msg":5,"key":"k1"}"#, "its msg is not a text"),
            (r#"{"msg":["a",{"b":"}\"]"}],"key":"k1"}"#, "its msg is not a text"),
            (r#"{"key":"k1","typing":"yes"}"#, "its typing is not true or false"),
            (r#"{"key":"k1","msg":"one","msg":"two"}"#, r#"it has two fields "msg""#),
            (r#"{"key":"k1","key":"k2"}"#, r#"it has two fields "key""#),
            (r#"{"\ud83d":1,"key":"k1","msg":0}"#, "its msg is not a text"),
        ] {
            assert_eq!(read(text), (json!("k1"), Some(reason.to_owned())), "{text}");
        }
        for text in [
            "{\"msg\":\"two\nlines\",\"key\":\"k1\"}",
            r#"{"msg":"\x","key":"k1"}"#,
            r#"{"msg":"\u12","key":"k1"}"#,
            r#"{"msg":nothing,"key":"k1"}"#,
            r#"{"key":"k1","msg":"not closed"#,
            r#"{"key":"k1","msg":"not closed\"#,
            r#"{"key":"k1","msg":"#,
        ] {
            let (key, problem) = read(text);
            assert_eq!(key, "k1", "{text}");
            assert!(problem.unwrap().starts_with("its msg is not valid JSON: "), "{text}");
        }
    }

    /// The sender must recognise it.
    #[test]
    fn a_key_that_is_wrong_is_returned_as_it_was_sent() {
        for (text, key, reason) in [
            (r#"{"key":7}"#, json!(7), "its key is not a text"),
            (r#"{"key":{"a":[1]}}"#, json!({"a": [1]}), "its key is not a text"),
            (
                r#"{"key":"k\ud83d!"}"#,
                json!("k\u{fffd}!"),
                r"its key has half of a surrogate pair, \ud83d, which is not a character",
            ),
        ] {
            assert_eq!(read(text), (key, Some(reason.to_owned())), "{text}");
        }
    }

    #[test]
    fn where_there_is_no_key_it_is_empty() {
        for text in
            ["", "{", "{}", "{\"key\"", "{\"key\":", r#"{"key":null}"#, r#"{"keys":"k"}"#, "[1]"]
        {
            assert_eq!(read(text).0, "", "{text}");
        }
        // A backslash before a backslash begins no escape.
        assert_eq!(read(r#"{"key":"k1","msg":"\\ud83d"}"#), (json!("k1"), None));
        assert_eq!(read(r#"{"key":"k1","msg":"\ud83d\ude00"}"#), (json!("k1"), None));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// Whatever is wrong elsewhere, and whatever comes.
        #[test]
        fn no_text_is_too_wrong(text in r#"\{("(key|msg)":)?(["\\{}\[\],:udD8e03é ]|\\u[dD]83d){0,12}"#) {
            read(&text);
        }

        #[test]
        fn a_field_that_is_right_is_returned_as_it_is(key in any::<String>(), msg in any::<String>()) {
            let text = json!({ "msg": msg, "key": key }).to_string();
            prop_assert_eq!(read(&text), (Value::String(key), None));
        }
    }
}
