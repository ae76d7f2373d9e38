//! Prints what one ordinary request head costs to parse and to write again, in nanoseconds.
//!
//! `cargo run --release -p meshc-http1 --example head_cost`
#![expect(clippy::print_stdout, reason = "printing is what this program is for")]

use std::hint::black_box;
use std::time::Instant;

use meshc_http1::{Head, Limits, RequestLine, parse_request, write_request_head};

const REQUEST: &[u8] = b"GET /api/v1/orders/4711?expand=items HTTP/1.1\r\n\
Host: orders.shop.test\r\n\
User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0\r\n\
Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n\
Accept-Language: en-GB,en;q=0.7,de;q=0.3\r\n\
Accept-Encoding: gzip, deflate, br, zstd\r\n\
Connection: keep-alive\r\n\
Cookie: session=0123456789abcdef0123456789abcdef; theme=dark\r\n\r\n";

const ROUNDS: u32 = 9;
const TURNS: u32 = 200_000;

fn main() {
    let (mut head, limits, mut out) = (Head::new(), Limits::default(), Vec::with_capacity(4096));
    let parse = best(|| {
        let _ = black_box(parse_request(black_box(REQUEST), &mut head, &limits));
    });
    let both = best(|| {
        let _ = black_box(parse_request(black_box(REQUEST), &mut head, &limits));
        out.clear();
        let host = head.host(REQUEST).unwrap_or_default();
        let line = RequestLine::new(head.method(REQUEST), head.path_and_query(REQUEST), host);
        if let Some(line) = line {
            write_request_head(&mut out, &line, head.fields(REQUEST), head.body(), &[]);
        }
        black_box(&out);
    });
    println!(
        "{} bytes, 8 fields: parse {parse:.0} ns, write {:.0} ns",
        REQUEST.len(),
        both - parse
    );
}

/// The fastest round's nanoseconds a turn.
fn best(mut turn: impl FnMut()) -> f64 {
    let mut best = f64::INFINITY;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        for _ in 0..TURNS {
            turn();
        }
        best = best.min(start.elapsed().as_nanos() as f64 / f64::from(TURNS));
    }
    best
}
