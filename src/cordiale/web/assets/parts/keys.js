// Keys: Ctrl-K always; single keys unless the reader turned them off (WCAG 2.1.4).
const STORED = "cordiale-keys";
const box = document.querySelector("input[data-single-keys]");
const wanted = () => localStorage.getItem(STORED) !== "off";

if (box) {
  box.checked = wanted();
  box.addEventListener("change", () => localStorage.setItem(STORED, box.checked ? "on" : "off"));
}

export const rows = () => [...document.querySelectorAll("table.list td.name a, [data-row] > a")];

export function move(by) {
  const all = rows();
  if (!all.length) return;
  const at = all.findIndex((link) => link === document.activeElement || link.closest("tr")?.contains(document.activeElement));
  const next = all[Math.min(Math.max(at + by, 0), all.length - 1)];
  next.focus();
  next.scrollIntoView({ block: "nearest" });
  next.dispatchEvent(new CustomEvent("row:moved", { bubbles: true }));
}

const PLACES = { t: "/", o: "/objects", r: "/release", p: "/partners", a: "/administration" };
let going = 0;

const SINGLE = {
  "/": () => focusSearch(),
  "?": () => document.getElementById("keys")?.showModal(),
  j: () => move(1),
  k: () => move(-1),
  x: () => current()?.querySelector("td.pick input")?.click(),
  i: () => current()?.querySelector("[data-glance]")?.dispatchEvent(new CustomEvent("glance", { bubbles: true })),
  ".": () => act(),
  g: () => {
    going = Date.now();
  },
};

const current = () => document.activeElement?.closest?.("tr, [data-row]");

function act() {
  const target = document.querySelector(".bulk:not([hidden]) button, #inspector:not([hidden]) [data-act], main [data-act]");
  target?.focus();
  if (target?.tagName === "SUMMARY") target.click();
}

export function focusSearch() {
  const search = document.querySelector("form.search input[type=search]");
  search?.focus();
  search?.select();
}

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    focusSearch();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || !wanted()) return;
  if (event.target.closest?.("input:not([type=checkbox]), textarea, select, dialog, [contenteditable], .board")) return;
  if (going && Date.now() - going < 1500 && PLACES[event.key]) {
    going = 0;
    location.assign(PLACES[event.key]);
    return;
  }
  going = 0;
  const does = SINGLE[event.key];
  if (does) {
    event.preventDefault();
    does();
  }
});
