//! Our verdicts are those of the original, for the Python library `websockets`, which must be there:
//! `pip install -r conformance/recorded/peers/requirements.txt`.
//!
//! It runs on request: `cargo test -p conformance --release --test recorded_websockets`.

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
    websockets_17_4 "websockets-17.4"
    websockets_17_4_client "websockets-17.4-client"
}
