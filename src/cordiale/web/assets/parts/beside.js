// Two texts side by side: a chosen sentence and what it answers are brought level, each in its own pane.
const choose = (sentence) => {
  const other = document.getElementById(sentence.dataset.pair ?? "");
  for (const one of document.querySelectorAll(".sentence.chosen")) one.classList.remove("chosen");
  for (const one of [sentence, other]) {
    if (!one) continue;
    one.classList.add("chosen");
    const pane = one.closest(".pane");
    if (pane) pane.scrollTop += one.getBoundingClientRect().top - pane.getBoundingClientRect().top - pane.clientHeight / 3;
  }
};

const named = (hash) => (hash.length > 1 ? document.querySelector(`[data-beside] .sentence[id="${CSS.escape(hash.slice(1))}"]`) : null);

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href^='#']");
  const sentence = link && named(link.hash);
  if (!sentence) return;
  event.preventDefault();
  choose(link.closest(".pane .sentence") ?? sentence);
  history.replaceState(history.state, "", link.hash);
  if (!link.closest(".pane")) {
    sentence.closest("[data-beside]").scrollIntoView({ block: "start" });
    (sentence.querySelector("a") ?? sentence.closest(".pane")).focus({ preventScroll: true });
  }
});

const asked = () => {
  const sentence = named(location.hash);
  if (sentence) choose(sentence);
};
addEventListener("DOMContentLoaded", asked);
document.addEventListener("htmx:afterSettle", asked);
asked();

// A file dropped on one side of the form belongs to that side.
const field = (event) => (event.dataTransfer?.types?.includes("Files") ? event.target.closest?.("fieldset")?.querySelector("[data-drop-field]") : null);
document.addEventListener("dragover", (event) => field(event) && event.preventDefault());
document.addEventListener("drop", (event) => {
  const place = field(event);
  if (!place) return;
  event.preventDefault();
  place.files = event.dataTransfer.files;
});
