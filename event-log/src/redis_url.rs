//! The URL of a Redis, checked before anything connects to it, and never printed with its secrets.

use std::fmt;
use std::str::FromStr;

use redis::{Client, ErrorKind, IntoConnectionInfo, RedisError, ServerErrorKind};
use rustls::pki_types::ServerName;
use url::{ParseError, Url};

/// Stands for the user name and the password in what is printed.
const HIDDEN: &str = "***";
/// Schemes of a Redis that is reached over TCP.
const TCP_SCHEMES: [&str; 2] = ["redis", "valkey"];
/// Schemes of a Redis that is reached over TLS.
const TLS_SCHEMES: [&str; 2] = ["rediss", "valkeys"];
/// Schemes of a Redis that is reached over a Unix socket.
const UNIX_SCHEMES: [&str; 3] = ["unix", "redis+unix", "valkey+unix"];
/// The fragment that turns off the check of the certificate.
const INSECURE: &str = "insecure";
/// Error codes of Redis whose messages are fixed texts: they repeat nothing that was sent.
const FIXED_MESSAGES: [&str; 8] =
    ["CLUSTERDOWN", "LOADING", "MASTERDOWN", "MISCONF", "NOAUTH", "NOREPLICAS", "OOM", "READONLY"];

/// The URL of a Redis: `redis://[USER[:PASSWORD]@]HOST[:PORT][/DATABASE]`, `rediss://…` for TLS, or
/// `redis+unix:///PATH[?db=…&user=…&pass=…]` for a Unix socket.
///
/// With TLS, the certificate of Redis must be signed by an authority that the system trusts, or by
/// one in the file that the variable `SSL_CERT_FILE` names. `rediss://…/#insecure` accepts every
/// certificate.
///
/// [`Display`](fmt::Display) and [`Debug`] show where the Redis is. They hide the user name, the
/// password and the parameters.
#[derive(Clone)]
pub struct RedisUrl {
    client: Box<Client>,
    shown: String,
}

/// A text that is not the URL of a Redis.
///
/// The message repeats no part of the text. A password may be anywhere in it: in
/// `redis://ada:secret`, where the host is missing, it is in the place of the port.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{reason}; write it like redis://127.0.0.1:6379 or rediss://USER:PASSWORD@HOST:PORT/DATABASE, \
     with %40 for @, %2F for / and so on in the password"
)]
pub struct InvalidRedisUrl {
    reason: String,
}

impl RedisUrl {
    /// Returns a client that connects to this Redis. It has not connected yet.
    pub fn client(&self) -> Client {
        // The `redis` crate uses the default of the process. If there is one already, it stays.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Client::clone(&self.client)
    }

    /// Describes a failure of a connection to this Redis, for people. The description contains no
    /// part of the URL.
    ///
    /// Redis repeats a user name or a command with its arguments in some of its messages. If this
    /// URL has a user name or a password, such a message is reduced to its code.
    pub fn explain(&self, error: &RedisError) -> String {
        if error.kind() == ErrorKind::AuthenticationFailed {
            return "Redis does not accept the user name or the password".to_owned();
        }
        if error.kind() == ErrorKind::Server(ServerErrorKind::NoPerm) {
            return "the user has no permission to run a command that we need, or to use our keys (NOPERM)"
                .to_owned();
        }
        let text = error.to_string();
        if let Some(reason) = text.strip_prefix("invalid peer certificate: ") {
            return format!(
                "the certificate of Redis is not trusted: {reason}; SSL_CERT_FILE can name a file \
                 with the certificates to trust"
            );
        }
        if text.starts_with("received corrupt message") {
            return "Redis does not answer with TLS on this port".to_owned();
        }
        let settings = self.client.get_connection_info().redis_settings();
        let has_secrets = settings.username().is_some() || settings.password().is_some();
        let code = error.code().unwrap_or_default();
        if !has_secrets || FIXED_MESSAGES.contains(&code) {
            return text;
        }
        if error.clone().into_server_errors().is_some() {
            return format!("Redis answers {code}");
        }
        match error.kind() {
            ErrorKind::Parse => "the answer of Redis makes no sense".to_owned(),
            // If Redis has given a detail, it follows a fixed text.
            _ if error.detail().is_some() => {
                text.split(" - ").next().unwrap_or_default().to_owned()
            }
            _ => text,
        }
    }
}

