//! Step 2: the opening handshake, RFC 6455 §4.
//!
//! A WebSocket begins as an HTTP request that asks for another protocol. We [collect](HeaderBlock)
//! the request from its pieces, [check](upgrade) it by the rules, and [answer](answer()) with
//! `101 Switching Protocols`, with the step's page, or with a refusal that says what was wrong.
//!
//! [`upgrade`] takes any [`http::Request`], so it works with any HTTP library.
//!
//! ```
//! use handshake::{Arrived, HeaderBlock, HeaderLimits, Policy, upgrade};
//!
//! let mut block = HeaderBlock::new(HeaderLimits::default());
//! assert!(block.push(b"GET /echo HTTP/1.1\r\nHost: example.com\r\nUpgr")?.is_none());
//! let rest = b"ade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\
//!     Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
//! let Some(Arrived { request, .. }) = block.push(rest)? else { panic!("it is complete") };
//!
//! let answer = upgrade(&request, &Policy::default())?.response();
//! assert_eq!(answer.status(), 101);
//! assert_eq!(answer.headers()["sec-websocket-accept"], "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
//! # Ok::<(), handshake::Refusal>(())
//! ```

mod accept_key;
mod answer;
mod blocking;
mod header_block;
mod refusal;
mod upgrade;

pub use accept_key::accept_key;
pub use answer::{Opened, answer};
pub use blocking::{HANDSHAKE_TIME, LINGER_BYTES, LINGER_TIME, hang_up, open, serve_opened};
pub use header_block::{Arrived, HeaderBlock, HeaderLimits, end_of_block};
pub use refusal::Refusal;
pub use upgrade::{Policy, Upgrade, extension, list, upgrade};
