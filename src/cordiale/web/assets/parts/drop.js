// Files dropped anywhere on the page go into its form; while they are sent, how far is shown. The form works without this.
import htmx from "htmx.org/dist/htmx.esm.js";

const form = () => document.querySelector("form[data-drop]");
const carries = (event) => event.dataTransfer?.types?.includes("Files");

document.addEventListener("dragover", (event) => {
  if (!form() || !carries(event)) return;
  event.preventDefault();
  form().classList.add("over");
});
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) form()?.classList.remove("over");
});
document.addEventListener("drop", (event) => {
  const place = form();
  if (!place || !carries(event)) return;
  event.preventDefault();
  place.classList.remove("over");
  const field = place.querySelector("input[type=file]");
  const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.some((entry) => entry.isDirectory)) field.files = event.dataTransfer.files;
  else within(entries).then((files) => (field.files = files));
});

// what a folder holds, with the folders in it; a browser gives a hundred entries at a time
async function within(entries) {
  const found = new DataTransfer();
  while (entries.length) {
    const entry = entries.shift();
    if (entry.isFile) found.items.add(await new Promise((done, failed) => entry.file(done, failed)));
    else {
      const reader = entry.createReader();
      for (let more; (more = await new Promise((done, failed) => reader.readEntries(done, failed))).length; ) entries.push(...more);
    }
  }
  return found.files;
}

document.addEventListener("submit", (event) => {
  const place = event.target.closest?.("form[data-drop]");
  if (!place || place.dataset.sending) return;
  const files = [...place.querySelectorAll("input[type=file]")].flatMap((field) => [...field.files]);
  if (files.reduce((sum, file) => sum + file.size, 0) < 1 << 20) return; // small ones are there at once
  event.preventDefault();
  place.dataset.sending = "1";
  const bar = place.querySelector("progress");
  bar.hidden = false;
  const request = new XMLHttpRequest();
  request.upload.addEventListener("progress", (sent) => {
    if (sent.lengthComputable) bar.value = (100 * sent.loaded) / sent.total;
  });
  request.addEventListener("loadend", () => {
    delete place.dataset.sending;
    bar.hidden = true;
    if (request.status === 200 && request.responseURL && !request.responseURL.endsWith("/import/take")) location.assign(request.responseURL);
    else if (request.responseText) {
      const found = new DOMParser().parseFromString(request.responseText, "text/html").querySelector("#content");
      if (found) htmx.swap("#content", found.innerHTML, { swapStyle: "innerHTML" });
    }
  });
  request.open("POST", place.action);
  request.send(new FormData(place));
});
