//! Who is asked, and whether it is them: addresses, names, certificates, roots, the request.

use std::io::{Read as _, Write as _};
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::Duration;

use crate::bed::{
    Authority, Folder, HOST, ONE_KEY, PATIENCE, TRUSTED, answering, at, good, listen, serve, url,
};
use crate::{Blame, FetchFault, FetchSettings, Fetcher, Roots, RootsFault, Url};

#[test]
fn a_document_is_fetched_and_the_request_says_what_it_must() {
    let folder = Folder::new();
    let (port, requests) = serve(TRUSTED.server(HOST, 2060), |_, peer| {
        peer.send(good(ONE_KEY).as_bytes());
    });
    assert_eq!(folder.fetcher().fetch(&url(port)).unwrap(), ONE_KEY.as_bytes());
    let request = requests.recv().unwrap();
    let mut lines = request.split("\r\n");
    assert_eq!(lines.next(), Some("GET /keys?set=1 HTTP/1.1"));
    let fields: Vec<_> = lines.map(str::to_ascii_lowercase).collect();
    for wanted in [&*format!("host: {HOST}:{port}"), "accept-encoding: identity"] {
        assert!(fields.iter().any(|field| field == wanted), "{request}");
    }
    assert!(!fields.iter().any(|field| field.starts_with("authorization")), "{request}");
}

#[test]
fn an_address_in_the_url_is_asked_for_by_its_certificate() {
    let folder = Folder::new();
    let (port, _) = serve(TRUSTED.server("127.0.0.1", 2060), |_, peer| {
        peer.send(good(ONE_KEY).as_bytes());
    });
    let url = Url::parse(&format!("https://127.0.0.1:{port}/")).unwrap();
    assert_eq!(folder.fetcher().fetch(&url).unwrap(), ONE_KEY.as_bytes());
}

#[test]
fn tls_12_is_spoken_where_a_server_knows_no_better() {
    let folder = Folder::new();
    let mut config = TRUSTED.server(HOST, 2060);
    // What the certificate is shown with stays; only the versions change.
    let resolver = Arc::clone(&Arc::get_mut(&mut config).unwrap().cert_resolver);
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let old = rustls::ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS12])
        .unwrap()
        .with_no_client_auth()
        .with_cert_resolver(resolver);
    let (port, _) = serve(Arc::new(old), |_, peer| {
        peer.send(good(ONE_KEY).as_bytes());
    });
    assert_eq!(folder.fetcher().fetch(&url(port)).unwrap(), ONE_KEY.as_bytes());
}

#[test]
fn only_http_1_is_offered() {
    let folder = Folder::new();
    for (protocols, chosen) in
        [(&[&b"h2"[..], b"http/1.1"][..], true), (&[b"h2"], false), (&[b"h3", b"h2"], false)]
    {
        let mut config = TRUSTED.server(HOST, 2060);
        Arc::get_mut(&mut config).unwrap().alpn_protocols =
            protocols.iter().map(|protocol| protocol.to_vec()).collect();
        let (port, _) = serve(config, |_, peer| {
            peer.send(good(ONE_KEY).as_bytes());
        });
        let fetched = folder.fetcher().fetch(&url(port));
        assert_eq!(fetched.is_ok(), chosen, "{fetched:?}");
        assert!(chosen || matches!(fetched, Err(FetchFault::Tls(_))), "{fetched:?}");
    }
}

