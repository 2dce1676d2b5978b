// A map of places: land and graticule from data that comes with the bundle, nothing from elsewhere. Equirectangular, true at
// the middle latitude; land is drawn three times beside itself, so that the antimeridian is no edge.
import world from "world-atlas/land-110m.json";

const WIDTH = 900;
const HEIGHT = 480;
const NS = "http://www.w3.org/2000/svg";
const LEAST = 0.2; // degrees of latitude shown at most closely
const STEPS = [0.1, 0.5, 1, 2, 5, 10, 15, 30];
const METRES = 111320; // of a degree of latitude

function rings() {
  const { scale, translate } = world.transform;
  const arcs = world.arcs.map((arc) => {
    let x = 0;
    let y = 0;
    return arc.map(([dx, dy]) => [(x += dx) * scale[0] + translate[0], (y += dy) * scale[1] + translate[1]]);
  });
  const line = (n) => (n < 0 ? [...arcs[~n]].reverse() : arcs[n]);
  const shapes = world.objects.land.geometries ?? [world.objects.land];
  const polygons = shapes.flatMap((one) => (one.type === "Polygon" ? [one.arcs] : one.arcs));
  return polygons.flatMap((polygon) => polygon.map((ring) => unbroken(ring.flatMap(line))));
}

// a coast that crosses the antimeridian goes on beyond it; one that goes round the pole is closed by way of the pole
function unbroken(ring) {
  let turn = 0;
  const coast = ring.map(([lon, lat], n) => {
    const step = n ? lon - ring[n - 1][0] : 0;
    if (Math.abs(step) > 180) turn -= 360 * Math.sign(step);
    return [lon + turn, lat];
  });
  const [first, last] = [coast[0], coast[coast.length - 1]];
  if (Math.abs(last[0] - first[0]) > 180) coast.push([last[0], Math.sign(last[1]) * 90], [first[0], Math.sign(first[1]) * 90]);
  return coast;
}

function element(name, attributes, parent) {
  const made = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  parent?.append(made);
  return made;
}

// the middle of the places: on the circle of longitudes, so that places beside the antimeridian are beside one another
function middle(places) {
  const turn = Math.PI / 180;
  const x = places.reduce((sum, one) => sum + Math.cos(one.longitude * turn), 0);
  const y = places.reduce((sum, one) => sum + Math.sin(one.longitude * turn), 0);
  const lon = x || y ? Math.atan2(y, x) / turn : 0;
  const latitudes = places.map((one) => one.latitude);
  return { lon, lat: (Math.min(...latitudes) + Math.max(...latitudes)) / 2 };
}

const near = (lon, around) => around + ((((lon - around + 180) % 360) + 360) % 360) - 180;

export function map(place) {
  const places = JSON.parse(place.dataset.map);
  const land = rings();
  const centre = middle(places);
  const tall = Math.max(...places.map((one) => one.latitude)) - Math.min(...places.map((one) => one.latitude));
  const wide = Math.max(...places.map((one) => near(one.longitude, centre.lon))) - Math.min(...places.map((one) => near(one.longitude, centre.lon)));
  const start = { ...centre, span: Math.min(180, Math.max(6, 1.6 * tall, (1.6 * wide * HEIGHT) / WIDTH)) };
  let view = { ...start };
  const board = place.querySelector("[data-board]");

  function draw() {
    const kept = Math.max(0.15, Math.cos((view.lat * Math.PI) / 180));
    const unit = HEIGHT / view.span;
    const x = (lon) => WIDTH / 2 + (lon - view.lon) * unit * kept;
    const y = (lat) => HEIGHT / 2 - (lat - view.lat) * unit;
    const svg = element("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "aria-hidden": "true" });
    const reach = WIDTH / 2 / unit / kept;
    let path = "";
    for (const turn of [-360, 0, 360]) {
      for (const ring of land) {
        const points = ring.map(([lon, lat]) => `${x(lon + turn).toFixed(1)} ${y(lat).toFixed(1)}`);
        path += `M${points.join("L")}Z`;
      }
    }
    const step = STEPS.find((one) => view.span / one <= 8) ?? 30;
    let lines = "";
    for (let lon = Math.ceil((view.lon - reach) / step) * step; lon <= view.lon + reach; lon += step) lines += `M${x(lon)} 0V${HEIGHT}`;
    for (let lat = Math.max(-90, Math.ceil((view.lat - view.span / 2) / step) * step); lat <= Math.min(90, view.lat + view.span / 2); lat += step) lines += `M0 ${y(lat)}H${WIDTH}`;
    element("path", { class: "land", d: path }, svg);
    element("path", { class: "lines", d: lines }, svg);
    for (const one of places) {
      const [left, top] = [x(near(one.longitude, view.lon)), y(one.latitude)];
      if (one.precision) element("ellipse", { class: "doubt", cx: left, cy: top, rx: Math.max(6, (one.precision / METRES) * unit), ry: Math.max(6, (one.precision / METRES) * unit) }, svg);
      element("circle", { class: "place", cx: left, cy: top, r: 5 }, svg);
      const text = element("text", { x: left + 9, y: top + 4 }, svg);
      text.textContent = one.name.length > 40 ? `${one.name.slice(0, 39)}…` : one.name;
      if (left > WIDTH * 0.7) {
        text.setAttribute("x", left - 9);
        text.setAttribute("text-anchor", "end");
      }
    }
    board.replaceChildren(svg);
  }

  function move(by) {
    view = { ...view, ...by };
    view.span = Math.min(180, Math.max(LEAST, view.span));
    view.lat = Math.min(90, Math.max(-90, view.lat));
    view.lon = near(view.lon, 0);
    draw();
  }
  const DOES = {
    "zoom-in": () => move({ span: view.span / 1.6 }),
    "zoom-out": () => move({ span: view.span * 1.6 }),
    fit: () => move(start),
    ArrowLeft: () => move({ lon: view.lon - view.span / 8 }),
    ArrowRight: () => move({ lon: view.lon + view.span / 8 }),
    ArrowUp: () => move({ lat: view.lat + view.span / 8 }),
    ArrowDown: () => move({ lat: view.lat - view.span / 8 }),
  };
  DOES["+"] = DOES["zoom-in"];
  DOES["-"] = DOES["zoom-out"];
  place.addEventListener("click", (event) => DOES[event.target.closest("[data-do]")?.dataset.do]?.());
  board.addEventListener("keydown", (event) => {
    if (!DOES[event.key]) return;
    event.preventDefault();
    DOES[event.key]();
  });
  let from = null;
  board.addEventListener("pointerdown", (event) => {
    from = { x: event.clientX, y: event.clientY, ...view };
    board.setPointerCapture(event.pointerId);
  });
  board.addEventListener("pointermove", (event) => {
    if (!from) return;
    const unit = board.clientHeight / view.span;
    const kept = Math.max(0.15, Math.cos((from.lat * Math.PI) / 180));
    move({ lon: from.lon - (event.clientX - from.x) / unit / kept, lat: from.lat + (event.clientY - from.y) / unit });
  });
  for (const ended of ["pointerup", "pointercancel"]) board.addEventListener(ended, () => (from = null));
  draw();
  place.dataset.ready = "drawn";
}
