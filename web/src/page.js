/** The element with this id. */
const find = (id) => document.getElementById(id);

/** The WebSocket's address at `path`, relative to this page: a proxy may serve it below a path. */
function socketUrl(path = "./") {
  const url = new URL(path, location.href);
  url.protocol = url.protocol.replace("http", "ws");
  return url.href;
}

/** Adds a line to the log; `kind` is "sent", "received", "bad", or nothing. Text stays text. */
function say(text, kind = "") {
  const line = document.createElement("li");
  line.textContent = text;
  line.className = kind;
  const log = find("log");
  log.append(line);
  log.scrollTop = log.scrollHeight;
}

/** Does the reader's browser prefer Chinese? Then each `<template lang="zh-CN">` is a table of translations. */
const isChinese = /^zh/i.test(navigator.languages.find((language) => /^(en|zh)/i.test(language)));
if (isChinese) document.documentElement.lang = "zh-CN";

/** The translation of a text, or the text itself. */
function translated(english) {
  if (!isChinese) return english;
  const tables = [...document.querySelectorAll("template[lang]")].map(({ content }) => JSON.parse(content.textContent));
  return Object.assign({}, ...tables)[english] ?? english;
}

/** A text in the reader's language, with values in it: phrase`closed with status code ${code}`. */
function phrase(strings, ...values) {
  const english = strings.reduce((text, part, index) => `${text}{${index - 1}}${part}`);
  return translated(english).replace(/\{(\d)\}/g, (_, index) => values[index]);
}

/** Translates what the page has from the start. In its tables, {0} is the first element in a text. */
function translateAll(element) {
  for (const name of ["placeholder", "aria-label"]) {
    if (element.hasAttribute(name)) element.setAttribute(name, translated(element.getAttribute(name)));
  }
  // What people write is not the page's own text.
  if (element.matches("script, style, pre, #log, [role=log], [translate=no]")) return;
  const children = [...element.children];
  const parts = [...element.childNodes].map((node) => {
    if (node instanceof Element) return `{${children.indexOf(node)}}`;
    return node instanceof Text ? node.data : "";
  });
  const english = parts.join("").replace(/\s+/g, " ").trim();
  const text = translated(english);
  if (text !== english) {
    element.replaceChildren(...text.split(/\{(\d)\}/).map((part, index) => (index % 2 ? children[part] : part)));
  }
  children.forEach(translateAll);
}

if (isChinese) {
  addEventListener("DOMContentLoaded", () => [document.querySelector("title"), document.body].forEach(translateAll));
}