impl FromStr for RedisUrl {
    type Err = InvalidRedisUrl;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let url = Url::parse(text).map_err(|error| match error {
            ParseError::RelativeUrlWithoutBase => unknown_scheme(),
            // These messages are fixed texts.
            error => InvalidRedisUrl::new(&error.to_string()),
        })?;
        let shown = if UNIX_SCHEMES.contains(&url.scheme()) {
            check_unix(&url)?;
            format!("{}:{}", url.scheme(), url.path())
        } else {
            check_network(&url)?;
            shown(&url)
        };
        let info = url.into_connection_info().map_err(|error| {
            // The rest of the message is the name of an error code, and perhaps a part of the URL.
            let message = error.to_string();
            InvalidRedisUrl::new(message.split(" - ").next().unwrap_or_default())
        })?;
        if info.redis_settings().db() < 0 {
            return Err(InvalidRedisUrl::new("the number of the database is negative"));
        }
        let client = Client::open(info).map_err(|_| unknown_scheme())?;
        Ok(Self { client: Box::new(client), shown })
    }
}

/// Checks what the `redis` crate would ignore, or find out only when it connects.
fn check_network(url: &Url) -> Result<(), InvalidRedisUrl> {
    let is_tls = TLS_SCHEMES.contains(&url.scheme());
    if !is_tls && !TCP_SCHEMES.contains(&url.scheme()) {
        return Err(unknown_scheme());
    }
    let Some(host) = url.host_str().filter(|host| !host.is_empty()) else {
        return Err(InvalidRedisUrl::new("the host is missing"));
    };
    let name = host.trim_start_matches('[').trim_end_matches(']');
    if is_tls && ServerName::try_from(name).is_err() {
        return Err(InvalidRedisUrl::new("a certificate cannot be for this host"));
    }
    if url.fragment().is_some_and(|fragment| !is_tls || fragment != INSECURE) {
        return Err(InvalidRedisUrl::new("the part after the # is not known"));
    }
    check_parameters(url, &["protocol"])
}

fn check_unix(url: &Url) -> Result<(), InvalidRedisUrl> {
    if url.fragment().is_some() {
        return Err(InvalidRedisUrl::new("the part after the # is not known"));
    }
    check_parameters(url, &["db", "user", "pass", "protocol"])
}

/// Checks that there are only these parameters. The `redis` crate ignores others. So a password
/// with a wrong name would not be used, and part of a password with a `?` would be shown as a host.
fn check_parameters(url: &Url, known: &[&str]) -> Result<(), InvalidRedisUrl> {
    if url.query_pairs().all(|(name, _)| known.contains(&&*name)) {
        return Ok(());
    }
    let reason = format!("after the ?, only these parameters are known: {}", known.join(", "));
    Err(InvalidRedisUrl::new(&reason))
}

fn unknown_scheme() -> InvalidRedisUrl {
    InvalidRedisUrl::new("it does not start with redis://, rediss:// or redis+unix://")
}

/// Shows the URL of a Redis on the network without what may be secret.
fn shown(url: &Url) -> String {
    let has_user = !url.username().is_empty() || url.password().is_some();
    let user = if has_user { format!("{HIDDEN}@") } else { String::new() };
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let database = url.path().trim_end_matches('/');
    let fragment = url.fragment().map(|fragment| format!("/#{fragment}")).unwrap_or_default();
    let host = url.host_str().unwrap_or_default();
    format!("{}://{user}{host}{port}{database}{fragment}", url.scheme())
}

impl InvalidRedisUrl {
    fn new(reason: &str) -> Self {
        Self { reason: reason.to_owned() }
    }
}

impl fmt::Display for RedisUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.shown)
    }
}

impl fmt::Debug for RedisUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "RedisUrl({})", self.shown)
    }
}
