//! Tables, verdict, reason: the one place where a request is decided.
