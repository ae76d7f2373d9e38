//! What is made of an answer: its status, its length, its end, its time.

use std::io::{Read as _, Write as _};
use std::time::Duration;

use meshc_token::{JwksFault, KeySet};

use crate::bed::{
    Folder, HOST, ONE_KEY, PRIVATE_KEY, TRUSTED, TWO_KEYS, answering, at, good, listen, serve, url,
};
use crate::board::Fetched;
use crate::{Blame, FetchFault, KeysFault};

/// What comes of an answer.
fn fetched(answer: impl Into<Vec<u8>>) -> Result<Vec<u8>, FetchFault> {
    let folder = Folder::new();
    folder.fetcher().fetch(&url(answering(answer)))
}

#[test]
fn bodies_of_every_framing() {
    let half = ONE_KEY.len() / 2;
    let (first, second) = ONE_KEY.split_at(half);
    let chunked = format!(
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{:x};x=y\r\n{first}\r\n{:x}\r\n\
         {second}\r\n0\r\nt: u\r\n\r\n",
        first.len(),
        second.len()
    );
    for answer in [
        good(ONE_KEY),
        chunked,
        format!("HTTP/1.0 200 OK\r\n\r\n{ONE_KEY}"),
        format!("HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n{}", good(ONE_KEY)),
        // What it says of its type means nothing.
        format!("HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nconnection: close\r\n\r\n{ONE_KEY}"),
    ] {
        assert_eq!(fetched(answer.as_str()).as_deref(), Ok(ONE_KEY.as_bytes()), "{answer}");
    }
}

#[test]
fn other_statuses_are_no_document() {
    for status in [201, 204, 206, 304, 400, 401, 403, 404, 429, 500, 503] {
        let body = if [204, 304].contains(&status) { "" } else { ONE_KEY };
        let answer = format!(
            "HTTP/1.1 {status} Word\r\n{}\r\n{body}",
            if body.is_empty() {
                String::new()
            } else {
                format!("content-length: {}\r\n", body.len())
            }
        );
        let fault = fetched(answer).unwrap_err();
        assert_eq!(fault, FetchFault::Status(status));
        assert_eq!(fault.blame(), Blame::Issuer);
        let said = fault.to_string();
        assert!(said.contains(&status.to_string()) && !said.contains("OKP"), "{said}");
    }
}

#[test]
fn redirects_are_not_followed_wherever_they_lead() {
    let folder = Folder::new();
    // The place a redirect leads to; whoever came would be told to the receiver.
    let (other, visits) = serve(TRUSTED.server(HOST, 2060), |_, peer| {
        peer.send(good(ONE_KEY).as_bytes());
    });
    for status in [301, 302, 303, 307, 308] {
        for location in [
            format!("https://{HOST}:{other}/"),
            format!("http://{HOST}:{other}/"),
            format!("https://127.0.0.1:{other}/"),
            "https://10.0.0.1/".to_owned(),
            "http://169.254.169.254/latest/meta-data/".to_owned(),
            "/keys?set=1".to_owned(),
            "\u{1}".to_owned(),
        ] {
            let head = format!("HTTP/1.1 {status} Moved\r\ncontent-length: 0\r\nlocation: ");
            let port = answering(format!("{head}{}\r\n\r\n", location.replace('\u{1}', "")));
            let fault = folder.fetcher().fetch(&url(port)).unwrap_err();
            assert!(matches!(fault, FetchFault::Redirect(s, _) if s == status), "{fault:?}");
            assert_eq!(fault.blame(), Blame::Intent);
        }
    }
    assert!(visits.try_recv().is_err());
}

#[test]
fn a_redirect_says_where_to_without_its_query() {
    let answer = "HTTP/1.1 302 Found\r\ncontent-length: 0\r\n\
                  location: https://new.test/keys?secret=1\r\n\r\n";
    let said = fetched(answer).unwrap_err().to_string();
    assert!(said.contains("`https://new.test/keys`") && !said.contains("secret"), "{said}");
}

#[test]
fn documents_beyond_the_bound() {
    let most = KeySet::MAX_BYTES;
    let just = format!("HTTP/1.1 200 OK\r\ncontent-length: {most}\r\n\r\n{}", " ".repeat(most));
    assert_eq!(fetched(just).unwrap().len(), most);
    let over = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", most + 1);
    assert_eq!(fetched(over), Err(FetchFault::TooLong), "its length alone is enough");
    let huge = "HTTP/1.1 200 OK\r\ncontent-length: 999999999999999999\r\n\r\n";
    assert_eq!(fetched(huge), Err(FetchFault::TooLong));
    let until_close = format!("HTTP/1.1 200 OK\r\n\r\n{}", " ".repeat(most + 1));
    assert_eq!(fetched(until_close), Err(FetchFault::TooLong));
}

