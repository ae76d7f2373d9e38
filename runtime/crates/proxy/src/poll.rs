//! The epoll of one thread: edge-triggered, one registration a socket, no further epoll calls.

use std::os::fd::{AsFd, OwnedFd};

use rustix::event::epoll::{self, CreateFlags, EventData, EventFlags};
use rustix::io::Errno;
use rustix::time::Timespec;

use crate::clock::{Nanos, SECOND};
use crate::slots::Token;

/// What is known of a socket from one event.
#[derive(Clone, Copy, Debug)]
pub struct Readiness {
    /// There is something to read, or the end.
    pub readable: bool,
    /// There is room to write.
    pub writable: bool,
    /// The peer has sent its end: read until it is found.
    pub hung_up: bool,
}

/// The thread's epoll.
#[derive(Debug)]
pub struct Poll {
    epoll: OwnedFd,
}

/// Room for events; it stays with the thread that waits.
pub struct Events(Vec<epoll::Event>);

/// Events taken at once.
const BATCH: usize = 512;

impl Events {
    /// Room for a batch.
    #[must_use]
    pub fn new() -> Self {
        Self(Vec::with_capacity(BATCH))
    }
}

impl Default for Events {
    fn default() -> Self {
        Self::new()
    }
}

impl Poll {
    /// A fresh epoll.
    ///
    /// # Errors
    /// What the kernel says.
    pub fn new() -> Result<Self, Errno> {
        let epoll = epoll::create(CreateFlags::CLOEXEC)?;
        Ok(Self { epoll })
    }

    /// Registers a socket for everything, once and for all; it leaves by being closed.
    ///
    /// # Errors
    /// What the kernel says.
    pub fn add(&self, socket: impl AsFd, token: Token) -> Result<(), Errno> {
        let flags = EventFlags::IN | EventFlags::OUT | EventFlags::RDHUP | EventFlags::ET;
        epoll::add(&self.epoll, socket, EventData::new_u64(token.word()), flags)
    }

    /// Waits for at most `wait` (nothing: for ever) and gives what happened.
    pub fn wait(
        &self,
        wait: Option<Nanos>,
        Events(events): &mut Events,
        happened: &mut Vec<(Token, Readiness)>,
    ) {
        let wait = wait.map(|wait| Timespec {
            tv_sec: i64::try_from(wait / SECOND).unwrap_or(i64::MAX),
            tv_nsec: (wait % SECOND) as i64,
        });
        events.clear();
        let spare = rustix::buffer::spare_capacity(events);
        // An interrupted wait is an empty one.
        let _ = epoll::wait(&self.epoll, spare, wait.as_ref());
        happened.extend(events.iter().map(|event| {
            let (flags, data) = (event.flags, event.data);
            let over = flags.intersects(EventFlags::ERR | EventFlags::HUP);
            let hung_up = over || flags.contains(EventFlags::RDHUP);
            let readiness = Readiness {
                readable: hung_up || flags.contains(EventFlags::IN),
                writable: over || flags.contains(EventFlags::OUT),
                hung_up,
            };
            (Token::from_word(data.u64()), readiness)
        }));
    }
}
