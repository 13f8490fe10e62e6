//! `wss://`: the same server behind TLS.

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use tokio::net::TcpListener;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use web::server::{Client, HttpCounts, HttpLimits, serve_with};

/// Reads a certificate, with the chain of certificates that sign it, and its private key.
///
/// # Errors
/// A sentence that names the file and what is wrong with it.
pub fn acceptor(cert: &Path, key: &Path) -> Result<TlsAcceptor, String> {
    let broken = |path: &Path, why: &dyn std::fmt::Display| format!("{}: {why}", path.display());
    let certificates = CertificateDer::pem_file_iter(cert).and_then(Iterator::collect);
    let certificates: Vec<_> = certificates.map_err(|error| broken(cert, &error))?;
    if certificates.is_empty() {
        return Err(broken(cert, &"there is no certificate in it"));
    }
    let private = PrivateKeyDer::from_pem_file(key).map_err(|error| broken(key, &error))?;
    let config = ServerConfig::builder().with_no_client_auth();
    let config = config.with_single_cert(certificates, private);
    Ok(TlsAcceptor::from(Arc::new(config.map_err(|error| broken(cert, &error))?)))
}

/// Serves every client that connects and speaks TLS, until `stop` ends. A client that does not
/// speak TLS, or is too slow, is disconnected without an answer, because it could not read one.
pub async fn serve_tls(
    listener: TcpListener,
    acceptor: TlsAcceptor,
    router: Router,
    limits: HttpLimits,
    counts: HttpCounts,
    stop: impl Future<Output = ()>,
) {
    let prepare = move |stream| {
        let opening = timeout(limits.times.header, acceptor.accept(stream));
        async move { opening.await.ok()?.ok() }
    };
    let serve_one = move |stream, client: Client| client.serve(stream, router.clone());
    serve_with(listener, limits, counts, stop, prepare, serve_one).await;
}
