//! The controller: joining, renewing, watching, fetching, reporting. One thread, blocking.

mod join;
mod link;
mod watch;

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crate::args::Controller;
use crate::random::Random;
use crate::report;
use crate::state::State;

/// Pause before the first attempt to come back; doubled with each that fails.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
/// The longest pause between two attempts.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Stays with the controller for as long as the process lives. Whatever happens here, the proxy
/// goes on with the snapshot it has.
pub fn run(state: &Arc<State>, controller: &Controller) {
    let (mut random, mut pause, mut said) = (Random::new(), FIRST_PAUSE, String::new());
    loop {
        let mut reached = false;
        if let Err(why) = attend(state, controller, &mut reached) {
            if reached {
                (pause, said) = (FIRST_PAUSE, String::new());
            }
            if why != said {
                report::warn(&format!("{why}; it is tried again, the snapshot in force stays"));
                said = why;
            }
        }
        let jitter = random.below(u64::try_from(pause.as_millis()).unwrap_or(0) / 4 + 1);
        thread::sleep(pause + Duration::from_millis(jitter));
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Joins where there is no certificate that holds, then watches until the stream ends.
fn attend(state: &Arc<State>, controller: &Controller, reached: &mut bool) -> Result<(), String> {
    if !join::has_valid_credentials(state) {
        join::join(state, controller)?;
    }
    watch::watch(state, controller, reached)
}
