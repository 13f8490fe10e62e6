//! Values that may contain a password: messages do not repeat them.

/// Stands for a value that may contain a password.
const HIDDEN: &str = "***";
/// How URLs start that contain no password in front of an `@` that was forgotten.
const WEB: [&str; 4] = ["http://", "https://", "ws://", "wss://"];

/// Returns the value as a message may repeat it: hidden, if it may be a URL with a user name, a
/// password or parameters.
pub(crate) fn without_secrets(value: &str) -> &str {
    let is_of_the_web = WEB.iter().any(|scheme| value.starts_with(scheme));
    let may_be_secret = value.contains(['@', '?', '#']) || value.contains("://") && !is_of_the_web;
    if may_be_secret { HIDDEN } else { value }
}
