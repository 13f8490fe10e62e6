//! A line for each row, and on it a dot for each peer.

use crate::results::{Figures, Row};

use crate::chart::scale::{Scale, long, short};
use crate::chart::style::{is_ours, peers};
use crate::chart::svg::{LINE, MARGIN, Sheet, WIDTH};

/// What the position of a dot shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shows {
    /// The ratio to the base, which has a line of its own.
    Ratio,
    /// The figure itself, on a scale of powers of ten.
    Figure,
}

/// The distance from a row's title to its dots.
const TO_DOTS: f64 = 18.0;

/// Draws rows.
pub fn dots(heading: &str, rows: &[Row], shows: Shows) -> String {
    let value = |figures: &Figures| match shows {
        Shows::Ratio => figures.ratio.map(|spread| spread.median),
        Shows::Figure => figures.figure.map(|spread| spread.median),
    };
    let values: Vec<f64> = rows.iter().flat_map(|row| &row.peers).filter_map(value).collect();
    let scale = match shows {
        Shows::Ratio => Scale::linear(values.into_iter(), 0.25),
        Shows::Figure => Scale::logarithmic(values.into_iter()),
    };
    let mut sheet = Sheet::new(heading, peers(rows));
    let left = MARGIN + 8.0;
    let place = |figure| left + scale.place(figure) * (WIDTH - 2.0 * left);
    let marks = |sheet: &mut Sheet| {
        for mark in scale.marks() {
            sheet.text(place(mark), "mark", &short(mark));
        }
        sheet.y += LINE;
    };
    marks(&mut sheet);
    for row in rows {
        sheet.text(MARGIN, "name", &row.title);
        let y = sheet.y + TO_DOTS;
        for mark in scale.marks() {
            sheet.line("grid", (place(mark), y - 9.0), (place(mark), y + 9.0));
        }
        sheet.line("grid", (place(scale.marks()[0]), y), (WIDTH - left, y));
        if shows == Shows::Ratio {
            sheet.line("base", (place(1.0), y - 11.0), (place(1.0), y + 11.0));
        }
        // Our dot is drawn last, so that it lies on top of the others.
        let mut drawn: Vec<(&Figures, f64)> =
            row.peers.iter().filter_map(|figures| Some((figures, value(figures)?))).collect();
        drawn.sort_by_key(|(figures, _)| is_ours(&figures.peer));
        for (figures, value) in drawn {
            let words = format!("{}: {}", figures.peer, long(value));
            sheet.dot(&figures.peer, place(value), y, &words);
        }
        sheet.y = y + LINE + 12.0;
    }
    // The scale is repeated below the last row, at the same distance.
    sheet.y -= 8.0;
    marks(&mut sheet);
    sheet.y -= LINE;
    sheet.finish(heading)
}
