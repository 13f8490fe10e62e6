//! Step 6: many people in one process, then in many.
//!
//! A room is a topic of the event log, a list of its members, and a task that broadcasts what
//! happens. A broadcast is encoded once (step 5). Each connection takes it into an output of its
//! own, so that no member waits for another.
//!
//! | folder | what is in it |
//! |---|---|
//! | `delivery` | a broadcast to all members, and each member's inbox |
//! | `rooms` | the rooms and their members, here and on other servers |
//! | `connection` | one member's connection: its limits, and the slow reader |
//! | `http` | TLS, the paths, and the upgrade to a WebSocket |
//! | `pages` | the pages |

mod app;
mod connection;
mod delivery;
mod election;
mod http;
mod metrics;
mod options;
mod protocol;
mod rooms;
mod voters;

pub use app::App;
pub use connection::chat_limits::ChatLimits;
pub use http::routes::router;
pub use http::tls::{acceptor, serve_tls};
pub use options::Options;
