//! Pages, and what their policy allows.

use web::page;

/// The digest of `alert(1)`, by `openssl dgst -sha256 -binary | base64`.
const ALERT: &str = "'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='";

/// CSP3 §6.7.3: a script is allowed by the digest of its text.
#[test]
fn a_page_allows_its_own_scripts_and_styles() {
    let content = "<script type=\"module\">alert(1)</script><style>p { color: red }</style>";
    let with_script = page(1, "A page", content);
    assert!(with_script.policy().contains(ALERT), "{}", with_script.policy());
    assert_eq!(with_script.policy().matches("'sha256-").count(), 4);
    let without = page(1, "A page", "<p>alert(1)</p>");
    assert!(!without.policy().contains(ALERT), "{}", without.policy());
    assert_eq!(without.policy().matches("'sha256-").count(), 2);
}

/// What is put into a page later is not a part of the program: a script in it is not allowed.
#[test]
fn a_script_that_is_put_into_a_page_is_not_allowed() {
    let page = page(1, "A page", "<p>HERE</p>").with("HERE", "<script>alert(1)</script>");
    assert!(page.document().contains("<p><script>alert(1)</script></p>"));
    assert!(!page.policy().contains(ALERT), "{}", page.policy());
}

/// A policy is a list of directives, and none of them gives way.
#[test]
fn a_policy_names_what_is_allowed_and_nothing_unsafe() {
    let page = page(6, "A page", "");
    let directives: Vec<&str> = page.policy().split("; ").collect();
    for directive in [
        "default-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ] {
        assert!(directives.contains(&directive), "{directives:?}");
    }
    assert!(!page.policy().contains("unsafe-"), "{directives:?}");
}

/// Readers open step 1's page, and connect to the server that they build from its console.
#[test]
fn the_pages_that_readers_play_with_may_connect_to_other_servers() {
    for step in 0..=6 {
        let is_open = page(step, "A page", "").policy().contains("; connect-src 'self' ws:; ");
        assert_eq!(is_open, (1..=5).contains(&step), "step {step}");
    }
}
