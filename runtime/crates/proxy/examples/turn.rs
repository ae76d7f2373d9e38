//! What one turn of the loop costs through the safe wrapper: send, epoll wait, receive. Its twin in
//! C is `bench/turn.c`; `bench/wrapper.py` runs both.
//!
//! `turn 1000000` prints nanoseconds of CPU per turn.

#![expect(clippy::print_stdout, reason = "it prints what it measured")]

use std::hint::black_box;

use rustix::event::epoll::{self, CreateFlags, EventData, EventFlags};
use rustix::io::Errno;
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, socketpair};
use rustix::time::{ClockId, Timespec, clock_gettime};

/// Bytes of a small request.
const SIZE: usize = 256;

fn main() -> Result<(), Errno> {
    let turns: u64 = std::env::args().nth(1).and_then(|word| word.parse().ok()).unwrap_or(100_000);
    let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
    let (one, other) = socketpair(AddressFamily::UNIX, SocketType::STREAM, flags, None)?;
    let poll = epoll::create(CreateFlags::CLOEXEC)?;
    let all = EventFlags::IN | EventFlags::OUT | EventFlags::RDHUP | EventFlags::ET;
    epoll::add(&poll, &other, EventData::new_u64(7), all)?;
    let message = [b'x'; SIZE];
    let mut input = Vec::with_capacity(16 * 1024);
    let mut events: Vec<epoll::Event> = Vec::with_capacity(512);
    let never = Timespec { tv_sec: 5, tv_nsec: 0 };
    let before = clock_gettime(ClockId::ProcessCPUTime);
    for _ in 0..turns {
        rustix::net::send(&one, &message, SendFlags::NOSIGNAL)?;
        events.clear();
        epoll::wait(&poll, rustix::buffer::spare_capacity(&mut events), Some(&never))?;
        input.clear();
        let spare = rustix::buffer::spare_capacity(&mut input);
        rustix::net::recv(&other, spare, RecvFlags::empty())?;
        black_box((&events, &input));
    }
    let after = clock_gettime(ClockId::ProcessCPUTime);
    let spent = (after.tv_sec - before.tv_sec) * 1_000_000_000 + after.tv_nsec - before.tv_nsec;
    println!("{}", spent as f64 / turns as f64);
    Ok(())
}
