//! See `meshc_fuzzing::canonicaliser`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    meshc_fuzzing::canonicaliser(input);
});
