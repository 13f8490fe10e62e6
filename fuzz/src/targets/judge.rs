//! Everything with which the judge reads what a peer sends: it must not panic

use arbitrary::{Arbitrary as _, Result, Unstructured};
use conformance::fuzzing::{read_frames, read_head, receive_frames};

/// The input: a byte of flags, where the bytes are cut, and the bytes.
pub(crate) fn run(bytes: &[u8]) -> Result<()> {
    let mut input = Unstructured::new(bytes);
    let [flags, cut] = <[u8; 2]>::arbitrary(&mut input)?;
    let bytes = input.take_rest();
    read_head(bytes);
    read_frames(bytes);
    receive_frames(bytes, flags & 1 != 0, flags & 2 != 0, usize::from(cut));
    Ok(())
}
