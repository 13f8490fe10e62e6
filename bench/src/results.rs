//! The results, as they are stored in `results.json`.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::machine::Machine;
use crate::statistics::Spread;

/// All sections that have been measured, by name, each with its machine and date.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Results {
    /// The sections.
    pub sections: BTreeMap<String, Section>,
}

/// The results of one part of the bench.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Section {
    /// The machine and the date.
    pub machine: Machine,
    /// The versions of the libraries, by peer.
    pub versions: BTreeMap<String, String>,
    /// How many times each figure was taken.
    pub rounds: usize,
    /// The length of each round in seconds.
    pub seconds: f64,
    /// The peer that the ratios compare with.
    pub base: String,
    /// The rows.
    pub rows: Vec<Row>,
}

/// One measurement with all peers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// What was measured: "20 B, window 1, 64 connections".
    pub title: String,
    /// For a point of a curve: the quantity that grows, and its value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grows: Option<(String, u64)>,
    /// What is counted.
    pub unit: Unit,
    /// The peers. The best is the first.
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
    /// Bytes of memory for a connection. Fewer is better.
    #[serde(rename = "bytes a connection")]
    Bytes,
}

/// The figures of one peer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// The name of the peer.
    pub peer: String,
    /// The figure, over the rounds. `None` if all rounds have failed.
    pub figure: Option<Spread>,
    /// The ratio to the base, round by round.
    pub ratio: Option<Spread>,
    /// Which part of its core the server used, and which part of its own core the load used.
    pub busy: Option<(f64, f64)>,
    /// The last failure, if there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

impl Figures {
    /// Returns the number by which peers are ranked: the ratio, because it compares figures of the
    /// same round, or the figure if there is no base.
    pub fn standing(&self) -> Option<f64> {
        self.ratio.or(self.figure).map(|spread| spread.median)
    }
}

impl Results {
    /// Reads results from a file.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn read(file: &Path) -> Result<Self, String> {
        let with_name = |error: String| format!("{}: {error}", file.display());
        let text = std::fs::read_to_string(file).map_err(|error| with_name(error.to_string()))?;
        serde_json::from_str(&text).map_err(|error| with_name(error.to_string()))
    }

    /// Writes results to a file.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn write(&self, file: &Path) -> Result<(), String> {
        let text = serde_json::to_string_pretty(self).map_err(|error| error.to_string())?;
        let written = std::fs::write(file, text + "\n");
        written.map_err(|error| format!("{}: {error}", file.display()))
    }
}

impl Row {
    /// Sorts the peers: the best first, and those without a figure last.
    pub fn sort(&mut self) {
        let sign = if self.unit == Unit::Bytes { 1.0 } else { -1.0 };
        let place = |figures: &Figures| figures.standing().map_or(f64::INFINITY, |it| it * sign);
        self.peers.sort_by(|one, other| place(one).total_cmp(&place(other)));
    }

    /// Returns the figures of a peer.
    pub fn of(&self, peer: &str) -> Option<&Figures> {
        self.peers.iter().find(|figures| figures.peer == peer)
    }
}
