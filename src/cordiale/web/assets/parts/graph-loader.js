// The graph is large: it is fetched where one is shown, and nowhere else.
async function load(root) {
  for (const place of root.querySelectorAll?.("[data-graph]:not([data-ready])") ?? []) {
    place.dataset.ready = "";
    const { graph } = await import("../graph.js");
    graph(place);
  }
}
load(document);
document.addEventListener("htmx:afterSwap", (event) => load(event.target));
