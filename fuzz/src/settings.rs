//! Settings of an endpoint, made of bytes of the fuzzer.

use arbitrary::{Arbitrary, Result, Unstructured};
use echo::{Agreement, Limits, Role};

use crate::check::Setup;

/// The most bytes of a message.
const MESSAGE_MAX: usize = 8 * 1024;

/// Any agreement on compression, or none.
pub(crate) fn agreement(bytes: &mut Unstructured<'_>) -> Result<Option<Agreement>> {
    let [flags, bits] = <[u8; 2]>::arbitrary(bytes)?;
    // 8 to 15 are windows, and 0 to 7 mean that none is named.
    let window = |bits: u8| Some(bits & 15).filter(|bits| *bits >= 8);
    let agreed = Agreement {
        server_no_context_takeover: flags & 2 != 0,
        client_no_context_takeover: flags & 4 != 0,
        server_max_window_bits: window(bits),
        client_max_window_bits: window(bits >> 4),
    };
    Ok(Some(agreed).filter(|_| flags & 1 != 0))
}

/// Any role, agreement and limits.
pub(crate) fn setup(bytes: &mut Unstructured<'_>) -> Result<Setup> {
    let role = if bool::arbitrary(bytes)? { Role::Client } else { Role::Server };
    let agreed = agreement(bytes)?;
    let [message, fragments] = <[u8; 2]>::arbitrary(bytes)?;
    // With 0, the input cannot reach the limit.
    let message = if message == 0 { MESSAGE_MAX } else { usize::from(message) };
    let fragments = if fragments == 0 { u32::MAX } else { u32::from(fragments) };
    Ok(Setup { role, agreed, limits: Limits { message, fragments } })
}
