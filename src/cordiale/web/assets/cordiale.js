// Keys only: everything works without this module.
const search = document.querySelector("input[type=search]");
const help = document.querySelector("dialog#keys");
const rows = () => [...document.querySelectorAll("table.list td.name a")];

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    search?.focus();
    search?.select();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.("input, textarea, select, dialog")) return;
  if (event.key === "/") {
    event.preventDefault();
    search?.focus();
  } else if (event.key === "?") {
    help?.showModal();
  } else if (event.key === "j" || event.key === "k") {
    const all = rows();
    const at = all.indexOf(document.activeElement);
    const next = all[event.key === "j" ? at + 1 : Math.max(at - 1, 0)];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
  }
});
help?.querySelector("button")?.addEventListener("click", () => help.close());
