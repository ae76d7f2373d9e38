//! The program `meshc-proxy`.

use std::io::Write as _;
use std::process::ExitCode;

use meshc_proxy::args::{Arguments, HELP};
use meshc_proxy::process;

/// The command line cannot be followed.
const MISUSE: u8 = 2;
/// The process could not start.
const FAILED: u8 = 1;

fn main() -> ExitCode {
    if std::env::args_os().nth(1).is_some_and(|word| word == "--version") {
        return tell(&format!("meshc-proxy {}\n", env!("CARGO_PKG_VERSION")));
    }
    let (code, text) = match Arguments::parse(std::env::args_os().skip(1)) {
        Ok(None) => return tell(HELP),
        Ok(Some(arguments)) => match process::run(arguments) {
            Ok(()) => return ExitCode::SUCCESS,
            Err(why) => (FAILED, why),
        },
        Err(misuse) => (MISUSE, misuse.to_string()),
    };
    let _ = writeln!(std::io::stderr(), "meshc-proxy: error: {text}");
    ExitCode::from(code)
}

fn tell(text: &str) -> ExitCode {
    match std::io::stdout().write_all(text.as_bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::from(FAILED),
    }
}
