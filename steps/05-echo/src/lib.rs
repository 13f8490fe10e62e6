//! Step 5: an echo server for messages, with fragments, control frames between them, the closing
//! handshake, UTF-8, limits, compression, and many connections.
//!
//! | folder | what is in it |
//! |---|---|
//! | `sans_io` | the core: the protocol without a socket, a clock or a task, see [`Endpoint`] |
//! | `compression` | permessage-deflate: the negotiation, the compressor and the decompressor |
//! | `tokio_driver` | one connection on tokio, see [`Connection`] |
//! | `server` | the server's side of the opening handshake, and the echo server |
//! | `client` | the client's side of the opening handshake |
//!
//! A server, and a client that sends it a message:
//!
//! ```
//! use std::sync::Arc;
//!
//! use clap::Parser;
//! use echo::{Clock, Connection, Limits, Message, Options, Server, Timeouts, connect};
//! use tokio::net::{TcpListener, TcpStream};
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let listener = TcpListener::bind("127.0.0.1:0").await?;
//! let address = listener.local_addr()?;
//! // The flags of the command line: none here.
//! let options = Options::parse_from(["echo"]);
//! let server = Server::new(options, web::page(5, "Echo", "<p>A page for browsers.</p>"));
//! let serving = Arc::clone(&server);
//! tokio::spawn(async move { serving.serve(&listener).await });
//!
//! let mut stream = TcpStream::connect(address).await?;
//! let endpoint = connect(&mut stream, &address.to_string(), "/", Limits::default()).await?;
//! let clock = Clock::start(Timeouts::default());
//! let mut client = Connection::new(stream, endpoint, &clock);
//! client.outgoing().send(Message::Text(b"hello"))?;
//! let (message, _) = client.recv().await?;
//! assert_eq!(message, Message::Text(b"hello"));
//!
//! // The server closes its connections with 1001, and the client answers.
//! let (_, ended) = tokio::join!(server.stop(), async { client.recv().await.map(|_| ()) });
//! assert_eq!(ended.unwrap_err().to_string(), "closed with 1001");
//! # Ok(())
//! # }
//! ```
//!
//! The core without input and output has an example at [`Endpoint`].

mod client;
mod compression;
mod sans_io;
mod server;
mod tokio_driver;

pub use client::connect::{ConnectError, connect};
pub use compression::negotiation::{Agreement, Compression};
pub use sans_io::close::{CloseCode, CloseFrame, InvalidClose};
pub use sans_io::endpoint::{Ending, Endpoint, Progress};
pub use sans_io::{encoded::Encoded, message::Message, outbound::Outbound};
pub use sans_io::{failure::Failure, limits::Limits, role::Role, utf8::Utf8};
pub use server::{echo::echo, opening::Opening, options::Options, serve::Server};
pub use tokio_driver::{clock::Clock, connection::Connection, ended::Ended};
pub use tokio_driver::{outgoing::Outgoing, timeouts::Timeouts};
