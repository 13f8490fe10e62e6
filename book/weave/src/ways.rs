//! The ways of a message and of a name through the code: `book/ways.toml`, drawn as SVG.

use std::fmt::Write;

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;

use crate::items::check_item;

/// The size of a box, in the drawing's own units.
const BOX: Size = Size { width: 160, height: 40 };
/// From one box to the next one, in both directions.
const STEP: Size = Size { width: 340, height: 96 };
/// Around the whole drawing.
const MARGIN: usize = 10;
/// The width that the label beside a vertical arrow takes.
const LABEL: usize = 240;
/// From the left edge of a box to the vertical arrows that begin or end there.
const INSET: usize = 28;
/// The length of the point of an arrow.
const POINT: usize = 9;

struct Size {
    width: usize,
    height: usize,
}

/// A way through the code: boxes, and arrows between them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Way {
    /// A description for readers who cannot see the picture.
    pub alt: String,
    /// The boxes.
    pub boxes: Vec<Station>,
    /// The arrows.
    pub arrows: Vec<Arrow>,
}

/// A box of the picture.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Station {
    /// Its text.
    pub text: String,
    /// Its column and its row.
    pub at: [usize; 2],
    /// Whether it covers the next column, too.
    #[serde(default)]
    pub is_wide: bool,
}

/// An arrow of the picture, which is an item of a file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Arrow {
    /// The box where it begins.
    pub from: String,
    /// The box where it ends.
    pub to: String,
    /// A function, or a method with its type.
    pub item: String,
    /// The file of this item.
    pub file: String,
}

impl Way {
    /// Returns the arrows whose file or item does not exist.
    pub fn faults(&self) -> Vec<String> {
        let checks = self.arrows.iter().map(|arrow| check_item(&arrow.file, &arrow.item));
        checks.filter_map(Result::err).map(|error| format!("book/ways.toml: {error:#}")).collect()
    }

    /// Draws the way, as SVG.
    ///
    /// # Errors
    /// If an arrow leads from or to a box that does not exist, or is not straight.
    pub fn draw(&self) -> Result<String> {
        let rows = self.boxes.iter().map(|station| station.at[1] + 1).max().unwrap_or_default();
        let columns = self.boxes.iter().map(|station| station.at[0] + 1).max().unwrap_or_default();
        ensure!(rows > 0, "there are no boxes");
        let width = MARGIN + (columns - 1) * STEP.width + INSET + LABEL + MARGIN;
        let height = 2 * MARGIN + (rows - 1) * STEP.height + BOX.height;
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
             role=\"img\" fill=\"currentColor\" font-family=\"sans-serif\" font-size=\"14\">\n\
             <title>{}</title>\n",
            escaped(&self.alt)
        );
        for station in &self.boxes {
            station.draw(&mut svg);
        }
        for arrow in &self.arrows {
            arrow.draw(self.find(&arrow.from)?, self.find(&arrow.to)?, &mut svg)?;
        }
        svg.push_str("</svg>\n");
        Ok(svg)
    }

    fn find(&self, text: &str) -> Result<&Station> {
        let found = self.boxes.iter().find(|station| station.text == text);
        found.with_context(|| format!("there is no box {text:?}"))
    }
}

impl Station {
    fn left(&self) -> usize {
        MARGIN + self.at[0] * STEP.width
    }

    fn top(&self) -> usize {
        MARGIN + self.at[1] * STEP.height
    }

    fn width(&self) -> usize {
        if self.is_wide { STEP.width + BOX.width } else { BOX.width }
    }

    fn draw(&self, svg: &mut String) {
        let (x, y, width, height) = (self.left(), self.top(), self.width(), BOX.height);
        let (middle, line) = (x + width / 2, y + 25);
        let text = escaped(&self.text);
        let _ = writeln!(
            svg,
            r#"<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="6" fill="var(--card)" stroke="currentColor" stroke-opacity=".45"/><text x="{middle}" y="{line}" text-anchor="middle">{text}</text>"#
        );
    }
}

