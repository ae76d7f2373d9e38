//! The command line.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use meshc_decide::Network;

/// What the process was asked to do.
#[derive(Clone, Debug)]
pub struct Arguments {
    /// State folder.
    pub state: PathBuf,
    /// `namespace/name`.
    pub workload: String,
    /// Where inbound listeners bind.
    pub address: IpAddr,
    /// Where the application listens.
    pub app: IpAddr,
    /// The application's way out; absent for a gateway.
    pub outbound: Option<SocketAddr>,
    /// Where operators ask.
    pub admin: SocketAddr,
    /// Where probes are answered.
    pub probes: Option<SocketAddr>,
    /// Name of this instance.
    pub instance: String,
    /// Ports that are others than the slice says.
    pub ports: PortMap,
    /// Threads that carry data, at least 1.
    pub threads: usize,
    /// Seconds from SIGTERM to the end.
    pub grace: u64,
    /// Certificates of public listeners.
    pub secrets: Option<PathBuf>,
    /// Answers name the snapshot that decided them.
    pub expose_snapshot: bool,
    /// Access log; absent: standard output.
    pub log: Option<PathBuf>,
    /// Every request is logged, not one in a hundred.
    pub log_all: bool,
    /// Public keys that sign snapshots.
    pub snapshot_keys: Option<PathBuf>,
    /// Roots that issuers of tokens are verified against when their keys are fetched; absent: those
    /// of the system.
    pub key_roots: Option<PathBuf>,
    /// Networks beside the public ones that keys may be fetched from.
    pub key_networks: Vec<Network>,
    /// The controller; absent with `--offline`.
    pub controller: Option<Controller>,
}

/// How to reach the controller.
#[derive(Clone, Debug)]
pub struct Controller {
    /// `host:port`.
    pub address: String,
    /// Roots in PEM.
    pub trust_bundle: PathBuf,
    /// Where the join token is; needed once.
    pub join_token: Option<PathBuf>,
}

/// Ports of this machine that stand for ports of the slice.
#[derive(Clone, Debug, Default)]
pub struct PortMap {
    own: HashMap<u16, u16>,
    others: HashMap<(String, u16), u16>,
}

/// A command line that cannot be followed; its text is one line.
#[derive(Debug, Eq, PartialEq)]
pub struct Misuse(String);

/// What `--help` prints.
pub const HELP: &str = "\
usage: meshc-proxy --state DIR --workload NS/NAME --admin IP:PORT [options]

  --state DIR              state: the current snapshot, the identity
  --workload NS/NAME       the workload this proxy serves
  --address IP             where inbound listeners bind (0.0.0.0)
  --app IP                 where the application listens (the address; 127.0.0.1 for 0.0.0.0)
  --outbound IP:PORT       plain HTTP for the application; TCP destinations listen on the same IP
  --admin IP:PORT          /ready /live /snapshot /metrics /denials /keys
  --probes IP:PORT         where the workload's probes are answered, without identity
  --instance NAME          name of this instance (the workload)
  --set-port [NS/NAME:]OLD=NEW   use port NEW where the slice says OLD; may be repeated
  --threads N              threads that carry data (one a core)
  --grace SECONDS          from SIGTERM to the end (10)
  --secrets DIR            certificates of public listeners: NAME.crt and NAME.key
  --expose-snapshot        answers carry x-meshc-snapshot
  --log FILE|-             access log (standard output)
  --log-all                log every request, not one in a hundred
  --snapshot-key FILE      Ed25519 public keys that sign snapshots, PEM or hexadecimal
  --key-roots FILE         roots in PEM for fetching token issuers' keys (the system's)
  --key-network CIDR       keys may be fetched from this private network too; may be repeated
with a controller:
  --controller HOST:PORT --trust-bundle FILE [--join-token-file FILE]
without:
  --offline                enforce what DIR/current and DIR/identity hold
and: --help, --version
";

