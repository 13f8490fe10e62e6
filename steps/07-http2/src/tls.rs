//! TLS, which chooses between HTTP/2 and HTTP/1.1.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::server::TlsStream;

use crate::options::Options;

/// The name of HTTP/2 in the TLS handshake (RFC 9113 §3.2).
const H2: &[u8] = b"h2";

// ANCHOR: acceptor
/// Returns what answers the TLS handshake. A client lists the protocols that it speaks (ALPN,
/// RFC 7301), and we choose the first of ours that is in its list.
///
/// # Errors
/// A sentence about a file.
pub(crate) fn acceptor(options: &Options) -> Result<TlsAcceptor, String> {
    let acceptor = if let (Some(cert), Some(key)) = (&options.chat.cert, &options.chat.key) {
        chat::acceptor(cert, key)?
    } else {
        let file = &options.trial_certificate;
        make_if_missing(file).map_err(|error| format!("{}: {error}", file.display()))?;
        chat::acceptor(file, file)?
    };
    let mut config = ServerConfig::clone(acceptor.config());
    config.alpn_protocols = vec![H2.to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config).into())
}

/// Returns whether the client and the server have chosen HTTP/2.
pub(crate) fn is_http2<Stream>(stream: &TlsStream<Stream>) -> bool {
    stream.get_ref().1.alpn_protocol() == Some(H2)
}
// ANCHOR_END: acceptor

/// Makes a certificate for this machine, and its key, if the file does not exist. It is
/// self-signed, so a browser asks before it goes on. The file is kept: after a restart with another
/// certificate, a browser would ask again, and a page that reconnects by itself would fail.
fn make_if_missing(file: &Path) -> io::Result<()> {
    if file.exists() {
        return Ok(());
    }
    let names = ["localhost", "127.0.0.1", "::1"].map(str::to_owned);
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(names).map_err(io::Error::other)?;
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let pair = cert.pem() + &signing_key.serialize_pem();
    // A file that is only half written would be used at the next start.
    let unfinished = file.with_extension(format!("{}.new", std::process::id()));
    options.open(&unfinished)?.write_all(pair.as_bytes())?;
    fs::rename(&unfinished, file)
}
