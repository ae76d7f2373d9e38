//! Lets the linker name what it writes by its content: `meshc.cache` tells builds apart by it.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let linux = std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|system| system == "linux");
    if linux {
        println!("cargo::rustc-link-arg-cdylib=-Wl,--build-id=sha1");
    }
}
