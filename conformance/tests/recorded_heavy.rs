//! Our verdicts are those of the original, for the peers in this workspace, in all groups: minutes.
//!
//! It runs on request: `cargo test -p conformance --release --test recorded_heavy`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[macro_use]
#[path = "support/recorded.rs"]
mod recorded;

use recorded::Cases;

recorded! {
    Cases::All,
    step_2 "step-2"
    step_3 "step-3"
    step_4 "step-4"
    step_5a "step-5a"
    step_5b "step-5b"
    step_5 "step-5"
    step_5_client "step-5-client"
    step_6 "step-6"
    tungstenite_0_30_0 "tungstenite-0.30.0"
    tungstenite_0_30_0_client "tungstenite-0.30.0-client"
    fastwebsockets_0_10_0 "fastwebsockets-0.10.0"
}