impl Arguments {
    /// Reads a command line without the program's name; nothing when help was asked for.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(words: impl Iterator<Item = OsString>) -> Result<Option<Self>, Misuse> {
        let mut given = Given::default();
        let mut words = words.map(|word| {
            word.into_string().map_err(|_| Misuse("an argument is not UTF-8".to_owned()))
        });
        while let Some(word) = words.next() {
            let word = word?;
            if word == "--help" || word == "-h" {
                return Ok(None);
            }
            let (name, inline) = match word.split_once('=') {
                Some((name, value)) if name.starts_with("--") => (name, Some(value.to_owned())),
                _ => (word.as_str(), None),
            };
            if FLAGS.contains(&name) {
                given.flags.push(name.to_owned());
                continue;
            }
            if !VALUES.contains(&name) {
                return Err(Misuse(format!("unknown argument `{name}`; see --help")));
            }
            let missing = || Misuse(format!("`{name}` needs a value"));
            let value = match inline {
                Some(value) => value,
                None => words.next().ok_or_else(missing)??,
            };
            if name == "--set-port" {
                given.ports.add(&value)?;
            } else if name == "--key-network" {
                let wrong = |why| Misuse(format!("`--key-network {value}`: {why}"));
                given.networks.push(Network::parse(&value).map_err(wrong)?);
            } else if given.values.insert(name.to_owned(), value).is_some() {
                return Err(Misuse(format!("`{name}` is given twice")));
            }
        }
        given.finish().map(Some)
    }
}

#[derive(Default)]
struct Given {
    values: HashMap<String, String>,
    flags: Vec<String>,
    ports: PortMap,
    networks: Vec<Network>,
}

const FLAGS: [&str; 3] = ["--offline", "--expose-snapshot", "--log-all"];
const VALUES: [&str; 19] = [
    "--state",
    "--workload",
    "--address",
    "--app",
    "--outbound",
    "--admin",
    "--probes",
    "--instance",
    "--set-port",
    "--threads",
    "--grace",
    "--secrets",
    "--log",
    "--snapshot-key",
    "--key-roots",
    "--key-network",
    "--controller",
    "--trust-bundle",
    "--join-token-file",
];

impl Given {
    fn finish(mut self) -> Result<Arguments, Misuse> {
        let workload = self.needed("--workload")?;
        if workload.split('/').filter(|part| !part.is_empty()).count() != 2 {
            return Err(Misuse(format!("`--workload {workload}` is not NAMESPACE/NAME")));
        }
        let address = self.parsed("--address", "an IP address")?;
        let address = address.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
        let local =
            if address.is_unspecified() { IpAddr::V4(Ipv4Addr::LOCALHOST) } else { address };
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let controller = self.controller()?;
        Ok(Arguments {
            state: self.needed("--state")?.into(),
            address,
            app: self.parsed("--app", "an IP address")?.unwrap_or(local),
            outbound: self.parsed("--outbound", "IP:PORT")?,
            admin: self
                .parsed("--admin", "IP:PORT")?
                .ok_or_else(|| Misuse("`--admin IP:PORT` is missing".to_owned()))?,
            probes: self.parsed("--probes", "IP:PORT")?,
            instance: self.taken("--instance").unwrap_or_else(|| workload.replace('/', ".")),
            threads: self.parsed("--threads", "a number")?.unwrap_or(cores).clamp(1, 256),
            grace: self.parsed("--grace", "a number of seconds")?.unwrap_or(10),
            secrets: self.taken("--secrets").map(PathBuf::from),
            expose_snapshot: self.has("--expose-snapshot"),
            log: self.taken("--log").filter(|name| name != "-").map(PathBuf::from),
            log_all: self.has("--log-all"),
            snapshot_keys: self.taken("--snapshot-key").map(PathBuf::from),
            key_roots: self.taken("--key-roots").map(PathBuf::from),
            key_networks: self.networks,
            ports: self.ports,
            workload,
            controller,
        })
    }

