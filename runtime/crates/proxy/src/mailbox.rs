//! Letters to a thread's loop: put in from anywhere, read between two turns.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};

use rustix::event::{EventfdFlags, eventfd};
use rustix::io::Errno;

use crate::generation::Generation;
use crate::metrics::Metrics;
use crate::tls::Credentials;

/// What a loop is told.
#[derive(Debug)]
pub enum Letter {
    /// Keep these tables beside the current ones.
    Prepare(Arc<Generation>),
    /// Decide with these tables from now on, and say so.
    Commit(Arc<Generation>, Sender<()>),
    /// Forget the prepared tables.
    Abort,
    /// Use this certificate for new handshakes.
    Credentials(Arc<Credentials>),
    /// Stop accepting; finish what runs.
    Drain,
    /// Give a copy of the counters.
    Metrics(Sender<Metrics>),
}

/// The mailbox of one thread.
#[derive(Debug)]
pub struct Mailbox {
    letters: Mutex<Vec<Letter>>,
    wake: OwnedFd,
}

impl Mailbox {
    /// An empty mailbox.
    ///
    /// # Errors
    /// What the kernel says.
    pub fn new() -> Result<Self, Errno> {
        let wake = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        Ok(Self { letters: Mutex::default(), wake })
    }

    /// Puts a letter in and wakes the loop.
    pub fn send(&self, letter: Letter) {
        self.letters.lock().unwrap_or_else(PoisonError::into_inner).push(letter);
        // The counter is full only when the loop has not been woken for 2^64 - 2 letters.
        let _ = rustix::io::write(&self.wake, &1_u64.to_ne_bytes());
    }

    /// Takes all letters.
    pub fn take(&self) -> Vec<Letter> {
        let mut count = [0; 8];
        // Empty when nobody wrote since: then there is nothing to reset.
        let _ = rustix::io::read(&self.wake, &mut count);
        std::mem::take(&mut self.letters.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What becomes readable when there are letters.
    pub fn wake(&self) -> BorrowedFd<'_> {
        self.wake.as_fd()
    }
}
