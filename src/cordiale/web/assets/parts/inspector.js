// The panel at the right: an object at a glance, without losing the list. The banner covers it as well.
import htmx from "htmx.org/dist/htmx.esm.js";

const panel = document.getElementById("inspector");
let returnTo = null;
let before = null;

const banners = () => [...document.querySelectorAll(".banner")];

async function open(address, from) {
  if (panel.hidden) {
    returnTo = from;
    before = banners().map((one) => one.cloneNode(true));
  }
  const atoms = before?.[0]?.dataset.atoms ?? "";
  await htmx.ajax("GET", address, { target: "#inspector .body", swap: "innerHTML", values: { with: atoms } });
  panel.hidden = false;
}

function close() {
  panel.hidden = true;
  panel.querySelector(".body").replaceChildren();
  if (before) banners().forEach((one, n) => one.replaceWith(before[n]));
  before = null;
  returnTo?.focus?.();
}

if (panel) {
  panel.querySelector("[data-close]").addEventListener("click", close);
  const glance = (event) => {
    const button = event.target.closest?.("[data-glance]");
    if (!button) return;
    event.preventDefault();
    open(button.dataset.glance, button);
  };
  document.addEventListener("click", glance);
  document.addEventListener("glance", glance);
  document.addEventListener("row:moved", (event) => {
    const button = event.target.closest("tr")?.querySelector("[data-glance]");
    if (!panel.hidden && button) open(button.dataset.glance, event.target);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !panel.hidden && !event.target.closest("dialog, form.search")) close();
  });
}
