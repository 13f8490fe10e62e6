//! What the steps share and none of them teaches: the layout of a page, the command line, the
//! listening socket, the check of origins, and the signal to stop.

mod command_line;
mod host;
mod listen;
mod origin;
mod output;
mod page;
#[cfg(feature = "tokio")]
mod stop;

pub use command_line::{give_up, listen_by_command_line, positive, seconds};
pub use host::names_a_host;
pub use listen::{REST_AFTER_ERROR, listen};
pub use origin::Origins;
pub use output::{ErrorWriter, print_error_line, print_line, wait_until_printed};
pub use page::page;
#[cfg(feature = "tokio")]
pub use stop::told_to_stop;
