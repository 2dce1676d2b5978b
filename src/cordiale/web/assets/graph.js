export function graph(place) {
  place.dataset.ready = "soon";
}
