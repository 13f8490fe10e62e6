//! The frame around every step's page: the head, the style, the few lines of script that pages
//! share, and the step's own part in the middle.

use std::ops::RangeInclusive;

use crate::policy::policy_of;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");
/// What several pages say, in Chinese. A page has the rest of its table in a template of its own.
const CHINESE: &str = include_str!("chinese.json");
/// The steps that serve one reader, who also tries out other servers from their pages.
const PLAYGROUNDS: RangeInclusive<u8> = 1..=5;

/// A page, and the policy under which a browser shows it.
#[derive(Clone, Debug)]
pub struct Page {
    document: String,
    policy: String,
}

/// Returns a whole HTML document for step `step`: `title` as its heading, then `content`, which is
/// HTML.
///
/// The page's policy allows the scripts and styles of `content`, so `content` must be a part of the
/// program. Anything else is added by [`Page::with`].
pub fn page(step: u8, title: &str, content: &str) -> Page {
    let document = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <link rel=\"icon\" href=\"data:,\">\n\
         <title>Step {step} · {title}</title>\n<style>\n{STYLE}</style>\n<script>\n{SCRIPT}</script>\n\
         <template lang=\"zh-CN\">{CHINESE}</template>\n\
         <header><p>WebSocket, step by step</p><h1><b>{step}</b> {title}</h1></header>\n\
         <main>\n{content}</main>\n</html>\n"
    );
    Page { policy: policy_of(&document, PLAYGROUNDS.contains(&step)), document }
}

impl Page {
    /// Puts `html` in each place where the page has the words `place`. Scripts and styles in it are
    /// not allowed by the page's policy.
    #[must_use]
    pub fn with(mut self, place: &str, html: &str) -> Self {
        self.document = self.document.replace(place, html);
        self
    }

    /// The HTML document.
    pub fn document(&self) -> &str {
        &self.document
    }

    /// The value of its `Content-Security-Policy` header.
    pub fn policy(&self) -> &str {
        &self.policy
    }
}

#[cfg(feature = "server")]
impl axum::response::IntoResponse for Page {
    fn into_response(self) -> axum::response::Response {
        let policy = (http::header::CONTENT_SECURITY_POLICY, self.policy);
        ([policy], axum::response::Html(self.document)).into_response()
    }
}
