//! Builds a reader's program, and starts it as the server to be judged.

use conformance::open_files::raise_open_files;

use crate::judge::SECONDS;
use crate::run::build::build;
use crate::run::server::{Server, Slot};
use crate::run::trouble::Trouble;
use crate::workshop::Workshop;

/// Builds and starts the program of a reader, which is then in the slot.
///
/// # Errors
/// Why there is no server. The compiler's errors are in colours if they are wanted.
pub(crate) fn start(workshop: &Workshop, colours: bool, slot: &Slot) -> Result<Server, Trouble> {
    let program = build(workshop, colours)?;
    // The server inherits the limit: some hundreds of clients come at once.
    raise_open_files();
    Server::start(&program, SECONDS, slot)
}
