//! Two processes of the chat with one Redis, and a proxy in front of them.

use std::fs::{read, write};
use std::thread::yield_now;
use std::time::Instant;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use tempfile::TempDir;
use testkit::{PATIENCE, Proxy, Redis, ReverseProxy, Server};
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;

use crate::configuration::{Make, NAMES};
use crate::process::{Remote, process_with};

/// What `deploy/chat@.service` says about the addresses that browsers see.
pub(crate) const ORIGINS: [&str; 4] =
    ["--origin", "https://chat.example.com", "--origin", "https://www.example.com"];

/// Two processes of the chat with one Redis, and a proxy in front of them.
pub(crate) struct Deployment {
    pub(crate) make: Make,
    pub(crate) proxy: ReverseProxy,
    /// The first process, and the way from it to Redis.
    pub(crate) left: Server,
    pub(crate) left_to_redis: Proxy,
    pub(crate) right: Server,
    _redis: Redis,
    /// Whom clients trust.
    pub(crate) authority: CertificateDer<'static>,
    _certificates: TempDir,
}

impl Deployment {
    #[track_caller]
    pub(crate) fn start(make: Make) -> Self {
        Self::start_with(make, &[], &[])
    }

    /// The same with further flags for the processes, and changes of the configuration.
    #[track_caller]
    pub(crate) fn start_with(make: Make, flags: &[&str], changes: &[(&str, &str)]) -> Self {
        let redis = Redis::start();
        let flags = [&ORIGINS, flags].concat();
        let Remote { proxy: left_to_redis, server: left } = Remote::start_with(&redis, &flags);
        let right = process_with(&[&flags[..], &["--redis", &redis.url()]].concat());
        let certificates = TempDir::new().unwrap();
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(NAMES.map(str::to_owned)).unwrap();
        let (cert, key) = (cert.pem(), signing_key.serialize_pem());
        for (file, text) in [
            ("cert.pem", cert.clone()),
            ("key.pem", key.clone()),
            ("both.pem", cert.clone() + &key),
        ] {
            write(certificates.path().join(file), text).unwrap();
        }
        let processes = [left.address(), right.address()];
        let proxy = make.start(processes, certificates.path(), changes);
        let authority = match make {
            Make::Caddy => read(proxy.caddy_root()).unwrap(),
            _ => cert.into_bytes(),
        };
        let authority = CertificateDer::from_pem_slice(&authority).unwrap();
        let deployment = Self {
            make,
            proxy,
            left,
            left_to_redis,
            right,
            _redis: redis,
            authority,
            _certificates: certificates,
        };
        let deadline = Instant::now() + PATIENCE;
        // Caddy logs that it has a certificate a moment before it uses it.
        while NAMES.iter().any(|name| deployment.tls(name).is_err()) {
            assert!(Instant::now() < deadline, "{make:?} has no certificates");
            yield_now();
        }
        deployment
    }
}
