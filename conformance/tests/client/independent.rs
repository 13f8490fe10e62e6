//! An independent client, as its documentation shows it: tungstenite.

/// Echoes until the connection is closed.
pub(crate) fn run(url: &str) {
    let Ok((mut socket, _)) = tungstenite::connect(url) else { return };
    while let Ok(message) = socket.read() {
        let is_data = message.is_text() || message.is_binary();
        if is_data && socket.send(message).is_err() {
            break;
        }
    }
    // What is owed after a failure.
    let _ = socket.close(None);
    while socket.read().is_ok() {}
}
