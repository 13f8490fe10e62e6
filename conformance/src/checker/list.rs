//! The list of all stages and checks.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::checker::stages::{STAGES, Stage};

/// Returns the stages for people, each with its checks, their clauses, and what they expect.
pub(crate) fn text() -> String {
    let mut out = String::new();
    for stage in &STAGES {
        let _ = writeln!(out, "Stage {}: {}", stage.number, stage.title);
        for check in stage.checks() {
            let kind = if check.hostile { ", hostile" } else { "" };
            let _ = writeln!(out, "  {:<43} {}{kind}", check.id, check.clause);
        }
        if !stage.cases.is_empty() {
            let _ = writeln!(out, "  ws-judge conformance URL --only {}", stage.cases);
        }
    }
    out
}

/// Returns the same for programs.
pub(crate) fn json() -> Value {
    let entry = |stage: &Stage| {
        let Stage { number, title, task, chapter, cases, .. } = stage;
        let checks = stage.checks();
        json!({
            "stage": number,
            "title": title,
            "task": task,
            "chapter": chapter,
            "cases": cases,
            "checks": checks,
        })
    };
    json!(STAGES.iter().map(entry).collect::<Vec<_>>())
}
