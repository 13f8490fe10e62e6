//! The program that libFuzzer drives. `just fuzz` builds it, and names the target in the variable
//! `FUZZ_TARGET`.
#![no_main]

use std::env;
use std::sync::LazyLock;

use fuzz::Target;
use libfuzzer_sys::{Corpus, fuzz_target};

static TARGET: LazyLock<Target> = LazyLock::new(|| {
    let name = env::var("FUZZ_TARGET").unwrap_or_default();
    Target::named(&name).expect("FUZZ_TARGET should name a target, as `just fuzz` does")
});

fuzz_target!(|input: &[u8]| -> Corpus {
    if TARGET.run(input) { Corpus::Keep } else { Corpus::Reject }
});