    fn controller(&mut self) -> Result<Option<Controller>, Misuse> {
        let bundle = self.taken("--trust-bundle");
        let join_token = self.taken("--join-token-file").map(PathBuf::from);
        match (self.taken("--controller"), self.has("--offline")) {
            (Some(_), true) => {
                Err(Misuse("`--controller` and `--offline` exclude each other".to_owned()))
            }
            (None, false) => Err(Misuse("say `--controller HOST:PORT` or `--offline`".to_owned())),
            (None, true) => Ok(None),
            (Some(address), false) => {
                if !self.values.contains_key("--snapshot-key") {
                    return Err(Misuse("`--controller` needs `--snapshot-key FILE`".to_owned()));
                }
                let missing = || Misuse("`--controller` needs `--trust-bundle FILE`".to_owned());
                let trust_bundle = bundle.ok_or_else(missing)?.into();
                Ok(Some(Controller { address, trust_bundle, join_token }))
            }
        }
    }

    fn has(&self, name: &str) -> bool {
        self.flags.iter().any(|flag| flag == name)
    }

    fn taken(&mut self, name: &str) -> Option<String> {
        self.values.remove(name)
    }

    fn needed(&mut self, name: &str) -> Result<String, Misuse> {
        self.taken(name).ok_or_else(|| Misuse(format!("`{name}` is missing; see --help")))
    }

    fn parsed<T: std::str::FromStr>(
        &mut self,
        name: &str,
        form: &str,
    ) -> Result<Option<T>, Misuse> {
        let Some(value) = self.taken(name) else { return Ok(None) };
        let wrong = |_| Misuse(format!("`{name} {value}` is not {form}"));
        value.parse().map(Some).map_err(wrong)
    }
}

impl PortMap {
    /// The port to bind where our own slice says `port`.
    #[must_use]
    pub fn own(&self, port: u16) -> u16 {
        self.own.get(&port).copied().unwrap_or(port)
    }

    /// The port to connect to where the slice says `port` of `workload`.
    #[must_use]
    pub fn of(&self, workload: &str, port: u16) -> u16 {
        if self.others.is_empty() {
            return port;
        }
        self.others.get(&(workload.to_owned(), port)).copied().unwrap_or(port)
    }

    fn add(&mut self, text: &str) -> Result<(), Misuse> {
        let wrong = || Misuse(format!("`--set-port {text}` is not [NS/NAME:]OLD=NEW"));
        let (old, new) = text.split_once('=').ok_or_else(wrong)?;
        let port = |text: &str| text.parse::<u16>().ok().filter(|port| *port > 0).ok_or_else(wrong);
        let new = port(new)?;
        match old.rsplit_once(':') {
            Some((workload, old)) => {
                self.others.insert((workload.to_owned(), port(old)?), new);
            }
            None => {
                self.own.insert(port(old)?, new);
            }
        }
        Ok(())
    }
}

impl fmt::Display for Misuse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Option<Arguments>, Misuse> {
        Arguments::parse(line.split_whitespace().map(OsString::from))
    }

    #[test]
    fn a_full_line_is_read() {
        let line = "--state s --workload shop/cart --address 127.20.0.3 --admin 127.0.0.1:1 \
                    --offline --set-port 8080=18080 --set-port shop/ads:80=8000 --threads=3 \
                    --key-network 10.0.0.0/8 --key-network fd00::/8";
        let args = parse(line).unwrap().unwrap();
        assert_eq!((args.ports.own(8080), args.ports.own(80)), (18080, 80));
        assert_eq!((args.ports.of("shop/ads", 80), args.ports.of("shop/cart", 80)), (8000, 80));
        assert_eq!((args.threads, args.app), (3, args.address));
        assert_eq!(args.key_networks.len(), 2);
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (line, part) in [
            ("", "`--workload` is missing"),
            ("--wat", "unknown argument `--wat`"),
            ("--state", "`--state` needs a value"),
            ("--workload cart", "not NAMESPACE/NAME"),
            ("--workload a/b --state s --admin 1:1 --offline", "is not IP:PORT"),
            ("--workload a/b --state s --admin 127.0.0.1:1", "--controller HOST:PORT"),
            ("--set-port 1=0", "not [NS/NAME:]OLD=NEW"),
            ("--state a --state b", "given twice"),
            ("--key-network 10.0.0.1/8", "`--key-network 10.0.0.1/8`"),
        ] {
            let misuse = parse(line).unwrap_err().to_string();
            assert!(misuse.contains(part), "{line}: {misuse}");
        }
        assert!(parse("--help").unwrap().is_none());
    }
}
