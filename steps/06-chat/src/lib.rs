//! Step 6: many people in one process, then in many.
//!
//! A room is a topic of the event log, a line to each of its members, and a task that broadcasts
//! what happens. A broadcast is encoded once (step 5), and the task writes it to each line without
//! waiting. A member who does not take it reads it from the log later.
//!
//! | folder | what is in it |
//! |---|---|
//! | `delivery` | a broadcast to all members, the line to each of them, and what a member has received |
//! | `rooms` | the rooms and their members, here and on other servers |
//! | `connection` | one member's conversation: its limits, and its end |
//! | `http` | TLS, the paths, and the upgrade to a WebSocket |
//! | `pages` | the pages |

mod app;
mod connection;
mod delivery;
mod election;
mod exposition;
mod http;
mod metrics;
mod options;
mod protocol;
mod rooms;
mod voters;

pub use app::App;
pub use connection::chat_limits::ChatLimits;
pub use delivery::stream::SharedStream;
pub use http::coming_stream::ComingStream;
pub use http::routes::router;
pub use http::tls::{acceptor, serve_tls};
pub use options::Options;
