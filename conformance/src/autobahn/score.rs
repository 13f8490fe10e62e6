//! `ws-judge scorecard`: counts what every step passes.

use clap::Args;
use testkit::workspace;

use crate::autobahn::command::judge;
use crate::autobahn::peer::Peer;
use crate::autobahn::row::Row;
use crate::autobahn::scorecard::Scorecard;
use crate::autobahn::suite::select;
use crate::terminal::{RED, has_colours, painted, print};

/// What to do with the scorecard.
#[derive(Args)]
pub struct Score {
    /// Write nothing, and fail if the scorecard that is checked in is different
    #[arg(long)]
    check: bool,

    /// With --check: leave out the groups that take minutes (9, 12 and 13)
    #[arg(long, requires = "check")]
    quick: bool,
}

impl Score {
    /// Judges every step that answers an opening handshake, and another library; then writes the
    /// scorecard or compares it. Returns whether nothing differs.
    ///
    /// # Errors
    /// A sentence, if a server cannot be judged or a file cannot be written.
    pub fn run(&self) -> Result<bool, String> {
        let cases = select(&[], self.quick)?;
        let mut rows = Vec::new();
        print(&format!("{}\n", Row::heading()))?;
        for peer in Peer::scorecard()? {
            let row = Row::new(&peer.name, &judge(&peer, &cases, None)?);
            print(&format!("{row}\n"))?;
            rows.push(row);
        }
        let scorecard = Scorecard::new(rows);
        if !self.check {
            return scorecard.write(workspace()).map(|()| true);
        }
        let differences = scorecard.differences(&Scorecard::checked_in()?, self.quick);
        for line in &differences {
            print(&format!("{}\n", painted(has_colours(), RED, line)))?;
        }
        Ok(differences.is_empty())
    }
}
