//! The sheet on which a chart is drawn.

use std::fmt::Write as _;

use crate::chart::style::{colors, is_ours};

/// The width of every chart. A phone shows it at about three quarters of this size.
pub(super) const WIDTH: f64 = 480.0;
/// The empty space at each side.
pub(super) const MARGIN: f64 = 14.0;
/// The distance from one line of text to the next.
pub(super) const LINE: f64 = 21.0;

/// A drawing that grows downwards.
pub(super) struct Sheet {
    body: String,
    peers: Vec<String>,
    /// The height of what has been drawn so far.
    pub(super) y: f64,
}

impl Sheet {
    /// Creates a sheet with a heading and a legend for these peers.
    pub(super) fn new(heading: &str, peers: Vec<String>) -> Self {
        let mut sheet = Self { body: String::new(), peers, y: 26.0 };
        sheet.text(MARGIN, "heading", heading);
        for (index, peer) in sheet.peers.clone().iter().enumerate() {
            if index % 2 == 0 {
                sheet.y += LINE;
            }
            let x = if index % 2 == 0 { MARGIN } else { WIDTH / 2.0 };
            let y = sheet.y - 5.0;
            sheet.dot(peer, x + 7.0, y, peer);
            sheet.text(x + 20.0, "name", peer);
        }
        sheet.y += LINE;
        sheet
    }

    /// Writes text that begins at `x`. For the class "mark", `x` is the middle of the text.
    pub(super) fn text(&mut self, x: f64, class: &str, text: &str) {
        let (y, text) = (self.y, escaped(text));
        let _ = writeln!(self.body, r#"<text class="{class}" x="{x:.1}" y="{y:.1}">{text}</text>"#);
    }

    /// Draws a straight line.
    pub(super) fn line(&mut self, class: &str, from: (f64, f64), to: (f64, f64)) {
        let _ = writeln!(
            self.body,
            r#"<path class="{class}" d="M{:.1} {:.1}L{:.1} {:.1}"/>"#,
            from.0, from.1, to.0, to.1
        );
    }

    /// Draws the curve of a peer.
    pub(super) fn curve(&mut self, peer: &str, points: &[(f64, f64)]) {
        let points: Vec<String> = points.iter().map(|(x, y)| format!("{x:.1} {y:.1}")).collect();
        let number = self.number(peer);
        let path = points.join("L");
        let _ = writeln!(self.body, r#"<path class="curve p{number}" d="M{path}"/>"#);
    }

    /// Draws the figure of a peer, with a text that appears when the reader points at it. Ours is a
    /// diamond.
    pub(super) fn dot(&mut self, peer: &str, x: f64, y: f64, words: &str) {
        let (number, words) = (self.number(peer), escaped(words));
        let (element, place) = if is_ours(peer) {
            ("path", format!(r#"d="M{:.1} {y:.1}l7 -7 7 7 -7 7z""#, x - 7.0))
        } else {
            ("circle", format!(r#"cx="{x:.1}" cy="{y:.1}" r="5""#))
        };
        let _ = writeln!(
            self.body,
            r#"<{element} class="dot p{number}" {place}><title>{words}</title></{element}>"#
        );
    }

    fn number(&self, peer: &str) -> usize {
        self.peers.iter().position(|known| known == peer).unwrap_or_default()
    }

    /// Returns the whole file.
    pub(super) fn finish(self, description: &str) -> String {
        let rules = |of: fn((&'static str, &'static str)) -> &'static str| -> String {
            let peers = self.peers.iter().enumerate();
            peers.map(|(index, peer)| format!(".p{index}{{--c:{}}}", of(colors(peer)))).collect()
        };
        let (light, dark) = (rules(|colors| colors.0), rules(|colors| colors.1));
        let (height, description) = (self.y + MARGIN, escaped(description));
        format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0}" role="img">
<title>{description}</title>
<style>
svg{{--paper:#fff;--ink:#1f2328;--quiet:#59636e;--grid:#d8dee4}}
{light}
@media(prefers-color-scheme:dark){{svg{{--paper:#161b22;--ink:#e6edf3;--quiet:#9198a1;--grid:#30363d}}
{dark}}}
text{{font:15px system-ui,sans-serif;fill:var(--ink)}}
.heading{{font-weight:600}}.mark{{font-size:13px;fill:var(--quiet);text-anchor:middle}}
.grid{{stroke:var(--grid)}}.base{{stroke:var(--quiet);stroke-dasharray:4 3}}
.dot{{fill:var(--c);stroke:var(--paper)}}.curve{{fill:none;stroke:var(--c);stroke-width:2}}
</style>
<rect width="100%" height="100%" rx="8" fill="var(--paper)"/>
{}</svg>
"#,
            self.body
        )
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
