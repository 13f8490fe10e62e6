/** What this page has cost so far. The tab keeps it, so that it survives a reload. */
const place = `cost of ${location.pathname}`;
let cost = JSON.parse(sessionStorage.getItem(place)) ?? startCost();

function startCost() {
  return { since: Date.now(), requests: 0, bytes: 0, delays: 0, delay: 0, total: 0 };
}

/** Adds what the browser has measured: its bytes are a body and 300 for each answer's header. */
function addCost(entries) {
  for (const entry of entries) {
    cost.requests += 1 + (entry.redirectCount ?? 0);
    cost.bytes += entry.transferSize;
  }
  showCost();
}

/** Adds the time from `id`, when a piece of news was made, to `now`, both by the server's clock. */
function addDelay(id, now) {
  cost.delay = Math.max(0, now - parseInt(id));
  cost.total += cost.delay;
  cost.delays += 1;
  showCost();
}

function showCost() {
  sessionStorage.setItem(place, JSON.stringify(cost));
  if (!find("requests")) return;
  const seconds = Math.round((Date.now() - cost.since) / 1000);
  find("requests").textContent = `${cost.requests} in ${seconds} s`;
  find("bytes").textContent = cost.bytes.toLocaleString("en");
  find("delay").textContent = cost.delays
    ? `${cost.delay} ms, on average ${Math.round(cost.total / cost.delays)} ms`
    : "–";
}

/** A random key for a message or a vote, by which the server recognises one that is sent twice. */
function randomKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

const HELD = "The server holds our question until there is news.";
/** A request that has no answer by then has failed, in milliseconds. The server answers within ten seconds. */
const ANSWER_TIME = 30_000;

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

function showState(text, kind = "") {
  find("state").textContent = text;
  find("state").className = kind;
}

/**
 * Long polling: asks `path` for what comes after `newest`, gives each answer to `use`, and asks
 * again, without end. The server holds the question until there is news. Nothing new is a normal
 * answer; no answer is a reason to wait a little longer each time.
 */
// ANCHOR: follow
async function follow(path, newest, use) {
  let rest = 500;
  showState(HELD);
  for (;;) {
    try {
      const url = `${path}?after=${newest}`;
      const answer = await fetch(url, { signal: AbortSignal.timeout(ANSWER_TIME) });
      if (answer.status === 200) {
        const news = await answer.json();
        newest = news.newest;
        use(news);
      } else if (answer.status !== 204) {
        throw new Error(await answer.text());
      }
      showState(HELD);
      rest = 500;
    } catch {
      showState(`No answer. Asking again in ${rest / 1000} s.`, "bad");
      await pause(rest);
      rest = Math.min(rest * 2, 8000);
    }
  }
}
// ANCHOR_END: follow

/**
 * Posts `body` under a random key, again and again until the server answers that it is stored. The
 * server recognises by the key what it has received before.
 */
async function post(path, body) {
  const text = JSON.stringify({ key: randomKey(), ...body });
  for (let rest = 500; ; rest = Math.min(rest * 2, 8000)) {
    const signal = AbortSignal.timeout(ANSWER_TIME);
    const answer = await fetch(path, { method: "POST", body: text, signal }).catch(() => null);
    if (answer?.ok) {
      if (rest > 500) showState(HELD);
      return;
    }
    if (answer && answer.status < 500) throw new Error(await answer.text());
    showState(`Not ${answer ? "stored" : "sent"} yet. Trying again in ${rest / 1000} s.`, "bad");
    await pause(rest);
  }
}

addEventListener("DOMContentLoaded", () => {
  if (!find("cost")) return;
  addEventListener("load", () => addCost(performance.getEntriesByType("navigation")));
  const observer = new PerformanceObserver((list) => addCost(list.getEntries()));
  observer.observe({ type: "resource", buffered: true });
  find("reset").addEventListener("click", () => {
    cost = { ...cost, ...startCost() };
    showCost();
  });
  setInterval(showCost, 1000);
  showCost();
});
