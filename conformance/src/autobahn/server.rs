//! Judges a server: the judge is its client.

use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use crate::autobahn::cases::script::{Case, Offer, Script};
use crate::autobahn::engine::conversation::{Conversation, never_open};
use crate::autobahn::engine::drive::{drive, read_head};
use crate::autobahn::engine::schedule::Schedule;
use crate::autobahn::verdict::Outcome;
use crate::autobahn::wire::deflate::Deflate;
use crate::autobahn::wire::endpoint::Role;
use crate::autobahn::wire::handshake::{fresh_key, read_answer, request};
use crate::target::Target;
use crate::tls;

/// How long the opening handshake may take.
const HANDSHAKE_TIME: Duration = Duration::from_secs(5);
/// How long a server may take to accept another connection while one is open.
const ACCEPT_TIME: Duration = Duration::from_secs(1);
/// How many cases that mostly wait run at the same time.
const LIGHT_JOBS: usize = 32;

/// Judges a server in these cases, and returns the outcomes in their order. Without `jobs`, as
/// many cases run at the same time as the server can serve and the machine can compute.
///
/// # Errors
/// A sentence, if the server cannot be reached.
pub fn judge_server(
    target: &Target,
    cases: &[&str],
    jobs: Option<usize>,
    progress: &(dyn Fn(&Outcome) + Sync),
) -> Result<Vec<Outcome>, String> {
    let runtime = Runtime::new().map_err(|error| format!("cannot start a runtime: {error}"))?;
    runtime.block_on(async {
        let target = Arc::new(target.clone());
        let capacity = match jobs {
            Some(jobs) => jobs.max(1),
            None => capacity(&target).await?,
        };
        let cores = available_parallelism().map_or(1, usize::from);
        let judge = move |case| judge(Arc::clone(&target), case);
        let light = capacity.min(jobs.unwrap_or(LIGHT_JOBS));
        let heavy = capacity.min(jobs.unwrap_or(cores));
        Ok(Schedule::new(progress).run(cases, light, heavy, &judge).await)
    })
}

/// Returns how many connections the server serves at the same time, up to [`LIGHT_JOBS`].
///
/// # Errors
/// A sentence, if the server cannot be reached.
async fn capacity(target: &Arc<Target>) -> Result<usize, String> {
    connect(target).await.map_err(|error| format!("cannot connect to {}: {error}", target.url))?;
    let Ok(first) = open(target, "").await else {
        // No connection opens, so there is no limit to find. Each case reports this failure.
        return Ok(LIGHT_JOBS);
    };
    let mut open_ones = vec![first];
    for count in [1, LIGHT_JOBS - 2] {
        let mut opening = JoinSet::new();
        for _ in 0..count {
            let target = Arc::clone(target);
            opening.spawn(async move { timeout(ACCEPT_TIME, open(&target, "")).await });
        }
        let before = open_ones.len();
        open_ones.extend(opening.join_all().await.into_iter().flatten().flatten());
        if open_ones.len() < before + count {
            break;
        }
    }
    let capacity = open_ones.len();
    for mut connection in open_ones {
        // An empty close frame, masked.
        let _ = connection.stream.write_all(&[0x88, 0x80, 0, 0, 0, 0]).await;
    }
    Ok(capacity)
}

/// Runs one case. Returns its outcome, and whether a time limit had to do with it.
async fn judge(target: Arc<Target>, case: Arc<Case>) -> (Outcome, bool) {
    let started = Instant::now();
    let offers = match &case.script {
        Script::Compressed(compressed) => offers(compressed.offers),
        _ => String::new(),
    };
    match timeout(HANDSHAKE_TIME, open(&target, &offers)).await {
        Ok(Ok(mut open)) => {
            let now = Instant::now();
            let conversation = Conversation::open(&case, Role::Client, open.deflate, now);
            drive(&mut open.stream, conversation, open.early).await.end()
        }
        Ok(Err(why)) => (never_open(&case, Role::Client, &why, started), false),
        Err(_) => {
            let why = "the server does not answer the opening handshake";
            (never_open(&case, Role::Client, why, started), true)
        }
    }
}

/// A connection whose opening handshake is complete.
struct Open {
    stream: Box<dyn Stream>,
    deflate: Option<Deflate>,
    /// What came after the answer.
    early: Vec<u8>,
}

/// Connects, and completes the opening handshake.
async fn open(target: &Target, offers: &str) -> Result<Open, String> {
    let mut stream = connect(target).await?;
    let key = fresh_key();
    let request = request(target, &key, offers);
    let sent = stream.write_all(request.as_bytes()).await;
    let (head, early) = read_head(&mut stream).await?;
    sent.map_err(|error| format!("the request cannot be sent: {error}"))?;
    let deflate = read_answer(target, &head, &key, !offers.is_empty())?;
    Ok(Open { stream, deflate, early })
}

/// TCP, or TLS over it.
trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<Any: AsyncRead + AsyncWrite + Send + Unpin> Stream for Any {}

async fn connect(target: &Target) -> Result<Box<dyn Stream>, String> {
    let stream = TcpStream::connect(target.addresses.as_slice()).await;
    let stream = stream.map_err(|error| error.to_string())?;
    stream.set_nodelay(true).map_err(|error| error.to_string())?;
    let Some(tls) = &target.tls else { return Ok(Box::new(stream)) };
    let connector = TlsConnector::from(Arc::clone(&tls.config));
    let stream = connector.connect(tls.name.clone(), stream).await;
    let reason = |error| tls::reason(&error).unwrap_or_else(|| error.to_string());
    Ok(Box::new(stream.map_err(reason)?))
}

/// Writes the offers of a case. The client accepts that the server limits it (RFC 7692 §7.1).
fn offers(offers: &[Offer]) -> String {
    let offer = |offer: &Offer| {
        let takeover = if offer.takeover { "" } else { "; server_no_context_takeover" };
        let window = offer.window.map(|bits| format!("; server_max_window_bits={bits}"));
        format!(
            "permessage-deflate; client_no_context_takeover; client_max_window_bits{takeover}{}",
            window.unwrap_or_default()
        )
    };
    offers.iter().map(offer).collect::<Vec<_>>().join(", ")
}
