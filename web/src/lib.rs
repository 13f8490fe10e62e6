//! What the steps share and none of them teaches: the layout of a page, the command line, the
//! listening socket, lines printed for people, HTTP responses, the check of targets, hosts and
//! origins, the fields of a JSON object, the signal to stop, and the HTTP server of steps 0, 6 and 7.

mod command_line;
mod fields;
mod host;
mod listen;
mod origin;
mod output;
mod page;
mod policy;
mod response;
#[cfg(feature = "tokio")]
mod runtime;
mod secret;
#[cfg(feature = "server")]
pub mod server;
#[cfg(feature = "tokio")]
mod stop;
mod target;
mod uri_characters;

pub use command_line::{
    address_and_port, flag_defaults, give_up, listen_by_command_line, number_in, parse_command,
    parse_command_line, positive, seconds, secret,
};
pub use fields::{Fields, Kind};
pub use host::{effective_host, names_a_host};
pub use listen::{REST_AFTER_ERROR, listen};
pub use origin::{ForeignOrigin, Origins};
pub use output::{ErrorWriter, print_error_line, print_line, wait_until_printed};
pub use page::{Page, page};
pub use response::{encode_response, last_response, page_response};
#[cfg(feature = "tokio")]
pub use runtime::{on_tokio, run_on_tokio};
#[cfg(feature = "tokio")]
pub use stop::told_to_stop;
pub use target::{is_path_and_query, parse_target};
