//! Summaries of several rounds.

use serde::{Deserialize, Serialize};

/// The median and the quartiles of several figures.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// The median.
    pub median: f64,
    /// The lower quartile.
    pub lower: f64,
    /// The upper quartile.
    pub upper: f64,
}

impl Spread {
    /// Returns the spread of these figures, or `None` if the list is empty.
    pub fn of(figures: &[f64]) -> Option<Self> {
        let mut sorted = figures.to_vec();
        sorted.sort_by(f64::total_cmp);
        let last = sorted.len().checked_sub(1)?;
        // Returns the figure after `count` quarters of the sorted list, interpolated between its
        // two neighbours.
        let quarters = |count: usize| {
            let (index, rest) = (count * last / 4, count * last % 4);
            let weight = [0.0, 0.25, 0.5, 0.75][rest];
            sorted[index] * (1.0 - weight) + sorted[last.min(index + 1)] * weight
        };
        Some(Self { median: quarters(2), lower: quarters(1), upper: quarters(3) })
    }

    /// Returns the spread of the ratios, each of two figures of the same round. A disturbance of
    /// the machine slows both down, so it hardly changes the ratio.
    pub fn of_ratios(figures: &[Option<f64>], base: &[Option<f64>]) -> Option<Self> {
        let rounds = figures.iter().zip(base);
        let ratios: Vec<f64> = rounds
            .filter_map(|(figure, base)| Some((*figure)? / (*base).filter(|base| *base > 0.0)?))
            .collect();
        Self::of(&ratios)
    }

    /// Applies `round` to all three numbers.
    #[must_use]
    pub fn map(self, round: impl Fn(f64) -> f64) -> Self {
        let Self { median, lower, upper } = self;
        Self { median: round(median), lower: round(lower), upper: round(upper) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quarters_are_figures_or_lie_between_two() {
        let five = Spread::of(&[5.0, 1.0, 9.0, 7.0, 2.0]).unwrap();
        assert_eq!(five, Spread { median: 5.0, lower: 2.0, upper: 7.0 });
        let four = Spread::of(&[4.0, 1.0, 9.0, 5.0]).unwrap();
        assert_eq!(four, Spread { median: 4.5, lower: 3.25, upper: 6.0 });
        assert_eq!(Spread::of(&[3.0]).unwrap(), Spread { median: 3.0, lower: 3.0, upper: 3.0 });
        assert_eq!(Spread::of(&[]), None);
    }

    #[test]
    fn a_ratio_is_taken_within_a_round_and_a_failed_round_counts_for_nothing() {
        let figures = [Some(10.0), Some(30.0), None, Some(8.0)];
        let base = [Some(10.0), Some(20.0), Some(1.0), Some(0.0)];
        let ratios = Spread::of_ratios(&figures, &base).unwrap();
        assert_eq!(ratios, Spread { median: 1.25, lower: 1.125, upper: 1.375 });
        assert_eq!(Spread::of_ratios(&[None], &[Some(1.0)]), None);
    }
}
