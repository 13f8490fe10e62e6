//! Step 7: the server of step 6 over HTTP/2 (RFC 9113), where many WebSockets share one TCP
//! connection (RFC 8441).
//!
//! | file | what is in it |
//! |---|---|
//! | `options` | the flags of step 6, and three more |
//! | `tls` | TLS, which chooses between HTTP/2 and HTTP/1.1, and a certificate for trying |
//! | `connection` | one connection of HTTP/2, with its limits |
//! | `answer` | a request on a stream, and its answer |
//! | `translation` | a request in HTTP/2 as step 6 knows it, and the answer back |
//! | `serve` | the accept loop, and the end |

mod answer;
mod connection;
mod options;
mod serve;
mod tls;
mod translation;

pub use options::Options;
pub use serve::serve;
pub use translation::{to_http1, to_http2};
