//! Our verdicts are those of the original, for the npm library `ws`, which must be there:
//! `npm install --prefix conformance/recorded/peers`.
//!
//! It runs on request: `cargo test -p conformance --release --test recorded_ws`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[macro_use]
#[path = "support/recorded.rs"]
mod recorded;

use recorded::Cases;

recorded! {
    Cases::All,
    ws_8_23_0 "ws-8.23.0"
    ws_8_23_0_client "ws-8.23.0-client"
}
