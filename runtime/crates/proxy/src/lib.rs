//! The proxy: loop, listeners, TLS, pools, admin, drain; the only crate that does I/O.
