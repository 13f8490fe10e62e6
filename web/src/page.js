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
