//! See `meshc_fuzzing::decision`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    meshc_fuzzing::decision(input);
});
