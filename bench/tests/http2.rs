//! WebSockets over HTTP/2: every row is measured with the real servers, for a moment, and the load
//! notices a server that does something wrong.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on ends here")]

use std::future::pending;
use std::net::SocketAddr;
use std::thread;

use bench::load::run;
use bench::load::script::Kind;
use bench::load::task::{Echo, Plan, Task};
use bench::measure::measure;
use bench::peers::{Programs, STEP_6};
use bench::plan::{Effort, Part, measurements};
use bytes::Bytes;
use h2::Reason;
use http::Response;
use testkit::{Profile, Step};

/// WebSockets that need two connections of a hundred streams, and a bit of a third.
const ENOUGH: usize = 201;
/// Enough to see that a row can be measured.
const EFFORT: Effort = Effort { rounds: 1, seconds: 0.1, idle: ENOUGH, idle_compressed: 0 };

#[test]
fn every_row_is_measured_with_steps_6_and_7() {
    let built = |label| Step::labelled(label).unwrap().build(Profile::current()).unwrap();
    let programs =
        [("chat", built("6")), ("http2", built("7")), ("load", env!("CARGO_BIN_EXE_load").into())];
    let programs = Programs(programs.map(|(name, path)| (name.to_owned(), path)).into());
    let rows = measurements(Part::Http2, EFFORT, &|peers| programs.there(peers));
    assert!(rows.len() >= 5, "{rows:?}");
    for mut measurement in rows {
        // A program that is not optimized takes long to open a thousand.
        match &mut measurement.plan {
            Plan::Echo(echo) => echo.connections = echo.connections.min(ENOUGH),
            Plan::Fanout(fanout) => fanout.receivers = fanout.receivers.min(ENOUGH),
            Plan::Idle(_) | Plan::Handshakes(_) => {}
        }
        let row = measure(&measurement, Part::Http2.base(""), &programs, &|_| {}).unwrap();
        for peer in [STEP_6, "step 7, 1 stream", "step 7, 100 streams"] {
            let figures = row.of(peer).unwrap();
            assert_eq!(figures.problem, None, "{}: {peer}", row.title);
            assert!(figures.ratio.unwrap().median > 0.0, "{}: {peer}", row.title);
        }
    }
}

/// What a server does with the first message of each WebSocket.
#[derive(Clone, Copy)]
enum Deed {
    Answer(&'static [u8]),
    Reset,
    End,
}

/// Starts a server of HTTP/2 that answers every request with this status.
fn server(status: u16, deed: Deed) -> SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    thread::spawn(move || runtime.block_on(serve(listener, status, deed)));
    address
}

async fn serve(listener: std::net::TcpListener, status: u16, deed: Deed) {
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    let (stream, _) = listener.accept().await.unwrap();
    let mut builder = h2::server::Builder::new();
    let mut connection = builder.enable_connect_protocol().handshake(stream).await.unwrap();
    while let Some(request) = connection.accept().await {
        let (request, mut answer) = request.unwrap();
        let head = Response::builder().status(status).body(()).unwrap();
        let mut sending = answer.send_response(head, false).unwrap();
        tokio::spawn(async move {
            let _ = request.into_body().data().await;
            match deed {
                Deed::Answer(bytes) => {
                    sending.send_data(bytes.into(), false).unwrap();
                    // The stream ends when its two halves are dropped.
                    pending::<()>().await;
                }
                Deed::Reset => sending.send_reset(Reason::CANCEL),
                Deed::End => sending.send_data(Bytes::new(), true).unwrap(),
            }
        });
    }
}

/// Returns what the load says about a server.
fn problem(status: u16, deed: Deed) -> String {
    let address = server(status, deed);
    let echo = Echo { kind: Kind::Text, payload: 20, window: 1, connections: 3, seconds: 0.02 };
    let (path, plan) = ("/".to_owned(), Plan::Echo(echo));
    run(&Task { address, path, is_websocket: true, streams: Some(3), plan }).unwrap_err()
}

#[test]
fn a_byte_that_is_wrong_is_found_in_a_stream() {
    let problem = problem(200, Deed::Answer(&[0x81, 20, b'?']));
    assert!(problem.starts_with("a wrong answer: byte 2 of 22 in message"), "{problem}");
}

#[test]
fn a_stream_that_ends_is_noticed_while_its_connection_goes_on() {
    assert_eq!(problem(200, Deed::End), "it has closed a connection");
    let problem = problem(200, Deed::Reset);
    assert!(problem.starts_with("a connection has broken"), "{problem}");
}

#[test]
fn a_request_that_is_refused_is_no_websocket() {
    assert_eq!(problem(403, Deed::End), "it did not accept: 403 Forbidden");
}
