//! Servers that want more than an address: TLS, a header, a subprotocol.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::result_large_err, reason = "tungstenite's own error")]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Output};
use std::sync::Arc;
use std::thread;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tungstenite::http::{HeaderValue, StatusCode};

/// Echoes, if the client sends the right password. Chooses the subprotocol `chat.v2`.
fn serve(stream: impl Read + Write) {
    let callback = |request: &Request, mut response: Response| {
        if request.headers().get("authorization") == Some(&HeaderValue::from_static("Basic wrong"))
        {
            let mut refusal = ErrorResponse::new(None);
            *refusal.status_mut() = StatusCode::UNAUTHORIZED;
            return Err(refusal);
        }
        let offer = request.headers().get("sec-websocket-protocol");
        if offer.is_some_and(|offer| offer.to_str().unwrap().contains("chat.v2")) {
            let chosen = HeaderValue::from_static("chat.v2");
            response.headers_mut().insert("sec-websocket-protocol", chosen);
        }
        Ok(response)
    };
    let Ok(mut socket) = tungstenite::accept_hdr(stream, callback) else { return };
    while let Ok(message) = socket.read() {
        let is_data = message.is_text() || message.is_binary();
        if is_data && socket.send(message).is_err() {
            return;
        }
    }
    let _ = socket.close(None);
    while socket.flush().is_ok() && socket.read().is_ok() {}
}

/// Starts a server that does this with everyone, and returns its port.
fn start(serve: impl Fn(TcpStream) + Send + Sync + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let serve = Arc::new(serve);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let serve = Arc::clone(&serve);
            thread::spawn(move || serve(stream));
        }
    });
    port
}

/// Starts a server with TLS and this certificate.
fn start_tls(certificate: CertificateDer<'static>, key: &KeyPair) -> String {
    let key = PrivatePkcs8KeyDer::from(key.serialize_der()).into();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let config = Arc::new(config);
    let port = start(move |stream| {
        let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
        serve(StreamOwned::new(connection, stream));
    });
    format!("wss://localhost:{port}/")
}

fn check(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ws-judge")).arg("check").args(arguments).output().unwrap()
}

/// Expects this exit code, and these words.
fn expect(arguments: &[&str], code: i32, words: &str) {
    let output = check(arguments);
    let text = [&output.stdout[..], &output.stderr[..]].concat();
    let text = String::from_utf8_lossy(&text);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}\n{text}");
    assert!(text.contains(words), "{arguments:?}\n{text}");
}

#[test]
fn a_certificate_is_trusted_if_it_is_given_or_nobody_asks() {
    let key = KeyPair::generate().unwrap();
    // As `openssl req -x509` makes it: the certificate is marked as an authority.
    let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let certificate = params.self_signed(&key).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("own.pem");
    std::fs::write(&file, certificate.pem()).unwrap();
    let url = start_tls(certificate.der().clone(), &key);
    let only = ["--only", "framing/echo,unmasking/eight-byte-length,closing/tcp"];
    let with = |more: &[&'static str]| [&[&*url], &only[..], more].concat();
    expect(&with(&["--insecure"]), 0, "0 failed");
    expect(&with(&[]), 2, "not trusted");
    let own = [&[&*url, "--ca", file.to_str().unwrap()], &only[..]].concat();
    expect(&own, 0, "0 failed");
    let foreign = folder.path().join("foreign.pem");
    let other = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    std::fs::write(&foreign, other.cert.pem()).unwrap();
    expect(&[&url, "--ca", foreign.to_str().unwrap()], 2, "--insecure");
    expect(&[&url, "--ca", folder.path().join("none").to_str().unwrap()], 2, "cannot be read");
}

#[test]
fn a_certificate_is_trusted_if_its_issuer_is_given_and_its_name_is_right() {
    let (key, issuer_key) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let mut params = CertificateParams::new([]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = params.self_signed(&issuer_key).unwrap();
    let issuer = Issuer::new(params, issuer_key);
    let params = CertificateParams::new(["localhost".to_owned()]).unwrap();
    let certificate = params.signed_by(&key, &issuer).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ca.pem");
    std::fs::write(&file, authority.pem()).unwrap();
    let url = start_tls(certificate.der().clone(), &key);
    let options = ["--ca", file.to_str().unwrap(), "--only", "framing/echo"];
    expect(&[&[&*url], &options[..]].concat(), 0, "0 failed");
    let wrong_name = url.replace("localhost", "127.0.0.1");
    expect(&[&[&*wrong_name], &options[..]].concat(), 2, "not trusted");
}

/// The same server, with and without TLS. A message that is larger than all buffers must not block.
#[test]
fn the_verdicts_are_the_same_with_tls() {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let secure = start_tls(made.cert.der().clone(), &made.signing_key);
    let plain = format!("ws://127.0.0.1:{}/", start(serve));
    let verdicts = |url: &str| {
        let output = check(&[url, "--insecure", "--json"]);
        let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let checks = json["checks"].as_array().unwrap().iter();
        checks.map(|check| format!("{} {}", check["id"], check["verdict"])).collect::<Vec<_>>()
    };
    assert_eq!(verdicts(&secure), verdicts(&plain));
    let large = ["--insecure", "--only", "hostile/small-fragments"];
    expect(&[&[&*secure], &large[..]].concat(), 0, "0 failed");
}

#[test]
fn a_server_without_tls_is_named_as_such() {
    let port = start(|mut stream| {
        let _ = stream.read(&mut [0; 1024]);
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    });
    expect(&[&format!("wss://localhost:{port}/")], 2, "does not answer in TLS");
    let silent = start(|stream| {
        thread::park();
        drop(stream);
    });
    expect(&[&format!("wss://localhost:{silent}/")], 2, "nobody answers");
    let closes = start(drop);
    expect(&[&format!("wss://localhost:{closes}/")], 2, "cannot be checked");
}

#[test]
fn each_request_has_the_header_and_the_subprotocol() {
    let url = format!("ws://127.0.0.1:{}/", start(serve));
    let only = ["--only", "framing/echo,handshake/subprotocol"];
    let with = |more: &[&'static str]| [&[&*url], &only[..], more].concat();
    expect(&with(&["--header", "Authorization: Basic wrong"]), 1, "401");
    expect(&with(&["--header", "Authorization: Basic right"]), 0, "0 failed");
    expect(&with(&["--subprotocol", "chat.v1", "--subprotocol", "chat.v2"]), 0, "0 failed");
    // The client has not offered what this server chooses.
    let stubborn = start(|stream| {
        let callback = |_: &Request, mut response: Response| {
            let chosen = HeaderValue::from_static("chat.v3");
            response.headers_mut().insert("sec-websocket-protocol", chosen);
            Ok(response)
        };
        drop(tungstenite::accept_hdr(stream, callback));
    });
    let url = format!("ws://127.0.0.1:{stubborn}/");
    let options = ["--subprotocol", "chat.v2", "--only", "handshake/subprotocol"];
    expect(&[&[&*url], &options[..]].concat(), 1, "chat.v3");
}
