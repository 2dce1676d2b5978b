// News by server-sent events: badges change by themselves, a list says that there is more. A lost connection is shown and repaired.
import htmx from "htmx.org/dist/htmx.esm.js";

const lost = document.getElementById("lost");
const out = document.getElementById("signed-out");
let source = null;
let wait = 1000;
let mark = null;
let timer = 0;

function badge(name, n) {
  for (const one of document.querySelectorAll(`[data-badge="${CSS.escape(name)}"]`)) {
    one.textContent = n ? new Intl.NumberFormat(document.documentElement.lang).format(n) : "";
  }
}

// a list that nobody touches shows what is new; else a line offers it, so that nothing jumps under a hand
function moved() {
  const list = document.querySelector("[data-refreshes]");
  if (!list) return;
  const main = document.getElementById("content");
  const busy = scrollY > 40 || main.contains(document.activeElement) || main.querySelector("td.pick input:checked, details.fold details[open]") || !document.getElementById("inspector").hidden;
  const line = list.querySelector(".fresh");
  if (busy && line) line.hidden = false;
  else refresh();
}

function refresh() {
  htmx.ajax("GET", location.pathname + location.search, { target: "#content", swap: "innerHTML" });
}
document.addEventListener("click", (event) => {
  if (event.target.closest?.("[data-refresh]")) refresh();
});

function heard(event) {
  const said = JSON.parse(event.data);
  for (const [name, n] of Object.entries(said.badges ?? {})) badge(name, n);
  if (mark !== null && said.mark !== mark) moved();
  mark = said.mark;
}

// an event stream does not tell why it is refused: a session that has ended is asked about otherwise
async function say() {
  const answer = await fetch("/palette?q=", { headers: { "hx-request": "true" } }).catch(() => null);
  if (answer?.headers.has("hx-redirect") && out) {
    clearTimeout(timer);
    lost.hidden = true;
    out.querySelector("a").setAttribute("href", `/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
    out.hidden = false;
  } else if (lost && (!source || source.readyState !== EventSource.OPEN)) lost.hidden = false;
}

function connect() {
  source?.close();
  source = new EventSource("/events");
  source.addEventListener("state", (event) => {
    if (lost) lost.hidden = true;
    wait = 1000;
    heard(event);
  });
  source.addEventListener("error", () => {
    source.close();
    clearTimeout(timer);
    timer = setTimeout(connect, wait);
    if (wait > 2000) say(); // one reconnection is nothing to say
    wait = Math.min(wait * 2, 15000);
  });
}

// a page that nobody looks at holds no connection: browsers allow six of them
document.addEventListener("visibilitychange", () => {
  if (document.hidden) {
    clearTimeout(timer);
    source?.close();
    source = null;
  } else if (!source) connect();
});
lost?.querySelector("button")?.addEventListener("click", () => {
  wait = 1000;
  connect();
});
if (document.querySelector("[data-live]")) connect();
window.addEventListener("pagehide", () => source?.close());
