//! What several rounds come to.

use serde::{Deserialize, Serialize};

/// The middle of several figures, and how far they lie apart.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// Half of the figures are not above it, and half not below.
    pub median: f64,
    /// The least.
    pub min: f64,
    /// The greatest.
    pub max: f64,
}

impl Spread {
    /// The spread of these figures; `None` if there are none.
    #[must_use]
    pub fn of(figures: &[f64]) -> Option<Self> {
        let mut sorted = figures.to_vec();
        sorted.sort_by(f64::total_cmp);
        let (min, max) = (*sorted.first()?, *sorted.last()?);
        let middle = sorted.len() / 2;
        let median = if sorted.len() % 2 == 1 {
            sorted[middle]
        } else {
            f64::midpoint(sorted[middle - 1], sorted[middle])
        };
        Some(Self { median, min, max })
    }

    /// The spread of each figure over the one of the same round. What slows the whole machine down
    /// for a while slows both, and goes out of the ratio.
    #[must_use]
    pub fn of_ratios(figures: &[Option<f64>], base: &[Option<f64>]) -> Option<Self> {
        let rounds = figures.iter().zip(base);
        let ratios: Vec<f64> = rounds
            .filter_map(|(figure, base)| Some((*figure)? / (*base).filter(|base| *base > 0.0)?))
            .collect();
        Self::of(&ratios)
    }

    /// The same with each figure made shorter by `round`.
    #[must_use]
    pub fn map(self, round: impl Fn(f64) -> f64) -> Self {
        Self { median: round(self.median), min: round(self.min), max: round(self.max) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_one_or_between_the_two_in_the_middle() {
        let odd = Spread::of(&[5.0, 1.0, 9.0]).unwrap();
        assert_eq!(odd, Spread { median: 5.0, min: 1.0, max: 9.0 });
        let even = Spread::of(&[4.0, 1.0, 9.0, 5.0]).unwrap();
        assert_eq!(even, Spread { median: 4.5, min: 1.0, max: 9.0 });
        assert_eq!(Spread::of(&[]), None);
    }

    #[test]
    fn a_ratio_is_taken_within_a_round_and_a_failed_round_counts_for_nothing() {
        let figures = [Some(10.0), Some(30.0), None, Some(8.0)];
        let base = [Some(10.0), Some(20.0), Some(1.0), Some(0.0)];
        let ratios = Spread::of_ratios(&figures, &base).unwrap();
        assert_eq!(ratios, Spread { median: 1.25, min: 1.0, max: 1.5 });
        assert_eq!(Spread::of_ratios(&[None], &[Some(1.0)]), None);
    }
}
