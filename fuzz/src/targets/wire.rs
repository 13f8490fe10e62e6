//! Any bytes on the wire: what the core delivers and answers, whole and in pieces, against a model

use arbitrary::{Arbitrary as _, Result, Unstructured};

use crate::check::check;
use crate::settings::setup;

// ANCHOR: run
/// The input: five bytes of settings, the sizes of three pieces, and what the peer sends.
pub(crate) fn run(bytes: &[u8]) -> Result<()> {
    let mut input = Unstructured::new(bytes);
    let setup = setup(&mut input)?;
    let cuts = <[u8; 3]>::arbitrary(&mut input)?;
    check(setup, input.take_rest(), &cuts);
    Ok(())
}
// ANCHOR_END: run
