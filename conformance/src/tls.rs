//! TLS for `wss://`: which certificates of a server are trusted.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
};

/// Which certificates of a server are trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trust {
    /// Those that the authorities of the public web have issued.
    PublicWeb,
    /// Those in this file, in PEM, and those that they have issued.
    File(PathBuf),
    /// All certificates, so that the identity of the server is not known.
    Anyone,
}

/// How to speak TLS with one server. It offers HTTP/1.1 by ALPN, as browsers do for a WebSocket.
#[derive(Clone, Debug)]
pub struct Tls {
    /// The configuration of rustls.
    pub config: Arc<ClientConfig>,
    /// The name that the server's certificate must have.
    pub name: ServerName<'static>,
}

impl Tls {
    /// Prepares TLS for the server with this host name or IP address.
    ///
    /// # Errors
    /// A sentence, if the file of certificates cannot be read, or if this is not a host name.
    pub fn new(host: &str, trust: &Trust) -> Result<Self, String> {
        let name = ServerName::try_from(host.to_owned())
            .map_err(|_| format!("`{host}` is not a host name that a certificate can have"))?;
        let provider = Arc::new(ring::default_provider());
        let verifier = Verifier::new(trust, Arc::clone(&provider))?;
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { config: Arc::new(config), name })
    }
}

/// Explains why the TLS handshake failed, if an error says so. The words follow "the server".
pub fn reason(error: &io::Error) -> Option<String> {
    let error = error.get_ref()?.downcast_ref::<Error>()?;
    Some(match error {
        Error::InvalidCertificate(why) => {
            let why = match why {
                CertificateError::UnknownIssuer => "its issuer is unknown".to_owned(),
                // The message of rustls about most self-signed certificates is meant for its
                // authors.
                CertificateError::Other(_) => "it is self-signed, or broken".to_owned(),
                why => why.to_string(),
            };
            format!(
                "has a certificate that is not trusted: {why}. Give the file of the certificate, \
                 or of its issuer, by --ca FILE, or trust anyone by --insecure"
            )
        }
        Error::InvalidMessage(_) => "does not answer in TLS; does it expect ws://?".to_owned(),
        other => format!("cannot be reached by TLS: {other}"),
    })
}

/// Verifies the certificate of a server.
#[derive(Debug)]
struct Verifier {
    /// Verifies that a certificate was issued by one of the roots. Without it anything is trusted.
    chain: Option<Arc<WebPkiServerVerifier>>,
    /// Certificates that are trusted for any name, whoever has issued them. Most self-signed ones
    /// say that they are an authority, and would be refused as the certificate of a server.
    known: Vec<CertificateDer<'static>>,
    provider: Arc<CryptoProvider>,
}

impl Verifier {
    fn new(trust: &Trust, provider: Arc<CryptoProvider>) -> Result<Self, String> {
        let mut roots = RootCertStore::empty();
        let mut known = Vec::new();
        match trust {
            Trust::Anyone => return Ok(Self { chain: None, known, provider }),
            Trust::PublicWeb => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
            Trust::File(file) => {
                let problem = |why: String| format!("{}: {why}", file.display());
                let certificates = CertificateDer::pem_file_iter(file);
                known = certificates
                    .and_then(Iterator::collect)
                    .map_err(|error| problem(format!("cannot be read as PEM: {error}")))?;
                if roots.add_parsable_certificates(known.iter().cloned()).0 == 0 {
                    return Err(problem("contains no certificate".to_owned()));
                }
            }
        }
        let builder =
            WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
        let chain = builder.build().map_err(|error| error.to_string())?;
        Ok(Self { chain: Some(chain), known, provider })
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        match &self.chain {
            Some(chain) if !self.known.contains(end_entity) => {
                chain.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
            }
            _ => Ok(ServerCertVerified::assertion()),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, cert, dss, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, cert, dss, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_certificates_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ca.pem");
        let problem = || Tls::new("localhost", &Trust::File(file.clone())).unwrap_err();
        assert!(problem().contains("cannot be read"), "{}", problem());
        std::fs::write(&file, "no certificate").unwrap();
        assert!(problem().ends_with("contains no certificate"), "{}", problem());
    }

    #[test]
    fn a_host_may_be_a_name_or_an_address() {
        for host in ["localhost", "127.0.0.1", "::1"] {
            assert!(Tls::new(host, &Trust::PublicWeb).is_ok(), "{host}");
        }
        assert!(Tls::new("a b", &Trust::Anyone).unwrap_err().contains("`a b`"));
    }
}
