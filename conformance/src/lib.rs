//! Judges a WebSocket server or client from outside.
//!
//! Two judges work here: the `checker`, which is our own, and `autobahn`, which runs the field's
//! conformance suite. Both know the steps by `subject`, and they
//! share what they know of a terminal and of threads. They depend on no step: a judge must not
//! share code with what it judges.
//!
//! The checker as a function, for a server that does not upgrade:
//!
//! ```
//! use std::io::Write;
//! use std::net::TcpListener;
//!
//! use conformance::checker::options::Options;
//! use conformance::checker::runner::run;
//! use conformance::target::TargetOptions;
//!
//! let listener = TcpListener::bind("127.0.0.1:0")?;
//! let url = format!("ws://{}/", listener.local_addr()?);
//! std::thread::spawn(move || {
//!     for mut stream in listener.incoming().flatten() {
//!         let _ = stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
//!     }
//! });
//!
//! let mut options = Options::new(TargetOptions::default().target(&url)?);
//! options.only = vec!["handshake/upgrade".to_owned()];
//! let report = run(&options, &|ruling, _| println!("{}", ruling.check.id))?;
//! assert!(!report.is_good());
//! println!("{}", report.for_people(false));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod autobahn;
pub mod checker;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
pub mod open_files;
mod parallel;
pub mod program;
mod subject;
pub mod target;
pub mod terminal;
pub mod tls;
