// The one search box: words find objects, and the names of pages and commands go there. A combobox (ARIA 1.2).
const form = document.querySelector("form.search");
const input = form?.querySelector("input[type=search]");
const list = document.getElementById("palette");
const box = document.getElementById("palette-box");
const live = () => document.getElementById("results");
let chosen = -1;
let asked = 0;
let timer = 0;

const options = () => [...list.querySelectorAll("[role=option]:not([hidden])")];

function show(open) {
  box.hidden = !open;
  input.setAttribute("aria-expanded", String(open));
  if (!open) choose(-1);
}

function choose(n) {
  const all = options();
  all.forEach((option, i) => option.setAttribute("aria-selected", String(i === n)));
  chosen = n;
  if (n >= 0 && all[n]) {
    input.setAttribute("aria-activedescendant", all[n].id);
    all[n].scrollIntoView({ block: "nearest" });
  } else input.removeAttribute("aria-activedescendant");
}

// fold accents and case, so that « générer » is found by "gener"
const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

function commands(words) {
  for (const option of list.querySelectorAll("[data-command]")) {
    option.hidden = words !== "" && !fold(option.textContent).includes(fold(words));
  }
}

function forget() {
  for (const option of list.querySelectorAll("[data-found]")) option.remove();
}

function take(option, event) {
  show(false);
  if (option?.dataset.href) {
    if (event.ctrlKey || event.metaKey) window.open(option.dataset.href);
    else location.assign(option.dataset.href);
  } else if (option?.dataset.opens) document.getElementById(option.dataset.opens)?.showModal();
}

async function find(words) {
  const mine = ++asked;
  const answer = await fetch(`/palette?q=${encodeURIComponent(words)}`, { headers: { "hx-request": "true" } }).catch(() => null);
  if (!answer?.ok || mine !== asked) return;
  forget();
  list.insertAdjacentHTML("beforeend", await answer.text());
  choose(-1);
}

function typed() {
  const words = input.value.trim();
  commands(words);
  show(true);
  clearTimeout(timer);
  if (live()) return; // the list itself answers (htmx), the palette keeps to commands
  timer = setTimeout(() => {
    if (words) find(words);
    else forget();
  }, 120);
}

if (input && list) {
  input.addEventListener("input", typed);
  input.addEventListener("focus", () => {
    commands(input.value.trim());
    if (!live()) show(true);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      show(true);
      const n = options().length;
      if (n) choose((chosen + (event.key === "ArrowDown" ? 1 : -1) + n) % n);
    } else if (event.key === "Enter" && chosen >= 0) {
      event.preventDefault();
      take(options()[chosen], event);
    } else if (event.key === "Escape" && !box.hidden) {
      event.preventDefault(); // a search field is emptied by it, which would open the list again
      show(false);
    } else if (event.key === "Enter") show(false);
  });
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) take(option, event);
  });
  document.addEventListener("click", (event) => {
    if (!form.contains(event.target)) show(false);
  });
  form.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !form.contains(event.relatedTarget)) show(false);
  });
}
