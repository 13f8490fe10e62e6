//! A curve for each peer, to see where it bends.

use crate::results::{Row, Unit};

use crate::chart::scale::{Scale, long, round_step, short};
use crate::chart::style::peers;
use crate::chart::svg::{LINE, MARGIN, Sheet, WIDTH};

/// The height of one panel.
const HEIGHT: f64 = 190.0;
/// The room for the figures at its left.
const LEFT: f64 = 58.0;

/// Draws a panel for each thing that grows.
pub fn lines(heading: &str, rows: &[Row]) -> String {
    let mut sheet = Sheet::new(heading, peers(rows));
    let mut panels: Vec<(&str, Vec<(f64, &Row)>)> = Vec::new();
    for row in rows {
        let Some((what, how_far)) = &row.grows else { continue };
        #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
        let point = (*how_far as f64, row);
        match panels.iter_mut().find(|(known, _)| known == what) {
            Some((_, points)) => points.push(point),
            None => panels.push((what, vec![point])),
        }
    }
    for (what, points) in panels {
        panel(&mut sheet, what, &points);
    }
    sheet.finish(heading)
}

fn panel(sheet: &mut Sheet, what: &str, points: &[(f64, &Row)]) {
    let Some((_, first)) = points.first() else { return };
    let unit = match first.unit {
        Unit::Messages => "messages a second",
        Unit::Deliveries => "deliveries a second",
        Unit::Handshakes => "handshakes a second",
        Unit::Bytes => "bytes a connection",
    };
    let by = if what == "payload" { "payload in bytes" } else { what };
    sheet.y += 8.0;
    sheet.text(MARGIN, "name", &format!("{unit}, by {by}"));
    let figures = || {
        let all = points.iter().flat_map(|(_, row)| &row.peers);
        all.filter_map(|figures| figures.figure).map(|spread| spread.median)
    };
    // With a longer payload there are many times fewer messages, and a curve is a slope; elsewhere
    // it should be level, and the distance to nothing counts.
    let up = if what == "payload" || first.unit == Unit::Bytes {
        Scale::logarithmic(figures())
    } else {
        let max = figures().fold(1.0, f64::max);
        Scale::linear(figures(), round_step(max / 10.0))
    };
    let along = Scale::logarithmic(points.iter().map(|(how_far, _)| *how_far));
    let (top, bottom) = (sheet.y + 14.0, sheet.y + 14.0 + HEIGHT);
    let y = |figure| bottom - up.place(figure) * HEIGHT;
    let x = |how_far| LEFT + along.place(how_far) * (WIDTH - LEFT - MARGIN - 4.0);
    for mark in up.marks() {
        sheet.line("grid", (LEFT, y(mark)), (WIDTH - MARGIN, y(mark)));
        sheet.y = y(mark) + 4.0;
        sheet.text(LEFT / 2.0 + 4.0, "mark", &short(mark));
    }
    for mark in along.marks() {
        sheet.line("grid", (x(mark), top), (x(mark), bottom));
        sheet.y = bottom + LINE;
        sheet.text(x(mark), "mark", &short(mark));
    }
    let rows: Vec<&Row> = points.iter().map(|(_, row)| *row).collect();
    for peer in peers(rows.iter().copied()) {
        let curve: Vec<(f64, f64)> = points
            .iter()
            .filter_map(|(how_far, row)| Some((*how_far, row.of(&peer)?.figure?.median)))
            .collect();
        let places: Vec<(f64, f64)> =
            curve.iter().map(|(how_far, figure)| (x(*how_far), y(*figure))).collect();
        sheet.curve(&peer, &places);
        for ((how_far, figure), (x, y)) in curve.iter().zip(&places) {
            let words = format!("{peer}, {what} {}: {}", short(*how_far), long(*figure));
            sheet.dot(&peer, *x, *y, &words);
        }
    }
    sheet.y = bottom + LINE + 14.0;
}
