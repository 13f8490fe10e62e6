//! What was measured, as it stands in `results.json`.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::machine::Machine;
use crate::statistics::Spread;

/// All sections that were measured, by name, each of them with where and when.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Results {
    /// The sections.
    pub sections: BTreeMap<String, Section>,
}

/// What one part of the bench has measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Section {
    /// Where and when.
    pub machine: Machine,
    /// The versions of the libraries, by peer.
    pub versions: BTreeMap<String, String>,
    /// How often each figure was taken.
    pub rounds: usize,
    /// Seconds of each round.
    pub seconds: f64,
    /// What the ratios relate to.
    pub base: String,
    /// The rows.
    pub rows: Vec<Row>,
}

/// One thing that was measured with all peers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// What it is: "20 B, window 1, 64 connections".
    pub title: String,
    /// Where it stands on a line that grows: what grows, and how far it has grown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grows: Option<(String, u64)>,
    /// What is counted.
    pub unit: Unit,
    /// The peers, the best first.
    pub peers: Vec<Figures>,
}

/// What a figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unit {
    /// Messages in a second.
    #[serde(rename = "messages a second")]
    Messages,
    /// Messages delivered in a second: a message to a room counts once for each receiver.
    #[serde(rename = "deliveries a second")]
    Deliveries,
    /// Connections opened in a second.
    #[serde(rename = "handshakes a second")]
    Handshakes,
    /// Bytes of memory for a connection; the fewer the better.
    #[serde(rename = "bytes a connection")]
    Bytes,
}

/// The figures of one peer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// Whose they are.
    pub peer: String,
    /// Over the rounds; nothing if all have failed.
    pub figure: Option<Spread>,
    /// In relation to the base, round by round.
    pub ratio: Option<Spread>,
    /// The part of its core that the server used, and the load of its own.
    pub busy: Option<(f64, f64)>,
    /// What went wrong, the last time that something did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

impl Figures {
    /// What a peer is judged by: its ratio, for the machine was as fast for the base in the same
    /// round, or where there is no base, the figure.
    pub fn standing(&self) -> Option<f64> {
        self.ratio.or(self.figure).map(|spread| spread.median)
    }
}

impl Results {
    /// The results in a file.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn read(file: &Path) -> Result<Self, String> {
        let with_name = |error: String| format!("{}: {error}", file.display());
        let text = std::fs::read_to_string(file).map_err(|error| with_name(error.to_string()))?;
        serde_json::from_str(&text).map_err(|error| with_name(error.to_string()))
    }

    /// Writes them to a file.
    ///
    /// # Errors
    /// When that is not possible.
    pub fn write(&self, file: &Path) -> Result<(), String> {
        let text = serde_json::to_string_pretty(self).map_err(|error| error.to_string())?;
        let written = std::fs::write(file, text + "\n");
        written.map_err(|error| format!("{}: {error}", file.display()))
    }
}

impl Row {
    /// Puts the best first, and those without a figure last.
    pub fn sort(&mut self) {
        let sign = if self.unit == Unit::Bytes { 1.0 } else { -1.0 };
        let place = |figures: &Figures| figures.standing().map_or(f64::INFINITY, |it| it * sign);
        self.peers.sort_by(|one, other| place(one).total_cmp(&place(other)));
    }

    /// The figures of a peer.
    pub fn of(&self, peer: &str) -> Option<&Figures> {
        self.peers.iter().find(|figures| figures.peer == peer)
    }
}