#[test]
fn certificates_are_verified() {
    let folder = Folder::new();
    let stranger = Authority::new("stranger");
    // The same name as the one that is trusted, but another key.
    let impostor = Authority::new("trusted");
    for (config, words) in [
        (stranger.server(HOST, 2060), "no root certificate vouches for it"),
        (impostor.server(HOST, 2060), ""),
        (TRUSTED.server(HOST, 2021), "expired"),
        (TRUSTED.server("other.test", 2060), "not valid for"),
        (TRUSTED.server("127.0.0.1", 2060), "not valid for"),
    ] {
        let (port, requests) = serve(config, |_, peer| {
            peer.send(good(ONE_KEY).as_bytes());
        });
        let fault = folder.fetcher().fetch(&url(port)).unwrap_err();
        assert!(matches!(fault, FetchFault::Certificate(_)), "{fault:?}");
        assert_eq!(fault.blame(), Blame::Issuer);
        let said = fault.to_string();
        assert!(said.contains(words) && said.contains("tried again"), "{said}");
        assert!(requests.try_recv().is_err(), "nothing was asked of a host that is not it");
    }
}

#[test]
fn without_roots_nothing_begins_and_nothing_is_fetched() {
    let folder = Folder::new();
    let with = |roots| Fetcher::new(FetchSettings { roots, ..folder.settings() }).err();
    let file = |name: &str, text: &str| {
        let path = folder.0.join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let absent = folder.0.join("absent.pem");
    let Some(RootsFault::Unreadable(path, _)) = with(Roots::File(absent.clone())) else { panic!() };
    assert_eq!(path, absent);
    let empty = file("empty.pem", "");
    assert_eq!(with(Roots::File(empty.clone())), Some(RootsFault::Empty(empty)));
    let key = file("key.pem", &rcgen::KeyPair::generate().unwrap().serialize_pem());
    assert_eq!(with(Roots::File(key.clone())), Some(RootsFault::Empty(key)));
    let bad = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let bad = file("bad.pem", &format!("{}{bad}", TRUSTED.pem));
    assert_eq!(with(Roots::File(bad.clone())), Some(RootsFault::BadCertificate(bad, 2)));

    // They are read at every fetch: gone, nothing is trusted; renewed, the new ones are.
    let (port, fetcher) = (answering(good(ONE_KEY)), folder.fetcher());
    let roots = file("roots.pem", "");
    let fault = fetcher.fetch(&url(port)).unwrap_err();
    assert_eq!(fault, FetchFault::Roots(RootsFault::Empty(roots.clone())));
    assert_eq!(fault.blame(), Blame::Operator);
    std::fs::write(&roots, &TRUSTED.pem).unwrap();
    assert!(fetcher.fetch(&url(port)).is_ok());
    std::fs::write(&roots, &Authority::new("other").pem).unwrap();
    assert!(matches!(fetcher.fetch(&url(port)), Err(FetchFault::Certificate(_))));
}

#[test]
fn a_name_at_an_address_that_is_not_public_is_refused_before_it_is_asked() {
    let folder = Folder::new();
    let (port, _) = serve(TRUSTED.server(HOST, 2060), |_, peer| {
        peer.send(good(ONE_KEY).as_bytes());
    });
    let closed = FetchSettings { allowed: Vec::new(), ..folder.settings() };
    for addresses in [
        &["127.0.0.1"][..],
        &["169.254.169.254"],
        &["10.0.0.1"],
        &["::ffff:127.0.0.1"],
        &["::1"],
        &["fd00:ec2::254"],
        &["64:ff9b::7f00:1"],
        // One that is public does not make the others so, in whatever order they come.
        &["1.1.1.1", "127.0.0.1"],
        &["127.0.0.1", "1.1.1.1"],
    ] {
        let fetcher = Fetcher::new(closed.clone()).unwrap().with(at(addresses), PATIENCE);
        let fault = fetcher.fetch(&url(port)).unwrap_err();
        let FetchFault::Refused(address) = fault else { panic!("{addresses:?}: {fault:?}") };
        assert!(addresses.contains(&&*address.to_string()));
        assert_eq!(fault.blame(), Blame::Intent);
    }
    for host in ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "169.254.169.254", "0.0.0.0"] {
        let url = Url::parse(&format!("https://{host}:{port}/")).unwrap();
        let fault = Fetcher::new(closed.clone()).unwrap().fetch(&url).unwrap_err();
        assert!(matches!(fault, FetchFault::Refused(_)), "{host}: {fault:?}");
    }
    // What an operator allows is that network and no other.
    let fetcher = folder.fetcher().with(at(&["127.0.0.1", "10.0.0.1"]), PATIENCE);
    assert!(matches!(fetcher.fetch(&url(port)), Err(FetchFault::Refused(_))));
}

