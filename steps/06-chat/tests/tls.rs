//! `wss://`: the same chat behind TLS.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::fs::write;
use std::net::TcpStream;
use std::path::PathBuf;
use std::sync::Arc;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use serde_json::Value;
use support::start;
use tempfile::TempDir;
use testkit::{Browser, Frame, PATIENCE, Server, Wire, runs_to_its_end};
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use tungstenite::{Message, WebSocket, client};

mod support;

/// A certificate for `localhost`, in files.
struct Identity {
    folder: TempDir,
    certificate: CertificateDer<'static>,
}

type Tls = StreamOwned<ClientConnection, TcpStream>;

impl Identity {
    fn new() -> Self {
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let identity = Self { folder: TempDir::new().unwrap(), certificate: cert.der().clone() };
        write(identity.cert(), cert.pem()).unwrap();
        write(identity.key(), signing_key.serialize_pem()).unwrap();
        identity
    }

    fn cert(&self) -> PathBuf {
        self.folder.path().join("cert.pem")
    }

    fn key(&self) -> PathBuf {
        self.folder.path().join("key.pem")
    }

    fn start(&self, flags: &[&str]) -> Server {
        let (cert, key) = (self.cert(), self.key());
        let identity = ["--cert", cert.to_str().unwrap(), "--key", key.to_str().unwrap()];
        start(&[&identity, flags].concat())
    }

    /// Connects a client that trusts only this certificate.
    fn connects(&self, server: &Server, target: &str) -> WebSocket<Tls> {
        let mut trusted = RootCertStore::empty();
        trusted.add(self.certificate.clone()).unwrap();
        let config = ClientConfig::builder().with_root_certificates(trusted).with_no_client_auth();
        let name = "localhost".try_into().unwrap();
        let connection = ClientConnection::new(Arc::new(config), name).unwrap();
        let stream = TcpStream::connect(server.address()).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let url = format!("wss://localhost:{}{target}", server.address().port());
        client(url, StreamOwned::new(connection, stream)).unwrap().0
    }
}

fn hears_of(socket: &mut WebSocket<Tls>, kind: &str) -> Value {
    loop {
        let told: Value = serde_json::from_str(socket.read().unwrap().to_text().unwrap()).unwrap();
        if told["type"] == kind {
            return told;
        }
    }
}

#[test]
fn people_talk_over_tls() {
    let identity = Identity::new();
    let server = identity.start(&[]);
    let mut ada = identity.connects(&server, "/ws/tea/Ada");
    hears_of(&mut ada, "welcome");
    let mut bob = identity.connects(&server, "/ws/tea/Bob");
    hears_of(&mut bob, "welcome");
    let long = "x".repeat(15_000);
    for text in ["hello", &long] {
        ada.send(Message::text(text)).unwrap();
        assert_eq!(hears_of(&mut bob, "message")["msg"], text);
        assert_eq!(hears_of(&mut ada, "sent")["type"], "sent");
    }
    // One who vanishes, without a word of TLS either, has left (fault F18).
    drop(bob);
    assert_eq!(hears_of(&mut ada, "left")["names"][0], "Bob");
    let mut echo = identity.connects(&server, "/echo");
    let payload = Message::binary(vec![7; 1 << 20]);
    echo.send(payload.clone()).unwrap();
    assert!(echo.read().unwrap() == payload);
}

/// Everyone is told that the server stops, and it ends with exit code 0.
#[cfg(unix)]
#[test]
fn a_server_behind_tls_stops_as_well() {
    let identity = Identity::new();
    let mut server = identity.start(&["--close-timeout", "60"]);
    let mut ada = identity.connects(&server, "/ws/tea/Ada");
    hears_of(&mut ada, "welcome");
    server.asks_to_end();
    let Message::Close(Some(close)) = ada.read().unwrap() else { panic!("it should be closed") };
    assert_eq!(u16::from(close.code), 1001);
    while ada.read().is_ok() {}
    drop(ada);
    assert!(server.waits_for_exit().success());
}

