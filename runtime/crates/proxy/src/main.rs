//! The program `meshc-proxy`.
fn main() {}