#[test]
fn a_name_is_looked_up_once_for_a_fetch_so_a_second_answer_changes_nothing() {
    let folder = Folder::new();
    let port = answering(good(ONE_KEY));
    let (sender, lookups) = channel();
    let rebinding: Arc<crate::resolve::Lookup> = Arc::new(move |name| {
        sender.send(name.to_owned()).unwrap();
        Ok(vec![Ipv4Addr::LOCALHOST.into()])
    });
    let fetcher = folder.fetcher().with(rebinding, PATIENCE);
    fetcher.fetch(&url(port)).unwrap();
    drop(fetcher);
    assert_eq!(lookups.iter().collect::<Vec<_>>(), [HOST]);
}

#[test]
fn names_that_are_not_resolved() {
    let folder = Folder::new();
    let nowhere = folder.fetcher().with(at(&[]), PATIENCE).fetch(&url(1)).unwrap_err();
    assert!(matches!(nowhere, FetchFault::Lookup(_)), "{nowhere:?}");
    let failing: Arc<crate::resolve::Lookup> =
        Arc::new(|_| Err(std::io::Error::other("no server")));
    let fault = folder.fetcher().with(failing, PATIENCE).fetch(&url(1)).unwrap_err();
    assert_eq!(fault, FetchFault::Lookup("no server".to_owned()));
    assert_eq!(fault.blame(), Blame::Network);
}

#[test]
fn look_ups_that_do_not_come_back_are_left_behind_and_counted() {
    let folder = Folder::new();
    let (release, held) = channel::<()>();
    let held = std::sync::Mutex::new(held);
    let stuck: Arc<crate::resolve::Lookup> = Arc::new(move |_| {
        // Until the test lets go of the other end.
        let _ = held.lock().unwrap().recv();
        Ok(Vec::new())
    });
    let fetcher = folder.fetcher().with(stuck, Duration::from_millis(20));
    let faults: Vec<_> = (0..10).map(|_| fetcher.fetch(&url(1)).unwrap_err()).collect();
    assert!(faults[..8].iter().all(|fault| *fault == FetchFault::TimedOut), "{faults:?}");
    assert!(faults[8..].iter().all(|fault| matches!(fault, FetchFault::Lookup(_))), "{faults:?}");
    drop(release);
}

#[test]
fn the_next_address_is_tried_where_one_does_not_answer() {
    let folder = Folder::new();
    let port = answering(good(ONE_KEY));
    // Nothing listens there: the server is bound to 127.0.0.1 only.
    let fetcher = folder.fetcher().with(at(&["127.0.0.9", "127.0.0.1"]), PATIENCE);
    assert!(fetcher.fetch(&url(port)).is_ok());
    let fetcher = folder.fetcher().with(at(&["127.0.0.9"]), PATIENCE);
    assert!(matches!(fetcher.fetch(&url(port)), Err(FetchFault::Unreachable(_))));
}

#[test]
fn a_port_that_speaks_no_tls_is_told_from_one_that_does() {
    let folder = Folder::new();
    let port = listen(|_, mut stream| {
        let _ = stream.write_all(good(ONE_KEY).as_bytes());
        let _ = stream.read(&mut [0; 512]);
    });
    let fault = folder.fetcher().fetch(&url(port)).unwrap_err();
    assert!(matches!(fault, FetchFault::Tls(_)), "{fault:?}");
    let port = listen(|_, stream| drop(stream));
    let fault = folder.fetcher().fetch(&url(port)).unwrap_err();
    assert!(matches!(fault, FetchFault::BrokeOff | FetchFault::Unreachable(_)), "{fault:?}");
}
