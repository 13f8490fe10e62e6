/** The element with this id. */
const find = (id) => document.getElementById(id);

/** Adds a line to the log; `kind` is "sent", "received", "bad", or nothing. Text stays text. */
function say(text, kind = "") {
  const line = document.createElement("li");
  line.textContent = text;
  line.className = kind;
  const log = find("log");
  log.append(line);
  log.scrollTop = log.scrollHeight;
}
