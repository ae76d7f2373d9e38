use std::io::{self, Write as _};
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use meshc_decide::Network;
use meshc_http1::{Body, ExtraField, Field, RequestLine, write_request_head};
use rustls::client::Resumption;
use rustls::crypto::aws_lc_rs;
use rustls::{ClientConfig, ClientConnection, StreamOwned};
use rustls_pki_types::{DnsName, ServerName};

use crate::Url;
use crate::address::Reach;
use crate::answer::Answer;
use crate::fault::FetchFault;
use crate::resolve::Resolver;
use crate::roots::{Roots, RootsFault};

/// What an operator says about fetching.
#[derive(Clone, Debug)]
pub struct FetchSettings {
    /// Whose certificates issuers are known by.
    pub roots: Roots,
    /// Networks that are not public and may be fetched from all the same.
    pub allowed: Vec<Network>,
    /// The folder where the last good key sets are kept; made where it is not there.
    pub folder: PathBuf,
}

/// Fetches documents over https.
#[derive(Debug)]
pub struct Fetcher {
    roots: Roots,
    reach: Reach,
    folder: PathBuf,
    resolver: Resolver,
    /// The whole time of one fetch.
    limit: Duration,
}

/// The whole time of one fetch: look-up, connection, handshake and answer.
const LIMIT: Duration = Duration::from_secs(10);

impl Fetcher {
    /// A fetcher; the roots are read once to see that there are some, and again at every fetch, so
    /// that a renewed file is heeded.
    ///
    /// # Errors
    /// There are no roots.
    pub fn new(settings: FetchSettings) -> Result<Self, RootsFault> {
        settings.roots.read()?;
        let FetchSettings { roots, allowed, folder } = settings;
        let (reach, resolver) = (Reach::new(allowed), Resolver::system());
        Ok(Self { roots, reach, folder, resolver, limit: LIMIT })
    }

    #[cfg(test)]
    pub(crate) fn with(mut self, lookup: Arc<crate::resolve::Lookup>, limit: Duration) -> Self {
        (self.resolver, self.limit) = (Resolver::new(lookup), limit);
        self
    }

    pub(crate) fn folder(&self) -> &std::path::Path {
        &self.folder
    }

    /// The document at a URL; at most `KeySet::MAX_BYTES`. Blocks for at most 10 s.
    ///
    /// # Errors
    /// Why there is none; trying again may help.
    pub fn fetch(&self, url: &Url) -> Result<Vec<u8>, FetchFault> {
        let now = Instant::now();
        let deadline = now.checked_add(self.limit).unwrap_or(now);
        let session = self.session(url)?;
        let addresses = self.addresses(url, deadline)?;
        let stream = connect(&addresses, url.port(), deadline)?;
        let stream = crate::stream::Deadline::new(stream, deadline);
        let mut stream = StreamOwned::new(session, stream);
        let request = request(url).ok_or(FetchFault::Answer("the URL cannot be asked for"))?;
        let sent = stream.write_all(&request).and_then(|()| stream.flush());
        sent.map_err(|error| FetchFault::from_io(&error))?;
        Answer::new(stream).body()
    }

    fn session(&self, url: &Url) -> Result<ClientConnection, FetchFault> {
        let roots = self.roots.read().map_err(FetchFault::Roots)?;
        let tls = |error: rustls::Error| FetchFault::Tls(error.to_string());
        let provider = Arc::new(aws_lc_rs::default_provider());
        let config = ClientConfig::builder_with_provider(provider);
        let config = config.with_safe_default_protocol_versions().map_err(tls)?;
        let mut config = config.with_root_certificates(roots).with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        config.resumption = Resumption::disabled();
        let name = server_name(url).ok_or(FetchFault::Answer("the host has no name"))?;
        ClientConnection::new(Arc::new(config), name).map_err(tls)
    }

    /// The addresses of the host, every one of them admitted: a name that leads to one public
    /// address and one private is not half right. Connections are made to these and the name is
    /// not looked up again, so no later answer of its resolver matters.
    fn addresses(&self, url: &Url, deadline: Instant) -> Result<Vec<IpAddr>, FetchFault> {
        let addresses = match url.address() {
            Some(address) => vec![address],
            None => self.resolver.addresses(url.host(), deadline)?,
        };
        match addresses.iter().find(|&&address| !self.reach.admits(address)) {
            Some(&refused) => Err(FetchFault::Refused(refused)),
            None => Ok(addresses),
        }
    }
}

/// A connection to the first address that answers; each gets its share of the time left.
fn connect(addresses: &[IpAddr], port: u16, deadline: Instant) -> Result<TcpStream, FetchFault> {
    let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
    for (place, &address) in addresses.iter().enumerate() {
        let left = deadline.saturating_duration_since(Instant::now());
        let shares = u32::try_from(addresses.len().saturating_sub(place)).unwrap_or(1);
        let share = left.checked_div(shares).unwrap_or(left);
        if share.is_zero() {
            return Err(FetchFault::TimedOut);
        }
        match TcpStream::connect_timeout(&SocketAddr::new(address, port), share) {
            Ok(stream) => return Ok(stream),
            Err(error) => last = error,
        }
    }
    Err(FetchFault::from_io(&last))
}

/// A request that asks for the document as it is: no coding of the content is offered.
/// The name that the server's certificate must bear.
fn server_name(url: &Url) -> Option<ServerName<'static>> {
    match url.address() {
        Some(address) => Some(ServerName::from(address)),
        None => Some(ServerName::DnsName(DnsName::try_from(url.host()).ok()?.to_owned())),
    }
}

fn request(url: &Url) -> Option<Vec<u8>> {
    let target = url.target();
    let line = RequestLine::new(b"GET", target.as_bytes(), url.authority().as_bytes())?;
    let extra = [
        ExtraField::new(b"accept", b"application/json, application/jwk-set+json")?,
        ExtraField::new(b"accept-encoding", b"identity")?,
        ExtraField::new(b"user-agent", b"meshc-proxy")?,
        ExtraField::new(b"connection", b"close")?,
    ];
    let mut out = Vec::new();
    write_request_head(&mut out, &line, std::iter::empty::<Field<'_>>(), Body::None, &extra);
    Some(out)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// A URL that is taken can be asked for, and asks its own host for its own target only.
        #[test]
        fn every_url_makes_one_request(rest in "[a-zA-Z0-9@:/?#%._\\[\\]\\\\ \r\n\u{e9}-]{0,24}") {
            if let Ok(url) = Url::parse(&format!("https://{rest}")) {
                prop_assert!(server_name(&url).is_some());
                let request = String::from_utf8(request(&url).unwrap()).unwrap();
                let wanted = format!("GET {} HTTP/1.1\r\nhost: {}\r\n", url.target(), url.authority());
                prop_assert!(request.to_ascii_lowercase().starts_with(&wanted.to_ascii_lowercase()));
                prop_assert_eq!(request.matches("\r\n\r\n").count(), 1);
            }
        }
    }
}