#[test]
fn an_endless_body_in_chunks_is_cut() {
    let folder = Folder::new();
    let (port, _) = serve(TRUSTED.server(HOST, 2060), |_, peer| {
        peer.send(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
        // Until the client leaves.
        while peer.send(format!("400\r\n{}\r\n", " ".repeat(0x400)).as_bytes()) {}
    });
    assert_eq!(folder.fetcher().fetch(&url(port)), Err(FetchFault::TooLong));
}

#[test]
fn an_endless_head_and_endless_interim_answers_are_cut() {
    let folder = Folder::new();
    for piece in ["x: y\r\n", "HTTP/1.1 100 Continue\r\n\r\n"] {
        let (port, _) = serve(TRUSTED.server(HOST, 2060), move |_, peer| {
            peer.send(if piece.starts_with('x') { b"HTTP/1.1 200 OK\r\n" } else { b"" });
            while peer.send(piece.repeat(100).as_bytes()) {}
        });
        let fault = folder.fetcher().fetch(&url(port)).unwrap_err();
        assert!(matches!(fault, FetchFault::Answer(_)), "{fault:?}");
    }
}

#[test]
fn answers_that_break_off() {
    let cut = |answer: &str| fetched(&answer.as_bytes()[..answer.len() - 1]);
    assert_eq!(cut(&good(ONE_KEY)), Err(FetchFault::BrokeOff));
    let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n";
    assert_eq!(cut(chunked), Err(FetchFault::BrokeOff));
    assert_eq!(cut("HTTP/1.1 200 OK\r\n\r\n").unwrap_err(), FetchFault::BrokeOff);
    // A body that ends with the connection, which ends without TLS having said so.
    let folder = Folder::new();
    let (port, _) = serve(TRUSTED.server(HOST, 2060), |_, peer| {
        peer.send(format!("HTTP/1.1 200 OK\r\n\r\n{ONE_KEY}").as_bytes());
    });
    assert_eq!(folder.fetcher().fetch(&url(port)), Err(FetchFault::BrokeOff));
}

#[test]
fn answers_that_are_no_sound_http() {
    for answer in [
        "HTTP/2 200\r\n\r\n",
        "SSH-2.0-OpenSSH_9.9\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n",
    ] {
        let fault = fetched(answer).unwrap_err();
        assert!(matches!(fault, FetchFault::Answer(_)), "{answer}: {fault:?}");
    }
}

#[test]
fn a_content_coding_is_not_decoded() {
    let gzip = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03";
    let mut answer =
        b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 10\r\n\r\n".to_vec();
    answer.extend_from_slice(gzip);
    assert_eq!(fetched(answer).as_deref(), Ok(&gzip[..]));
    let fault = Fetched::read(gzip).unwrap_err();
    assert_eq!(fault, KeysFault::Document(JwksFault::Malformed));
}

#[test]
fn slow_drips_and_silence_end_with_the_time_of_a_fetch() {
    let folder = Folder::new();
    let limited = folder.fetcher().with(at(&["127.0.0.1"]), Duration::from_millis(400));
    let (silent, _) = serve(TRUSTED.server(HOST, 2060), |_, peer| peer.wait());
    let (stalled, _) = serve(TRUSTED.server(HOST, 2060), |_, peer| {
        peer.send(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n");
        peer.wait();
    });
    let mute = listen(|_, mut stream| while matches!(stream.read(&mut [0; 512]), Ok(1..)) {});
    let handshake = listen(|_, stream| drip(stream, b"\x16\x03\x03\x40\x00"));
    let dripping = |start: &'static [u8]| {
        let (port, _) = serve(TRUSTED.server(HOST, 2060), move |_, peer| {
            peer.send(start);
            for _ in 0..MOST_DRIPS {
                pace(&peer.0.sock);
                if !peer.send(b"a") {
                    return;
                }
            }
        });
        port
    };
    let head = dripping(b"HTTP/1.1 200 OK\r\nx: ");
    let body = dripping(b"HTTP/1.1 200 OK\r\ncontent-length: 65000\r\n\r\n");
    for port in [silent, stalled, mute, handshake, head, body] {
        assert_eq!(limited.fetch(&url(port)), Err(FetchFault::TimedOut));
    }
    assert_eq!(FetchFault::TimedOut.blame(), Blame::Network);
}

/// After so many a server gives up, so that a client without an end fails and does not hang.
const MOST_DRIPS: usize = 2000;

/// Sends a byte at a time behind a start, until the client leaves.
fn drip(mut stream: std::net::TcpStream, start: &[u8]) {
    let mut open = stream.write_all(start).is_ok();
    for _ in 0..MOST_DRIPS {
        if !open {
            return;
        }
        pace(&stream);
        open = stream.write_all(b"a").is_ok();
    }
}

/// A moment between two bytes, by a read that times out.
fn pace(stream: &std::net::TcpStream) {
    stream.set_read_timeout(Some(Duration::from_millis(5))).unwrap();
    let _ = { stream }.read(&mut [0; 4096]);
}

#[test]
fn documents_that_are_no_key_set() {
    for (document, fault) in [
        ("", JwksFault::Malformed),
        ("<html>", JwksFault::Malformed),
        ("{}", JwksFault::Malformed),
        (r#"{"keys":[]}"#, JwksFault::NoUsableKey),
        (PRIVATE_KEY, JwksFault::Secret(0)),
    ] {
        let read = Fetched::read(&fetched(good(document)).unwrap());
        let read = read.unwrap_err();
        assert_eq!(read, KeysFault::Document(fault));
        assert_eq!(read.blame(), Blame::Issuer);
        assert!(!read.to_string().contains("nWGxne"), "{read}");
    }
    assert!(Fetched::read(&fetched(good(TWO_KEYS)).unwrap()).is_ok());
}
