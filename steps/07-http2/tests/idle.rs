//! What an idle WebSocket costs: on a connection of its own, and on one that it shares.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on ends here")]

use std::fs;
use std::path::Path;
use std::sync::Arc;

use h2::ext::Protocol;
use http::{Method, Request};
use tempfile::TempDir;
use testkit::Server;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// WebSockets that are opened in each way.
const COUNT: usize = 400;
/// Those that share a connection.
const SHARED: usize = 100;

async fn connects(server: &Server, certificate: &Path, protocol: &str) -> TlsStream<TcpStream> {
    let mut trusted = RootCertStore::empty();
    trusted.add(CertificateDer::from_pem_file(certificate).unwrap()).unwrap();
    let config = ClientConfig::builder().with_root_certificates(trusted);
    let mut config = config.with_no_client_auth();
    config.alpn_protocols = vec![protocol.into()];
    let stream = TcpStream::connect(server.address()).await.unwrap();
    let name = "localhost".try_into().unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap()
}

/// Opens a WebSocket by HTTP/1.1.
async fn opens_alone(server: &Server, certificate: &Path) -> TlsStream<TcpStream> {
    let mut stream = connects(server, certificate, "http/1.1").await;
    let request = testkit::upgrade_request(&server.address().to_string(), "/echo", &[]);
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = [0; 1024];
    let length = stream.read(&mut answer).await.unwrap();
    assert!(answer[..length].starts_with(b"HTTP/1.1 101"));
    stream
}

/// The memory of the process in KiB: its own, without what the kernel keeps for its sockets.
fn memory(server: &Server) -> usize {
    let status = fs::read_to_string(format!("/proc/{}/status", server.pid())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// `cargo test --release -p http2 --test idle -- --nocapture` prints the figures.
#[tokio::test]
async fn an_idle_websocket_costs_less_if_it_shares_a_connection() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("localhost.pem");
    let flags = ["--trial-certificate", file.to_str().unwrap()];
    let server = Server::start(env!("CARGO_BIN_EXE_http2"), &flags);
    let mut kept = vec![opens_alone(&server, &file).await];
    let before = memory(&server);
    for _ in 0..COUNT {
        kept.push(opens_alone(&server, &file).await);
    }
    let alone = (memory(&server) - before) * 1024 / COUNT;

    let server = Server::start(env!("CARGO_BIN_EXE_http2"), &flags);
    let mut connections = Vec::new();
    let mut sockets = Vec::new();
    let mut before = 0;
    // The first connection is not counted, as above.
    for number in 0..=COUNT / SHARED {
        let stream = connects(&server, &file, "h2").await;
        let (mut requests, connection) = h2::client::handshake(stream).await.unwrap();
        tokio::spawn(connection);
        while !requests.is_extended_connect_protocol_enabled() {
            requests = requests.ready().await.unwrap();
            tokio::task::yield_now().await;
        }
        for _ in 0..if number == 0 { 1 } else { SHARED } {
            let uri = format!("https://{}/echo", server.address());
            let request = Request::builder().method(Method::CONNECT).uri(uri);
            let request = request.header("sec-websocket-version", "13");
            let request = request.extension(Protocol::from_static("websocket")).body(()).unwrap();
            requests = requests.ready().await.unwrap();
            let (answer, sending) = requests.send_request(request, false).unwrap();
            let answer = answer.await.unwrap();
            assert_eq!(answer.status(), 200);
            sockets.push((answer, sending));
        }
        connections.push(requests);
        if number == 0 {
            before = memory(&server);
        }
    }
    let shared = (memory(&server) - before) * 1024 / COUNT;
    web::print_line(&format!("an idle WebSocket: {alone} bytes alone, {shared} bytes shared"));
    assert!(shared < alone, "{shared} {alone}");
}
