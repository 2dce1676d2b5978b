// Land is some data: it is fetched where a map is shown, and nowhere else.
async function load(root) {
  for (const place of root.querySelectorAll?.("[data-map]:not([data-ready])") ?? []) {
    place.dataset.ready = "";
    const { map } = await import("../map.js");
    map(place);
  }
}
load(document);
document.addEventListener("htmx:afterSwap", (event) => load(event.target));
