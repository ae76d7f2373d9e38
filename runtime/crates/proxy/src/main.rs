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
    let (code, text) = match Arguments::parse(std::env::args_os().skip(1)) {
        Ok(None) => {
            let _ = std::io::stdout().write_all(HELP.as_bytes());
            return ExitCode::SUCCESS;
        }
        Ok(Some(arguments)) => match process::run(arguments) {
            Ok(()) => return ExitCode::SUCCESS,
            Err(why) => (FAILED, why),
        },
        Err(misuse) => (MISUSE, misuse.to_string()),
    };
    let _ = writeln!(std::io::stderr(), "meshc-proxy: error: {text}");
    ExitCode::from(code)
}
