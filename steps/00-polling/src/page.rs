//! The frame around the pages of this step: the style, the script and the translation that they share.

use web::Page;

/// Returns a whole page, with `content` in the middle. It must be a part of the program.
pub(crate) fn page(title: &str, content: &str) -> Page {
    let style = include_str!("polling.css");
    let script = include_str!("polling.js");
    let content = content.replace("<!-- COST -->", include_str!("cost.html"));
    let chinese = include_str!("chinese.json");
    let content = format!(
        "<style>\n{style}</style>\n<template lang=\"zh-CN\">{chinese}</template>\n\
         <script>\n{script}</script>\n{content}"
    );
    web::page(0, title, &content)
}
