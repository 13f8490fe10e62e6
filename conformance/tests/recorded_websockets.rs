//! Our verdicts are those of the original, for the Python library `websockets`, which must be there:
//! `pip install -r conformance/recorded/peers/requirements.txt`.
//!
//! It runs on request: `cargo test -p conformance --release --test recorded_websockets`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[macro_use]
#[path = "support/recorded.rs"]
mod recorded;

use recorded::Cases;

recorded! {
    Cases::All,
    websockets_17_4 "websockets-17.4"
    websockets_17_4_client "websockets-17.4-client"
}
