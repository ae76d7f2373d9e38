//! The test bed: an authority, issuers' servers on loopback, folders that go away.

use std::io::{Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use meshc_decide::Network;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair,
    date_time_ymd,
};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use rustls_pki_types::PrivateKeyDer;

use crate::{FetchSettings, Fetcher, Roots, Url};

/// The key of RFC 8037, appendix A.2.
pub(crate) const ONE_KEY: &str = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"a",
    "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;
/// That, the key of RFC 7517, appendix A.1, and one of a kind that is not taken.
pub(crate) const TWO_KEYS: &str = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"a",
    "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
    {"kty":"EC","crv":"P-256","kid":"b","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
    "y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"},
    {"kty":"EC","crv":"secp256k1","kid":"c","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
    "y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}]}"#;
/// The key of RFC 8037 with its private half.
pub(crate) const PRIVATE_KEY: &str = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"a",
    "d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
    "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;

/// The name that the servers' certificates bear.
pub(crate) const HOST: &str = "issuer.test";

/// What a test waits for at most before it fails; never what it waits for to pass.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A certificate authority.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pub(crate) pem: String,
}

/// The authority that everybody trusts.
pub(crate) static TRUSTED: LazyLock<Authority> = LazyLock::new(|| Authority::new("trusted"));

impl Authority {
    pub(crate) fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        Self { issuer: Issuer::new(params, key), pem }
    }

    /// What a server of that name shows until the first day of a year.
    pub(crate) fn server(&self, name: &str, until: i32) -> Arc<ServerConfig> {
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(until, 1, 1);
        let key = KeyPair::generate().unwrap();
        let leaf = params.signed_by(&key, &self.issuer).unwrap();
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider);
        let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
        Arc::new(config.with_single_cert(vec![leaf.der().clone()], key).unwrap())
    }
}

/// A connection of a client, in TLS.
pub(crate) struct Peer(pub(crate) StreamOwned<ServerConnection, TcpStream>);

impl Peer {
    /// The head of the request; nothing when the client left.
    pub(crate) fn request(&mut self) -> Option<String> {
        let (mut head, mut piece) = (Vec::new(), [0; 1024]);
        while !head.ends_with(b"\r\n\r\n") {
            match self.0.read(&mut piece) {
                Ok(count @ 1..) => head.extend_from_slice(&piece[..count]),
                _ => return None,
            }
        }
        String::from_utf8(head).ok()
    }

    /// Sends bytes; false when the client left.
    pub(crate) fn send(&mut self, bytes: &[u8]) -> bool {
        self.0.write_all(bytes).and_then(|()| self.0.flush()).is_ok()
    }

    /// Ends the connection as TLS has it.
    pub(crate) fn end(&mut self) {
        self.0.conn.send_close_notify();
        let _ = self.0.flush();
    }

    /// Until the client leaves.
    pub(crate) fn wait(&mut self) {
        while matches!(self.0.read(&mut [0; 64]), Ok(1..)) {}
    }
}

/// Serves connections one after the other, with their number from 0; gives the port. Every request
/// is sent to the receiver before it is answered.
pub(crate) fn serve(
    config: Arc<ServerConfig>,
    answer: impl Fn(usize, &mut Peer) + Send + 'static,
) -> (u16, Receiver<String>) {
    let (sender, receiver) = channel();
    let port = listen(move |number, stream| {
        let session = ServerConnection::new(Arc::clone(&config)).unwrap();
        let mut peer = Peer(StreamOwned::new(session, stream));
        hear(&mut peer, &sender, |peer| answer(number, peer));
    });
    (port, receiver)
}

fn hear(peer: &mut Peer, sender: &Sender<String>, answer: impl FnOnce(&mut Peer)) {
    if let Some(request) = peer.request() {
        // The test may have seen enough.
        let _ = sender.send(request);
        answer(peer);
    }
}

/// Takes connections one after the other on a port of loopback.
pub(crate) fn listen(each: impl Fn(usize, TcpStream) + Send + 'static) -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for (number, stream) in listener.incoming().enumerate() {
            each(number, stream.unwrap());
        }
    });
    port
}

/// A server of [`HOST`] whose every answer is these bytes.
pub(crate) fn answering(bytes: impl Into<Vec<u8>>) -> u16 {
    let bytes = bytes.into();
    let config = TRUSTED.server(HOST, 2060);
    let (port, _) = serve(config, move |_, peer| {
        peer.send(&bytes);
        peer.end();
    });
    port
}

/// A whole answer around a document.
pub(crate) fn good(document: &str) -> String {
    format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{document}", document.len())
}

pub(crate) fn url(port: u16) -> Url {
    Url::parse(&format!("https://{HOST}:{port}/keys?set=1")).unwrap()
}

/// A folder that goes away with this.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("meshc-keys-{}-{count}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// Settings that trust [`TRUSTED`] and allow loopback.
    pub(crate) fn settings(&self) -> FetchSettings {
        let roots = self.0.join("roots.pem");
        std::fs::write(&roots, &TRUSTED.pem).unwrap();
        FetchSettings {
            roots: Roots::File(roots),
            allowed: vec![Network::parse("127.0.0.0/8").unwrap()],
            folder: self.0.join("keys"),
        }
    }

    /// A fetcher for which every name is at loopback.
    pub(crate) fn fetcher(&self) -> Fetcher {
        Fetcher::new(self.settings()).unwrap().with(at(&["127.0.0.1"]), PATIENCE)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A look-up that gives these addresses for every name.
pub(crate) fn at(addresses: &[&str]) -> Arc<crate::resolve::Lookup> {
    let found: Vec<IpAddr> = addresses.iter().map(|text| text.parse().unwrap()).collect();
    Arc::new(move |_| Ok(found.clone()))
}
