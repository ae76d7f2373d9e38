//! Lines for the operator, on standard error.

use std::io::Write as _;

/// Something went wrong that somebody should mend.
pub fn error(text: &str) {
    line("error", text);
}

/// Something unusual.
pub fn warn(text: &str) {
    line("warning", text);
}

/// How things go.
pub fn info(text: &str) {
    line("info", text);
}

fn line(level: &str, text: &str) {
    let text: String = text.chars().map(|one| if one.is_control() { ' ' } else { one }).collect();
    // Nobody can be told that nobody can be told.
    let _ = writeln!(std::io::stderr(), "meshc-proxy: {level}: {text}");
}
