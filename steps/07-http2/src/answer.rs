//! A request on a stream, and its answer.

use std::future::poll_fn;
use std::time::SystemTime;

use axum::Router;
use axum::body::{Body, HttpBody};
use axum::response::IntoResponse;
use bytes::Bytes;
use chat::ComingStream;
use h2::RecvStream;
use h2::server::SendResponse;
use http::header::DATE;
use http::{HeaderValue, Method, Request, Response, StatusCode};
use tokio::io::join;
use tokio::sync::watch;
use tower_service::Service;
use web::server::http2::{OpenStream, Receiving, Sending};
use web::server::{HttpCounts, HttpTimes};

use crate::translation::{to_http1, to_http2};

/// What all connections share.
#[derive(Clone)]
pub(crate) struct Shared {
    pub(crate) router: Router,
    pub(crate) times: HttpTimes,
    pub(crate) counts: HttpCounts,
    pub(crate) max_streams: u32,
    /// Changes when the server stops. A connection keeps its copy until it ends.
    pub(crate) stopped: watch::Receiver<()>,
}

/// Answers a request. If it becomes a WebSocket, step 6 gets both directions of the stream.
pub(crate) async fn answer(
    request: Request<RecvStream>,
    mut respond: SendResponse<Bytes>,
    open: OpenStream,
    mut shared: Shared,
) {
    let is_connect = request.method() == Method::CONNECT;
    let (head, receiving) = request.into_parts();
    let mut receiving = Some(Receiving::new(receiving));
    // After a CONNECT, DATA frames belong to the tunnel, and not to a body (RFC 9113 §8.5).
    let body = receiving.take_if(|_| !is_connect).map_or(Body::empty(), Receiving::into_body);
    let mut request = Request::from_parts(head, body);
    let (begin, coming) = ComingStream::new();
    request.extensions_mut().insert(coming);
    let answer = match to_http1(&mut request) {
        Ok(()) => tokio::select! {
            Ok(answer) = shared.router.call(request) => answer,
            // The client has reset the stream.
            _ = poll_fn(|context| respond.poll_reset(context)) => return,
        },
        Err(refusal) => refusal.into_response(),
    };
    // ANCHOR: answer
    let is_websocket = answer.status() == StatusCode::SWITCHING_PROTOCOLS;
    let (mut head, body) = to_http2(answer, is_connect).into_parts();
    let date = HeaderValue::try_from(httpdate::fmt_http_date(SystemTime::now()));
    head.headers.extend(date.ok().map(|date| (DATE, date)));
    let has_ended = body.is_end_stream() && !is_websocket;
    let answer = Response::from_parts(head, ());
    let Ok(sending) = respond.send_response(answer, has_ended) else { return };
    let sending = Sending::new(sending, open);
    if let Some(receiving) = receiving.filter(|_| is_websocket) {
        let _ = begin.send(Box::new(join(receiving, sending)));
    } else if !has_ended {
        sending.send_answer(body, shared.times, &shared.counts).await;
    }
    // ANCHOR_END: answer
}
