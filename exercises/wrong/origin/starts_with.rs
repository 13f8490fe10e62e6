//! Compares the beginnings.
//!
//! Fails: a_host_that_begins_like_ours_is_another
//!   "evil.example's page"
//! Fails: a_port_is_part_of_an_origin
//!   "another port is another server"

/// May a page of this origin connect to us? `host` is what the `Host` header says.
fn may_connect(origin: Option<&str>, host: &str) -> bool {
    // No Origin, no browser: such a program could send any Origin it likes.
    let Some(origin) = origin else { return true };
    let page_host = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
    // Whole hosts are compared, with their ports, never beginnings or ends.
    page_host.is_some_and(|page_host| page_host.to_lowercase().starts_with(&host.to_lowercase()))
}
