// What is chosen in a list, and the bar that acts on it.
function state() {
  const bar = document.querySelector(".bulk");
  if (!bar) return;
  const boxes = [...document.querySelectorAll("td.pick input[type=checkbox]")];
  const n = boxes.filter((box) => box.checked).length;
  bar.hidden = n === 0;
  const count = bar.querySelector("[data-chosen]");
  if (count) count.textContent = new Intl.NumberFormat(document.documentElement.lang).format(n);
  const all = document.querySelector("th.pick input");
  if (all) {
    all.checked = n > 0 && n === boxes.length;
    all.indeterminate = n > 0 && n < boxes.length;
  }
  for (const box of boxes) box.closest("tr").setAttribute("aria-selected", String(box.checked));
}

let last = null;
document.addEventListener("click", (event) => {
  const box = event.target.closest?.("td.pick input");
  if (!box) return;
  if (event.shiftKey && last) {
    const boxes = [...document.querySelectorAll("td.pick input")];
    const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
    if (from >= 0) for (const one of boxes.slice(from, to + 1)) one.checked = box.checked;
  }
  last = box;
  state();
});
document.addEventListener("change", (event) => {
  if (event.target.closest?.("th.pick input")) {
    for (const box of document.querySelectorAll("td.pick input")) box.checked = event.target.checked;
  }
  if (event.target.closest?.(".pick")) state();
});
document.addEventListener("click", (event) => {
  if (event.target.closest?.("[data-choose-none]")) {
    for (const box of document.querySelectorAll(".pick input")) box.checked = false;
    state();
  }
});
document.addEventListener("htmx:afterSwap", state);
state();
