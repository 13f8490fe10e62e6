//! The first line that every step prints.

use std::net::SocketAddr;

/// What comes before the address.
const LISTENING: &str = "listening on http://";

/// The address in the line `listening on http://ADDR:PORT`; `None` if it is another line.
pub fn listening_address(line: &str) -> Option<SocketAddr> {
    line.trim_end().strip_prefix(LISTENING)?.trim_end_matches('/').parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_of_a_server_names_its_address() {
        let address = listening_address("listening on http://127.0.0.1:9005\r\n");
        assert_eq!(address, Some(SocketAddr::from(([127, 0, 0, 1], 9005))));
        let address = listening_address("listening on http://[::1]:9005/");
        assert_eq!(address.unwrap().port(), 9005);
        assert_eq!(listening_address("error: no"), None);
    }
}
