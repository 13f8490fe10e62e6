//! The report for programs.

use serde_json::{Value, json};

use super::{
    record::{Direction, Finding},
    report::{Report, Ruling, Verdict},
};

impl Report {
    /// The report as JSON: what was judged, how many checks came out how, and each of them.
    #[must_use]
    pub fn json(&self) -> Value {
        let count = |verdict| self.with(verdict).count();
        let checks: Vec<Value> = self.rulings.iter().map(ruling).collect();
        json!({
            "url": self.options.judged.url,
            "level": self.options.level,
            "hostile": self.options.hostile,
            "passed": count(Verdict::Passed),
            "failed": count(Verdict::Failed),
            "skipped": count(Verdict::Skipped),
            "seconds": self.time.as_secs_f64(),
            "checks": checks,
        })
    }
}

fn ruling(ruling: &Ruling) -> Value {
    let Ruling { check, verdict, happened, time, finding } = ruling;
    let mut value = json!({
        "id": check.id,
        "level": check.level,
        "hostile": check.hostile,
        "clause": check.clause,
        "verdict": verdict.word(),
        "expected": check.expected,
        "seconds": time.as_secs_f64(),
    });
    match verdict {
        Verdict::Passed => {}
        Verdict::Skipped => value["reason"] = json!(happened),
        Verdict::Failed => {
            value["happened"] = json!(happened);
            value["fault"] = json!(check.fault);
            value["hint"] = json!(check.hint);
        }
    }
    if let Some(Finding { record, mark, .. }) = finding {
        let pieces = record.pieces.iter().map(|piece| {
            let hex: String = piece.bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            json!({
                "direction": word(piece.direction),
                "offset": piece.offset,
                "length": piece.length,
                "hex": hex,
            })
        });
        value["bytes"] = pieces.collect();
        value["mark"] = json!(
            mark.map(|mark| { json!({"direction": word(mark.direction), "offset": mark.offset}) })
        );
    }
    value
}

fn word(direction: Direction) -> &'static str {
    match direction {
        Direction::Sent => "sent",
        Direction::Received => "received",
    }
}
