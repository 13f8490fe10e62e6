//! Prints the results of a row.

use std::fmt::Write as _;

use testkit::grouped;

use crate::results::{Figures, Row, Unit};

/// Returns a row as text. The best peer comes first.
pub fn row(row: &Row, base: &str) -> String {
    let mut text = format!("{}\n", row.title);
    let widest = row.peers.iter().map(|figures| figures.peer.chars().count()).max();
    for figures in &row.peers {
        let (name, width) = (&figures.peer, widest.unwrap_or_default());
        let _ = writeln!(text, "  {name:<width$}{}", line(figures, row.unit));
    }
    for figures in row.peers.iter().filter(|figures| is_load_bound(figures)) {
        let name = &figures.peer;
        let _ = writeln!(
            text,
            "    {name} may be faster than that: the load was busier than the server"
        );
    }
    if !row.peers.iter().any(|figures| figures.peer == base) {
        let _ = writeln!(text, "    (no ratios: {base} was not measured)");
    }
    text
}

/// Returns whether the load was busier than the server, so that the figure is a limit of the load.
pub fn is_load_bound(figures: &Figures) -> bool {
    /// A core that is used more than this has no reserve. (`figures` names the number in words.)
    const BUSY: f64 = 0.9;
    figures.busy.is_some_and(|(server, load)| load > BUSY && load > server)
}

fn line(figures: &Figures, unit: Unit) -> String {
    let Some(figure) = figures.figure else {
        let problem = figures.problem.as_deref().unwrap_or("nothing was measured");
        return format!("  failed: {problem}");
    };
    let mut line = match figures.ratio {
        Some(ratio) => {
            format!("  {:>6.2}  ({:.2} to {:.2})", ratio.median, ratio.lower, ratio.upper)
        }
        None => format!("  {:>6}  {:14}", "–", ""),
    };
    let count = grouped(figure.median);
    let unit = match unit {
        Unit::Messages => "messages/s",
        Unit::Deliveries => "deliveries/s",
        Unit::Handshakes => "handshakes/s",
        Unit::Bytes => "bytes/connection",
    };
    let _ = write!(line, "  {count:>11} {unit}");
    if let Some(problem) = &figures.problem {
        let _ = write!(line, "  (a round failed: {problem})");
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::Spread;

    fn figures(peer: &str, figure: Option<f64>, busy: (f64, f64)) -> Figures {
        let spread = |median| Spread { median, lower: median, upper: median };
        Figures {
            peer: peer.to_owned(),
            figure: figure.map(spread),
            ratio: figure.map(|figure| spread(figure / 1000.0)),
            busy: Some(busy),
            problem: figure.is_none().then(|| "a wrong answer".to_owned()),
        }
    }

    /// Losses and failures are printed as well as wins, and so is the reason why a figure is
    /// doubtful.
    #[test]
    fn the_best_comes_first_and_whatever_is_wrong_is_said() {
        let peers = vec![
            figures("broken", None, (0.0, 0.0)),
            figures("slow", Some(500.0), (0.99, 0.8)),
            figures("fast", Some(2000.0), (0.8, 0.99)),
        ];
        let mut unsorted =
            Row { title: "20 B".to_owned(), grows: None, unit: Unit::Messages, peers };
        unsorted.sort();
        let text = row(&unsorted, "slow");
        let (fast, slow) = (text.find("fast").unwrap(), text.find("slow").unwrap());
        assert!(fast < slow && slow < text.find("broken").unwrap(), "{text}");
        assert!(text.contains("failed: a wrong answer"), "{text}");
        assert!(text.contains("fast may be faster than that"), "{text}");
        assert!(!text.contains("slow may be faster"), "{text}");
    }
}
