//! See `meshc_fuzzing::reader`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let _ = meshc_fuzzing::reader(input);
});