/// A client that does not speak TLS, or sends nothing, is dropped when its time is up, and other
/// clients do not notice.
#[test]
fn who_speaks_no_tls_is_dropped() {
    let identity = Identity::new();
    let server = identity.start(&["--handshake-timeout", "0.5"]);
    let mut plain = Wire::connect(&server);
    plain.sends_text("GET /echo HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let mut silent = Wire::connect(&server);
    let mut ada = identity.connects(&server, "/ws/tea/Ada");
    hears_of(&mut ada, "welcome");
    silent.expects_end();
    plain.sends_frame(&Frame::text("hello"));
    ada.send(Message::text("still here")).unwrap();
    hears_of(&mut ada, "sent");
}

/// A file that is not there, or holds something else, is named in one line.
#[test]
fn a_wrong_file_is_told_in_one_line_that_names_it() {
    let identity = Identity::new();
    let (cert, key) = (identity.cert(), identity.key());
    let other_key = Identity::new().key();
    let another = Identity::new();
    let (nothing, garbage) =
        (identity.folder.path().join("nothing.pem"), identity.folder.path().join("garbage.pem"));
    write(&garbage, "-----BEGIN NOTHING-----\nnothing\n").unwrap();
    for (cert, key, named) in [
        (&nothing, &key, &nothing),
        (&cert, &nothing, &nothing),
        (&garbage, &key, &garbage),
        (&cert, &garbage, &garbage),
        // Each in the other's place.
        (&key, &key, &key),
        (&cert, &cert, &cert),
        // A key that goes with another certificate.
        (&cert, &another.key(), &cert),
        // The folder of this one is gone.
        (&cert, &other_key, &other_key),
    ] {
        let flags = ["--cert", cert.to_str().unwrap(), "--key", key.to_str().unwrap()];
        let end =
            runs_to_its_end(env!("CARGO_BIN_EXE_chat"), &[&["127.0.0.1:0"], &flags[..]].concat());
        assert_eq!(end.code, Some(1), "{}", end.errors);
        assert!(end.errors.starts_with(named.to_str().unwrap()), "{}", end.errors);
        assert_eq!(end.errors.lines().count(), 1, "{}", end.errors);
    }
}

/// Mixed content: a page that came over TLS may not open a WebSocket without it, except on its own
/// machine. And a certificate that is not trusted looks like any other failure.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn a_page_over_tls_needs_a_trusted_websocket_over_tls() {
    let identity = Identity::new();
    let server = identity.start(&[]);
    let page = format!("https://localhost:{}/", server.address().port());
    let careless = Browser::start_with(&["--ignore-certificate-errors"]).await;
    careless.ignores_policies();
    careless.goto(&page).await;
    let mut report = how_it_ends(&careless, "a page over TLS", "ws://chat.example/").await;
    careless.close().await;
    let plain = support::start(&[]);
    let careful = Browser::start().await;
    careful.ignores_policies();
    careful.goto(&plain.url("/")).await;
    let url = format!("wss://localhost:{}/ws/tea/Ada", server.address().port());
    report.push_str(&how_it_ends(&careful, "a certificate that is not trusted", &url).await);
    insta::assert_snapshot!(
        "over_tls",
        report.replace(&server.address().port().to_string(), "9006")
    );
    careful.close().await;
}

/// Tries to open a WebSocket in the page, and returns what the script and the console report.
async fn how_it_ends(browser: &Browser, what: &str, url: &str) -> String {
    let script = "return new Promise((resolve) => {
        try {
            const socket = new WebSocket('URL');
            socket.onclose = ({ code }) => resolve(`a close event with code ${code}`);
        } catch (error) {
            resolve(`the constructor throws a ${error.name}`);
        }
    })";
    let learned = browser.script(&script.replace("URL", url)).await;
    let mut report = format!("{what}, {url}\n  script:  {}\n", learned.as_str().unwrap());
    for line in browser.console_errors() {
        // It begins with the kind of the error and a number.
        let words = line.split(' ').skip(2);
        report.push_str(&folded("  console:", words));
    }
    report
}

/// Puts the words behind a label, into lines of at most 80 characters.
fn folded<'a>(label: &str, words: impl Iterator<Item = &'a str>) -> String {
    let (mut text, mut line) = (String::new(), label.to_owned());
    for word in words {
        if line.chars().count() + 1 + word.chars().count() > 80 {
            text.push_str(&line);
            text.push('\n');
            line = " ".repeat(label.len());
        }
        line.push(' ');
        line.push_str(word);
    }
    text + &line + "\n"
}
