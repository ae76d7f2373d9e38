//! The Python extension `meshc._native`.
