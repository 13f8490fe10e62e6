//! The frame around the pages of this step: the style and the script that they share.

use web::Page;

/// Returns a whole page, with `content` in the middle. It must be a part of the program.
pub(crate) fn page(title: &str, content: &str) -> Page {
    let style = include_str!("polling.css");
    let script = include_str!("polling.js");
    let content = content.replace("<!-- COST -->", include_str!("cost.html"));
    let content = format!("<style>\n{style}</style>\n<script>\n{script}</script>\n{content}");
    web::page(0, title, &content)
}
