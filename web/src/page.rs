//! The frame around every step's page: the head, the style, the log's few lines of script, and the
//! step's own part in the middle.

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// A whole HTML document for step `step`: `title` as its heading, then `content`, which is HTML.
pub fn page(step: u8, title: &str, content: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <link rel=\"icon\" href=\"data:,\">\n\
         <title>Step {step} · {title}</title>\n<style>\n{STYLE}</style>\n<script>\n{SCRIPT}</script>\n\
         <header><p>WebSocket, step by step</p><h1><b>{step}</b> {title}</h1></header>\n\
         <main>\n{content}</main>\n</html>\n"
    )
}
