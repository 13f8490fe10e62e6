//! Our verdicts are those of the original, for the npm library `ws`, which must be there:
//! `npm install --prefix conformance/recorded/peers`.
//!
//! It runs on request: `cargo test -p conformance --release --test recorded_ws`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "support/recorded.rs"]
mod recorded;

use recorded::{Cases, judges_as_recorded};

macro_rules! recorded {
    ($($test:ident $name:literal)*) => {
        $(
            #[test]
            fn $test() {
                judges_as_recorded($name, Cases::All);
            }
        )*
    };
}

recorded! {
    ws_8_23_0 "ws-8.23.0"
    ws_8_23_0_client "ws-8.23.0-client"
}
