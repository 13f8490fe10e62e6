//! A solution of `origin`: whose page is that?.

/// May a page of this origin connect to us? `host` is what the `Host` header says.
fn may_connect(origin: Option<&str>, host: &str) -> bool {
    // No Origin, no browser: such a program could send any Origin it likes.
    let Some(origin) = origin else { return true };
    let page_host = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
    // Whole hosts are compared, with their ports, never beginnings or ends.
    page_host.is_some_and(|page_host| page_host.eq_ignore_ascii_case(host))
}

fn main() {}

#[cfg(test)]
mod tests {
    use super::*;

    fn comes_in(origin: &str) -> bool {
        may_connect(Some(origin), "good.example")
    }

    #[test]
    fn our_own_page_may_connect() {
        assert!(comes_in("http://good.example"), "that is our own page");
        assert!(comes_in("https://good.example"), "over TLS, too");
        assert!(may_connect(Some("http://localhost:9002"), "localhost:9002"), "with a port, too");
    }

    #[test]
    fn who_is_no_browser_may_connect() {
        assert!(may_connect(None, "good.example"), "only browsers send an Origin");
    }

    #[test]
    fn a_foreign_page_may_not_connect() {
        for origin in ["http://evil.example", "null", ""] {
            assert!(!comes_in(origin), "that is not our page: {origin:?}");
        }
    }

    #[test]
    fn a_host_that_begins_like_ours_is_another() {
        let origin = "http://good.example.evil.example";
        assert!(
            !comes_in(origin),
            "that is evil.example's page, and it may connect (F6): {origin}"
        );
    }

    #[test]
    fn a_host_that_ends_like_ours_is_another() {
        for origin in ["http://not-good.example", "http://evil.good.example"] {
            let why = "that is another site's page, and it may connect (F6)";
            assert!(!comes_in(origin), "{why}: {origin}");
        }
    }

    #[test]
    fn a_port_is_part_of_an_origin() {
        assert!(!comes_in("http://good.example:8080"), "another port is another server");
    }

    #[test]
    fn the_case_of_a_host_means_nothing() {
        assert!(may_connect(Some("http://good.example"), "Good.Example"), "hosts have no case");
    }
}
