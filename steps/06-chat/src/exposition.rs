//! The text format in which Prometheus reads counts (version 0.0.4).

use std::fmt::{Display, Write};

/// The media type of the format.
pub(crate) const MEDIA_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";
/// What all names begin with.
const PREFIX: &str = "websocket";

/// Metrics as text. Each has a help, a type, and a sample or more.
#[derive(Default)]
pub(crate) struct Exposition {
    text: String,
}

impl Exposition {
    /// Adds a number that only grows.
    pub(crate) fn counter(&mut self, name: &str, help: &str, value: u64) {
        self.describe(name, help, "counter");
        let _ = writeln!(self.text, "{PREFIX}_{name} {value}");
    }

    /// Adds a number that goes up and down.
    pub(crate) fn gauge(&mut self, name: &str, help: &str, value: impl Display) {
        self.describe(name, help, "gauge");
        let _ = writeln!(self.text, "{PREFIX}_{name} {value}");
    }

    /// Adds numbers that only grow, one for each value of a label.
    pub(crate) fn counters<Value: Display>(
        &mut self,
        name: &str,
        help: &str,
        label: &str,
        values: impl IntoIterator<Item = (Value, u64)>,
    ) {
        self.describe(name, help, "counter");
        for (value, count) in values {
            let value = escaped(&value.to_string());
            let _ = writeln!(self.text, "{PREFIX}_{name}{{{label}=\"{value}\"}} {count}");
        }
    }

    /// Returns everything that was added.
    pub(crate) fn into_text(self) -> String {
        self.text
    }

    fn describe(&mut self, name: &str, help: &str, kind: &str) {
        let help = help.replace('\\', r"\\").replace('\n', r"\n");
        let _ = writeln!(self.text, "# HELP {PREFIX}_{name} {help}.");
        let _ = writeln!(self.text, "# TYPE {PREFIX}_{name} {kind}");
    }
}

/// A value of a label as the format wants it.
fn escaped(value: &str) -> String {
    value.replace('\\', r"\\").replace('"', "\\\"").replace('\n', r"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_a_meaning_in_the_format_is_escaped() {
        let mut exposition = Exposition::default();
        exposition.counters("odd_total", "A \\ and\na line", "what", [("a\"b\\c\nd", 1)]);
        let expected = "# HELP websocket_odd_total A \\\\ and\\na line.\n\
                        # TYPE websocket_odd_total counter\n\
                        websocket_odd_total{what=\"a\\\"b\\\\c\\nd\"} 1\n";
        assert_eq!(exposition.into_text(), expected);
    }
}
