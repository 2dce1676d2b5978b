// The graph of an object's neighbours: small at first, more on demand, and groups past what an eye can follow.
import cytoscape from "cytoscape";

const GROUP_PAST = 60;
const OPENED = 20; // members of a group that are drawn at a time
const SHAPES = {
  campaign: "hexagon",
  "intrusion-set": "hexagon",
  "threat-actor": "pentagon",
  indicator: "diamond",
  malware: "octagon",
  tool: "octagon",
  report: "round-rectangle",
  note: "round-rectangle",
  grouping: "round-rectangle",
  identity: "ellipse",
  location: "triangle",
  infrastructure: "rectangle",
  vulnerability: "star",
};

function colour(name) {
  // computed colours hold light-dark(): a probe resolves it
  const probe = document.createElement("span");
  probe.className = `probe-${name}`;
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

function style() {
  const [ink, quiet, line, accent, ground, accentGround, warn] = ["ink", "quiet", "line", "accent", "ground", "accent-ground", "warn"].map(colour);
  return [
    { selector: "node", style: { label: "data(label)", "font-size": 11, "text-wrap": "wrap", "text-max-width": 120, "text-valign": "bottom", "text-margin-y": 4, color: ink, "background-color": accentGround, "border-width": 1.5, "border-color": accent, width: 26, height: 26, shape: "data(shape)", "text-background-color": ground, "text-background-opacity": 0.75, "text-background-padding": 1 } },
    { selector: "node.start", style: { "background-color": accent, width: 34, height: 34, "font-weight": "bold" } },
    { selector: "node.group", style: { shape: "round-rectangle", "border-style": "dashed", width: 44, height: 32 } },
    { selector: "node.pinned", style: { "border-width": 3, "border-style": "double" } },
    { selector: "node:selected", style: { "border-color": warn, "border-width": 3 } },
    { selector: "edge", style: { label: "data(label)", "font-size": 9, color: quiet, width: 1.2, "line-color": line, "target-arrow-color": quiet, "target-arrow-shape": "triangle", "arrow-scale": 0.8, "curve-style": "bezier", "text-rotation": "autorotate", "text-background-color": ground, "text-background-opacity": 0.8, "text-background-padding": 1 } },
    { selector: ".path", style: { "line-color": warn, "target-arrow-color": warn, "border-color": warn, width: 3 } },
    { selector: "node.path", style: { width: 30 } },
    { selector: ".hidden", style: { display: "none" } },
  ];
}

export function graph(place) {
  const words = JSON.parse(place.dataset.words);
  const first = JSON.parse(place.dataset.first);
  const start = place.dataset.start;
  const state = place.querySelector("[data-state]");
  const chosen = place.querySelector("[data-chosen]");
  const say = (text) => (state.textContent = text);
  const fill = (text, values) => Object.entries(values).reduce((now, [key, value]) => now.replace(key, value), text);
  const number = (n) => new Intl.NumberFormat(document.documentElement.lang).format(n);

  const cy = cytoscape({
    container: place.querySelector(".board"),
    style: style(),
    elements: [],
    minZoom: 0.1,
    maxZoom: 3,
    selectionType: "additive",
  });
  const expanded = new Set([start]);
  const hiddenTypes = new Set();

  function label(node) {
    return node.name.length > 40 ? `${node.name.slice(0, 39)}…` : node.name;
  }

  function add(found, around) {
    const had = cy.nodes().length;
    const at = around ? cy.getElementById(around).position() : { x: 0, y: 0 };
    const elements = [];
    // what is drawn keeps its place: new ones come in a ring around what was expanded
    const fresh = found.nodes.filter((node) => node.id !== start && cy.getElementById(node.id).empty()).length;
    const reach = Math.min(600, Math.max(150, fresh * 18));
    const taken = cy.nodes(":visible").map((node) => node.position());
    // the first ones stand around the start, later ones in a fan that leads away from it
    const away = Math.atan2(at.y, at.x);
    const open = around && around !== start ? Math.PI : 2 * Math.PI;
    const free = (angle) => {
      for (let tries = 0, far = reach; ; tries += 1, far += 60) {
        const place = { x: at.x + far * 1.35 * Math.cos(angle), y: at.y + far * Math.sin(angle) };
        if (tries > 12 || taken.every((other) => Math.abs(other.x - place.x) > 110 || Math.abs(other.y - place.y) > 60)) {
          taken.push(place);
          return place;
        }
      }
    };
    let n = 0;
    found.nodes.forEach((node) => {
      if (cy.getElementById(node.id).nonempty()) return;
      const angle = open < 2 * Math.PI ? away - open / 2 + (open * (n + 0.5)) / Math.max(1, fresh) : (open * n) / Math.max(1, fresh);
      elements.push({
        group: "nodes",
        data: { ...node, label: label(node), shape: SHAPES[node.type] ?? "ellipse" },
        position: node.id === start ? { x: 0, y: 0 } : free(angle),
        classes: node.id === start ? "start" : "",
      });
      if (node.id !== start) n += 1;
    });
    for (const edge of found.edges) {
      const id = `${edge.start} ${edge.end} ${edge.label}`;
      if (cy.getElementById(id).nonempty()) continue;
      elements.push({ group: "edges", data: { id, source: edge.start, target: edge.end, label: edge.label, href: edge.href } });
      if (had) list(edge);
    }
    cy.add(elements);
    banner(found.banner);
    groups();
    types();
    if (had === 0) {
      arrange(cy.nodes(":visible").length > 24 || cy.nodes(".group").nonempty());
      cy.fit(undefined, 40);
      if (cy.zoom() > 1.2) cy.zoom({ level: 1.2, position: { x: 0, y: 0 } });
      cy.center();
    }
    count();
    if (found.more) say(words.more.replace("%s", cy.getElementById(around ?? start).data("name")));
  }

  // what is drawn can be read as a list as well
  function list(edge) {
    const table = place.parentElement.querySelector("tbody[data-edges]");
    if (!table) return;
    const line = document.createElement("tr");
    const cells = [
      [edge.startName, `/objects/${encodeURIComponent(edge.start)}`, "name"],
      [edge.label, edge.href, ""],
      [edge.endName, `/objects/${encodeURIComponent(edge.end)}`, "name"],
    ];
    for (const [text, address, look] of cells) {
      const cell = document.createElement("td");
      if (look) cell.className = look;
      const inside = address ? document.createElement("a") : cell;
      if (address) {
        inside.setAttribute("href", address);
        cell.append(inside);
      }
      inside.append(text);
      line.append(cell);
    }
    table.append(line);
  }

  function count() {
    const shown = cy.nodes().filter((node) => !node.hasClass("group") && !node.hasClass("away") && !hiddenTypes.has(node.data("type")));
    say(fill(words.expanded, { "%n": number(shown.length), "%m": number(shown.edgesWith(shown).length) }));
  }

  // past GROUP_PAST objects, those with one connection to the same object and of one type are drawn as one
  function groups() {
    cy.remove("node.group");
    cy.nodes().removeClass("grouped");
    if (cy.nodes().length > GROUP_PAST) {
      const found = new Map();
      let placed = 0;
      cy.nodes().forEach((node) => {
        if (node.degree() !== 1 || node.id() === start || node.hasClass("pinned") || node.hasClass("loose")) return;
        const other = node.neighborhood("node").first().id();
        const key = `${other} ${node.data("type")}`;
        found.set(key, [...(found.get(key) ?? []), node]);
      });
      for (const [key, nodes] of found) {
        if (nodes.length < 4) continue;
        const other = key.split(" ")[0];
        const text = fill(words.group, { "%n": number(nodes.length), "%t": nodes[0].data("typeLabel") });
        const middle = cy.getElementById(other).position();
        const angle = (2 * Math.PI * placed) / found.size + 0.4;
        placed += 1;
        cy.add({ group: "nodes", position: { x: middle.x + 300 * Math.cos(angle), y: middle.y + 220 * Math.sin(angle) }, data: { id: `group ${key}`, label: text, name: text, typeLabel: "", members: nodes.map((n) => n.id()), shape: "round-rectangle", type: "" }, classes: "group" });
        cy.add({ group: "edges", data: { id: `to ${key}`, source: other, target: `group ${key}`, label: "" } });
        for (const node of nodes) node.addClass("grouped");
      }
    }
    show();
  }

  function show() {
    cy.nodes().forEach((node) => {
      node.toggleClass("hidden", hiddenTypes.has(node.data("type")) || node.hasClass("grouped") || node.hasClass("away"));
    });
  }

  function types() {
    const box = place.querySelector("[data-types]");
    const found = new Map();
    cy.nodes().not(".group").forEach((node) => found.set(node.data("type"), node.data("typeLabel")));
    for (const [type, text] of [...found].sort((a, b) => a[1].localeCompare(b[1]))) {
      if (box.querySelector(`[value="${CSS.escape(type)}"]`)) continue;
      const line = document.createElement("label");
      const input = document.createElement("input");
      Object.assign(input, { type: "checkbox", value: type, checked: true });
      input.addEventListener("change", () => {
        if (input.checked) hiddenTypes.delete(type);
        else hiddenTypes.add(type);
        show();
        count();
      });
      line.append(input, ` ${text}`);
      box.append(line);
    }
  }

  function arrange(needed) {
    if (!needed) return;
    const moving = cy.elements(":visible");
    const few = moving.nodes().length <= 36;
    const how = few
      ? { name: "concentric", concentric: (node) => (node.id() === start ? 2 : 1), levelWidth: () => 1, minNodeSpacing: 64, avoidOverlap: true }
      : { name: "cose", randomize: false, nodeRepulsion: () => 9000, idealEdgeLength: () => 110, nodeOverlap: 24, numIter: 600 };
    moving.layout({ ...how, animate: false, padding: 40, fit: true }).run();
    if (cy.zoom() > 1.2) cy.zoom({ level: 1.2, renderedPosition: { x: cy.width() / 2, y: cy.height() / 2 } });
  }

  function banner(over) {
    if (!over) return;
    for (const one of document.querySelectorAll(".banner")) {
      one.textContent = over.text;
      one.className = `banner ${one.id === "banner-top" ? "top" : "bottom"} ${over.style}`;
      if (one.id === "banner-top") one.dataset.atoms = over.atoms;
    }
  }

  async function ask(address) {
    const atoms = document.getElementById("banner-top")?.dataset.atoms ?? "";
    const url = new URL(address, location.origin);
    url.searchParams.set("with", atoms);
    try {
      const answer = await fetch(url, { headers: { accept: "application/json" } });
      return answer.ok ? await answer.json() : null;
    } catch {
      return null;
    }
  }

  async function expand(node) {
    if (!node || node.empty()) return;
    if (node.hasClass("group")) {
      const middle = node.position();
      const opened = node.data("members").slice(0, OPENED);
      opened.forEach((id, n) => {
        const angle = (2 * Math.PI * n) / opened.length;
        const one = cy.getElementById(id).addClass("loose").removeClass("grouped");
        one.position({ x: middle.x * 1.8 + 260 * Math.cos(angle), y: middle.y * 1.8 + 190 * Math.sin(angle) });
      });
      groups();
      arrange(true);
      count();
      return;
    }
    if (expanded.has(node.id())) return;
    const found = await ask(`${node.data("href")}/neighbours`);
    if (!found) return say(words.failed);
    expanded.add(node.id());
    add(found, node.id());
  }

  async function path() {
    const [one, other] = cy.nodes(":selected");
    if (!one || !other) return;
    const found = await ask(`${one.data("href")}/path?to=${encodeURIComponent(other.id())}`);
    if (!found) return say(words.failed);
    cy.elements().removeClass("path");
    if (!found.edges.length) return say(words.nothing);
    add(found, one.id());
    for (const node of found.nodes) cy.getElementById(node.id).addClass("path").removeClass("grouped hidden");
    for (const edge of found.edges) cy.getElementById(`${edge.start} ${edge.end} ${edge.label}`).addClass("path");
    say(words.found.replace("%n", number(found.edges.length)));
  }

  function about() {
    const picked = cy.nodes(":selected");
    chosen.hidden = picked.empty();
    if (picked.empty()) return;
    const node = picked.last();
    chosen.querySelector("[data-name]").textContent = picked.map((one) => one.data("name")).join(" ↔ ");
    chosen.querySelector("[data-about]").textContent = picked.length === 1 ? [node.data("typeLabel"), node.data("marking"), node.data("source")].filter(Boolean).join(" · ") : "";
    const open = chosen.querySelector("[data-open]");
    open.hidden = !node.data("href");
    if (node.data("href")) open.setAttribute("href", node.data("href"));
    chosen.querySelector("[data-do=pin]").setAttribute("aria-pressed", String(node.hasClass("pinned")));
    chosen.querySelector("[data-do=path]").disabled = picked.length !== 2;
    chosen.querySelector("[data-do=expand]").disabled = expanded.has(node.id());
  }

  function pin(node) {
    const now = !node.hasClass("pinned");
    node.toggleClass("pinned", now);
    if (now) node.lock();
    else node.unlock();
    about();
  }

  const does = {
    fit: () => cy.fit(undefined, 32),
    layout: () => arrange(true),
    "zoom-in": () => cy.zoom({ level: cy.zoom() * 1.25, renderedPosition: { x: cy.width() / 2, y: cy.height() / 2 } }),
    "zoom-out": () => cy.zoom({ level: cy.zoom() / 1.25, renderedPosition: { x: cy.width() / 2, y: cy.height() / 2 } }),
    expand: () => expand(cy.nodes(":selected").last()),
    pin: () => cy.nodes(":selected").forEach(pin),
    hide: () => {
      cy.nodes(":selected").addClass("away").unselect();
      show();
      count();
    },
    path,
  };
  place.addEventListener("click", (event) => does[event.target.closest("[data-do]")?.dataset.do]?.());
  cy.on("select unselect", "node", about);
  cy.on("dbltap", "node", (event) => expand(event.target));
  cy.on("tap", "node", (event) => {
    if (!event.originalEvent?.shiftKey) cy.nodes(":selected").not(event.target).unselect();
  });
  cy.on("tap", (event) => event.target === cy && cy.nodes(":selected").unselect());

  place.querySelector(".board").addEventListener("keydown", (event) => {
    const node = cy.nodes(":selected").last();
    if (event.key === "Enter") expand(node);
    else if (event.key === "p" && node.nonempty()) pin(node);
    else if (event.key.startsWith("Arrow")) {
      const all = cy.nodes(":visible");
      const from = node.nonempty() ? node.position() : { x: -1e9, y: 0 };
      const [x, y] = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[event.key];
      const ahead = all
        .filter((one) => one.id() !== node.id() && (one.position("x") - from.x) * x + (one.position("y") - from.y) * y > 0)
        .sort((a, b) => Math.hypot(a.position("x") - from.x, a.position("y") - from.y) - Math.hypot(b.position("x") - from.x, b.position("y") - from.y));
      const next = node.nonempty() ? ahead.first() : cy.getElementById(start);
      if (next?.nonempty()) {
        cy.nodes(":selected").unselect();
        next.select();
        say(`${next.data("name")} · ${next.data("typeLabel")}`);
      }
    } else return;
    event.preventDefault();
  });

  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => cy.style(style()));
  add(first, null);
  if (!first.edges.length) say(words.choose);
  place.dataset.ready = "drawn";
  place.cordialeGraph = cy; // for the console of somebody who looks closer, and for tests
}
