//! The scorecard as a picture for the book: a bar for each server.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::autobahn::row::Row;

/// The width of the picture, in its own units. On a telephone these are about pixels.
const WIDTH: usize = 400;
/// The height of a row: a line of words, and the bar below it.
const ROW: usize = 52;
const TOP: usize = 4;

/// The groups of cases that need compression (RFC 7692).
const COMPRESSION: [u8; 2] = [12, 13];

/// Draws rows as one `<svg>` element, for a file or within HTML: how many of the `cases` of all groups
/// each server passes. The words take the colour of the page around it; in a file of its own, their
/// colour follows the reader's preference.
pub(crate) fn draw(rows: &[Row], cases: &BTreeMap<u8, usize>) -> String {
    let all: usize = cases.values().sum();
    let height = TOP + rows.len() * ROW;
    let mut svg = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" role="img" style="max-width: 520px; min-width: 0; margin: 0 auto" font-family="system-ui, sans-serif" font-size="15" fill="currentColor">
<title>How many of Autobahn's {all} cases each server passes</title>
<style>
svg:root {{ color: #22252b }}
@media (prefers-color-scheme: dark) {{ svg:root {{ color: #e4e6ea }} }}
</style>
"#
    );
    for (index, row) in rows.iter().enumerate() {
        let Row { judged, passed, informational, groups } = row;
        let (words, bar) = (TOP + index * ROW + 16, TOP + index * ROW + 24);
        let passed_width = passed * WIDTH / all.max(1);
        let informational_width = (informational * WIDTH).div_ceil(all.max(1));
        let colour = if judged.starts_with("step") { "#1b936b" } else { "#7a828f" };
        let name = judged.trim_end_matches(", server");
        let count = match informational {
            0 => passed.to_string(),
            some => format!("{passed}, {some} informational"),
        };
        // A server that does not compress fails none of these cases: they are not for it.
        let sum = |of: &BTreeMap<u8, usize>| -> usize {
            COMPRESSION.iter().filter_map(|group| of.get(group)).sum()
        };
        let not_for_it = if sum(groups) == 0 { sum(cases) } else { 0 };
        // Writing to a String cannot fail.
        let _ = write!(
            svg,
            r##"<text y="{words}">{name}</text>
<text x="{WIDTH}" y="{words}" text-anchor="end">{count}</text>
<rect y="{bar}" width="{WIDTH}" height="14" rx="3" fill-opacity=".12"/>
<rect y="{bar}" width="{passed_width}" height="14" rx="3" fill="{colour}"/>
<rect x="{passed_width}" y="{bar}" width="{informational_width}" height="14" fill="#4a90d9"/>
"##
        );
        if not_for_it > 0 {
            let width = not_for_it * WIDTH / all;
            let (start, middle, words) = (WIDTH - width, WIDTH - width / 2, bar + 11);
            let _ = write!(
                svg,
                r#"<rect x="{start}" y="{bar}" width="{width}" height="14" rx="3" fill="none" stroke="currentColor" stroke-opacity=".5" stroke-dasharray="4 3"/>
<text x="{middle}" y="{words}" text-anchor="middle" font-size="12">{not_for_it} need compression</text>
"#
            );
        }
    }
    svg.push_str("</svg>\n");
    svg
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_as_long_as_its_share_of_the_cases() {
        let row = |judged: &str, passed, informational| Row {
            judged: judged.to_owned(),
            passed,
            informational,
            groups: [(1, passed.min(60)), (12, passed.saturating_sub(60))].into(),
        };
        let cases = [(1, 60), (12, 40)].into();
        let svg = draw(&[row("step 4, server", 50, 1), row("tungstenite", 100, 0)], &cases);
        for part in [
            ">step 4</text>",
            ">50, 1 informational</text>",
            ">40 need compression</text>",
            ">100</text>",
            r#"x="240" y="28" width="160""#,
            r##"width="200" height="14" rx="3" fill="#1b936b""##,
            r#"x="200" y="28" width="4""#,
            r##"width="400" height="14" rx="3" fill="#7a828f""##,
        ] {
            assert!(svg.contains(part), "{part} in {svg}");
        }
    }
}
