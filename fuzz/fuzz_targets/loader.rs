//! See `meshc_fuzzing::loader`. Half of the new inputs differ by a value, half by bytes.
#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};

fuzz_target!(|input: &[u8]| {
    meshc_fuzzing::loader(input);
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    if seed % 4 == 0 {
        return fuzzer_mutate(data, size, max_size);
    }
    let mut choices = u64::from(seed);
    let choices = [(); 32].map(|()| {
        // Steps of a linear congruential generator (Knuth, MMIX); its high bits are the better ones.
        choices =
            choices.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (choices >> 56) as u8
    });
    let new = meshc_fuzzing::mutated(&data[..size], &choices);
    if new.len() > max_size {
        return fuzzer_mutate(data, size, max_size);
    }
    data[..new.len()].copy_from_slice(&new);
    new.len()
});
