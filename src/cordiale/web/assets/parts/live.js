// News by server-sent events: badges change by themselves, a list says that there is more. A lost connection is shown and repaired.
const lost = document.getElementById("lost");
let source = null;
let wait = 1000;
let first = true;
let timer = 0;

function badge(name, n) {
  for (const one of document.querySelectorAll(`[data-badge="${CSS.escape(name)}"]`)) {
    one.textContent = n ? new Intl.NumberFormat(document.documentElement.lang).format(n) : "";
  }
}

function heard(event) {
  const said = JSON.parse(event.data);
  for (const [name, n] of Object.entries(said.badges ?? {})) badge(name, n);
  if (said.moved && !first) document.body.dispatchEvent(new CustomEvent("cordiale:moved", { bubbles: true }));
  first = false;
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
    if (wait > 2000 && lost) lost.hidden = false; // one reconnection is nothing to say
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
