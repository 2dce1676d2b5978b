// Small things of the frame: the address that the language switch goes back to, and what is done on leaving a list.
const here = () => location.pathname + location.search;

document.addEventListener("submit", (event) => {
  const next = event.target.querySelector?.("input[name=next][data-here]");
  if (next) next.value = here();
});

// in a list a partner's chip leads to why that partner has the object, or has not; by keys one opens the object first
document.addEventListener("click", (event) => {
  const row = event.target.closest?.("td .partner.small")?.closest("tr");
  const name = row?.querySelector("td.name a[href^='/objects/']");
  if (name) location.assign(`${name.getAttribute("href")}?tab=decisions`);
});

// choices in a form that answers by itself: a select, a date
document.addEventListener("change", (event) => {
  const form = event.target.closest?.("form[data-auto]");
  if (form) form.requestSubmit();
});

for (const dialog of document.querySelectorAll("dialog")) {
  dialog.querySelector("[data-close]")?.addEventListener("click", () => dialog.close());
}
document.addEventListener("click", (event) => {
  const opens = event.target.closest?.("[data-opens]");
  if (opens) document.getElementById(opens.dataset.opens)?.showModal();
});

// where there is no room for them beside the list, what narrows it is folded away at first
const narrow = matchMedia("(max-width: 1180px)");
function fold() {
  for (const one of document.querySelectorAll("details.fold")) one.open = !narrow.matches;
}
fold();
narrow.addEventListener("change", fold);
document.addEventListener("htmx:afterSwap", fold);

// where tabs do not all fit beside one another, the one that is shown is in sight
function shown() {
  for (const one of document.querySelectorAll(".tabs [aria-current]")) one.parentElement.scrollLeft = one.offsetLeft - 24;
}
shown();
for (const one of document.querySelectorAll(".rail [aria-current]")) one.parentElement.scrollLeft = one.offsetLeft - 24;
document.addEventListener("htmx:afterSwap", shown);

// a form that was refused comes back as a page: what went wrong is where reading and the keyboard go on
function refused() {
  const field = document.querySelector("main [aria-invalid=true]");
  const said = field ?? document.querySelector("main [role=alert]");
  if (!said) return;
  if (field) return field.focus();
  said.tabIndex = -1;
  said.focus({ preventScroll: true });
  said.scrollIntoView({ block: "nearest" });
}
refused();