impl Arrow {
    /// Draws the arrow with its label: down in the colour of what is sent, up in the colour of what
    /// is received, and to the side in that of the text.
    fn draw(&self, from: &Station, to: &Station, svg: &mut String) -> Result<()> {
        let (item, file) = (escaped(&self.item), escaped(&self.file));
        if from.at[1] == to.at[1] {
            ensure!(from.at[0] == to.at[0] + 1, "{from:?} and {to:?}: an arrow points to the left");
            let (start, end) = (from.left(), to.left() + to.width());
            let (y, middle) = (from.top() + BOX.height / 2, usize::midpoint(start, end));
            let base = end + POINT;
            let (up, down, above, below) = (y - 4, y + 4, y - 8, y + 18);
            let _ = writeln!(
                svg,
                r#"<path d="M{start} {y}H{base}" fill="none" stroke="currentColor" stroke-width="1.5"/><path d="M{end} {y}L{base} {up}V{down}z"/><text x="{middle}" y="{above}" text-anchor="middle" font-size="13">{item}</text><text x="{middle}" y="{below}" text-anchor="middle" font-size="11" fill="var(--quiet)">{file}</text>"#
            );
            return Ok(());
        }
        let is_straight = from.at[0] == to.at[0] || from.is_wide || to.is_wide;
        ensure!(is_straight, "the arrow from {:?} to {:?} is not straight", from.text, to.text);
        let x = from.left().max(to.left()) + INSET;
        let is_down = from.at[1] < to.at[1];
        let (start, end, base, colour) = if is_down {
            (from.top() + BOX.height, to.top(), to.top() - POINT, "--sent")
        } else {
            let end = to.top() + BOX.height;
            (from.top(), end, end + POINT, "--received")
        };
        let (left, right, label) = (x - 4, x + 4, x + 12);
        let middle = usize::midpoint(start, end);
        let (first, second) = (middle - 3, middle + 13);
        let _ = writeln!(
            svg,
            r#"<path d="M{x} {start}V{base}" fill="none" stroke="var({colour})" stroke-width="1.5"/><path d="M{x} {end}L{left} {base}H{right}z" fill="var({colour})"/><text x="{label}" y="{first}" font-size="13" fill="var({colour})">{item}</text><text x="{label}" y="{second}" font-size="11" fill="var(--quiet)">{file}</text>"#
        );
        Ok(())
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn way(from: [usize; 2], to: [usize; 2], item: &str) -> Way {
        let station = |text: &str, at| Station { text: text.to_owned(), at, is_wide: false };
        let arrow = Arrow {
            from: "a".to_owned(),
            to: "b".to_owned(),
            item: item.to_owned(),
            file: "book/weave/src/ways.rs".to_owned(),
        };
        let boxes = vec![station("a", from), station("b", to)];
        Way { alt: "a & b".to_owned(), boxes, arrows: vec![arrow] }
    }

    fn error(way: &Way) -> String {
        way.draw().unwrap_err().to_string()
    }

    #[test]
    fn arrows_lead_down_up_and_to_the_left() {
        let draw = |from, to| way(from, to, "escaped").draw().unwrap();
        assert!(draw([0, 0], [0, 1]).contains("var(--sent)"));
        assert!(draw([0, 1], [0, 0]).contains("var(--received)"));
        assert!(draw([1, 0], [0, 0]).contains("<title>a &amp; b</title>"));
        assert_eq!(
            error(&way([0, 0], [1, 1], "escaped")),
            "the arrow from \"a\" to \"b\" is not straight"
        );
    }

    #[test]
    fn an_arrow_needs_its_boxes_its_file_and_its_item() {
        let mut way = way([0, 0], [0, 1], "Way::find");
        assert_eq!(way.faults(), [] as [&str; 0]);
        way.arrows[0].item = "Way::lose".to_owned();
        assert_eq!(way.faults(), ["book/ways.toml: book/weave/src/ways.rs has no Way::lose"]);
        way.arrows[0].file = "book/weave/src/nowhere.rs".to_owned();
        assert_eq!(way.faults().len(), 1);
        way.arrows[0].to = "c".to_owned();
        assert_eq!(error(&way), "there is no box \"c\"");
    }
}
