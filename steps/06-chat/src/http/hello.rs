//! Who opens a connection: the session and the last message, from the address or from the first
//! message.
//!
//! Proxies and logs keep addresses, so a secret does not belong there. A page therefore adds only
//! `?hello` to the address, and sends both in its first message.

use std::time::Duration;

use echo::{CloseCode, CloseFrame, Connection, Message};
use event_log::EventId;
use serde::Deserialize;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;

use crate::connection::ending::Outcome;

// ANCHOR: visit
/// What a client says about itself when it connects. All of it is optional.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Visit {
    /// Whether the first message is a [`Hello`]. Only the presence of the word counts.
    hello: Option<String>,
    /// A secret that the page has chosen. The server recognises the page by it.
    #[serde(default)]
    pub(crate) session: String,
    /// The last message that the page has received.
    pub(crate) after: Option<EventId>,
}
// ANCHOR_END: visit

/// The first message of a client that has announced it with `?hello`.
#[derive(Deserialize)]
struct Hello {
    hello: Introduction,
}

/// The secret of the visitor's session, and the last event that the page knows.
#[derive(Deserialize)]
struct Introduction {
    session: Option<String>,
    after: Option<EventId>,
}

// ANCHOR: hello
/// Waits for the first message if the address has announced one, and adds what it says to `visit`.
/// Nothing is sent before it arrives.
///
/// # Errors
/// How the connection ends instead: the client has closed it, or the first message is something
/// else or does not arrive within `time`.
pub(crate) async fn complete<Stream: AsyncRead + AsyncWrite + Unpin>(
    visit: Visit,
    connection: &mut Connection<Stream>,
    time: Duration,
) -> Result<Visit, Outcome> {
    if visit.hello.is_none() {
        return Ok(visit);
    }
    let refused = |reason| Outcome::Close(CloseFrame { code: CloseCode::POLICY_VIOLATION, reason });
    let received = timeout(time, connection.recv()).await;
    let message = match received {
        Ok(Ok((message, _))) => message,
        Ok(Err(ended)) => return Err(Outcome::Ended(ended)),
        Err(_) => return Err(refused("no hello arrived in time")),
    };
    let hello = match message {
        Message::Text(text) => serde_json::from_slice(text).ok(),
        Message::Binary(_) => None,
    };
    let Some(Hello { hello: Introduction { session, after } }) = hello else {
        let reason =
            r#"the first message must be like {"hello": {"session": "SECRET", "after": "ID"}}"#;
        return Err(refused(reason));
    };
    Ok(Visit {
        hello: None,
        session: session.unwrap_or(visit.session),
        after: after.or(visit.after),
    })
}
// ANCHOR_END: hello
