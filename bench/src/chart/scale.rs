//! Converts figures to positions and to text.

use testkit::grouped;

/// How a figure is converted to a position.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Scale {
    /// From zero, in equal steps.
    Linear {
        /// The largest figure on the scale.
        max: f64,
    },
    /// Each step is ten times the step before it.
    Logarithmic {
        /// The smallest figure on the scale, a power of ten.
        min: f64,
        /// The largest figure on the scale, a power of ten.
        max: f64,
    },
}

impl Scale {
    /// Returns a linear scale for these figures.
    pub(super) fn linear(figures: impl Iterator<Item = f64>, step: f64) -> Self {
        let max = figures.fold(0.0, f64::max);
        Self::Linear { max: (max / step).ceil().max(1.0) * step }
    }

    /// Returns a logarithmic scale for these figures.
    pub(super) fn logarithmic(figures: impl Iterator<Item = f64> + Clone) -> Self {
        let power = |figure: f64| figure.max(1.0).log10();
        let min = figures.clone().fold(f64::MAX, f64::min);
        let max = figures.fold(0.0, f64::max);
        let (min, max) = (power(min).floor(), power(max).ceil());
        Self::Logarithmic { min: 10_f64.powf(min), max: 10_f64.powf(max.max(min + 1.0)) }
    }

    /// Returns the position of a figure, from 0 to 1.
    pub(super) fn place(self, figure: f64) -> f64 {
        match self {
            Self::Linear { max } => figure / max,
            Self::Logarithmic { min, max } => (figure.max(min) / min).log10() / (max / min).log10(),
        }
    }

    /// Returns the figures that get a line.
    pub(super) fn marks(self) -> Vec<f64> {
        match self {
            Self::Linear { max } => {
                let step = round_step(max / 5.0);
                let marks = (0..=10).map(|count| f64::from(count) * step);
                marks.take_while(|mark| *mark <= max).collect()
            }
            Self::Logarithmic { min, max } => {
                std::iter::successors(Some(min), |mark| Some(mark * 10.0))
                    .take_while(|mark| *mark <= max * 1.001)
                    .collect()
            }
        }
    }
}

/// Rounds a step up to 1, 2, 2.5, 5 or 10 times a power of ten.
pub(super) fn round_step(step: f64) -> f64 {
    let power = 10_f64.powf(step.log10().floor());
    let factors = [1.0, 2.0, 2.5, 5.0, 10.0];
    power * factors.into_iter().find(|factor| factor * power >= step * 0.999).unwrap_or(10.0)
}

/// Writes a figure in few characters: 1.25, 20, 64 k, 1 M.
pub(super) fn short(figure: f64) -> String {
    let scaled = [(1e6, " M"), (1e3, " k")].into_iter().find(|(unit, _)| figure >= *unit);
    let (figure, unit) = scaled.map_or((figure, ""), |(size, unit)| (figure / size, unit));
    let digits = format!("{figure:.2}");
    format!("{}{unit}", digits.trim_end_matches('0').trim_end_matches('.'))
}

/// Writes a figure in full.
pub(super) fn long(figure: f64) -> String {
    if figure < 10.0 { format!("{figure:.2}") } else { grouped(figure) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_holds_its_figures_and_marks_round_ones() {
        let linear = Scale::linear([0.3, 1.3].into_iter(), 0.25);
        assert_eq!(linear, Scale::Linear { max: 1.5 });
        assert_eq!(linear.marks(), [0.0, 0.5, 1.0, 1.5]);
        let logarithmic = Scale::logarithmic([260.0, 134_000.0].into_iter());
        assert_eq!(logarithmic.marks().len(), 5);
        assert!((logarithmic.place(10_000.0) - 0.5).abs() < 1e-9);
    }

    #[test]
    fn figures_are_short_on_an_axis() {
        let all = [0.25, 1.0, 20.0, 65_536.0, 1_000_000.0].map(short);
        assert_eq!(all, ["0.25", "1", "20", "65.54 k", "1 M"]);
    }
}
