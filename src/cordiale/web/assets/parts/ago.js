// How long ago things were goes on counting while the page is open: from what the node said, whatever this machine's clock says.
const [moment, minutes, hours] = (document.body.dataset.ago ?? "").split("|");
const MINUTE = 60_000;
const HOUR = 60;
const DAY = 24 * HOUR;
const came = new WeakMap();

function count() {
  for (const one of document.querySelectorAll("time[data-ago]")) {
    if (!came.has(one)) came.set(one, performance.now());
    const age = Number(one.dataset.ago) + Math.floor((performance.now() - came.get(one)) / MINUTE);
    if (age >= DAY) {
      one.removeAttribute("data-ago");
      one.textContent = one.title;
    } else one.textContent = age < 1 ? moment : age < HOUR ? minutes.replace("{n}", age) : hours.replace("{n}", Math.floor(age / HOUR));
  }
}

if (hours) {
  count();
  setInterval(count, MINUTE / 2);
  document.addEventListener("htmx:afterSwap", count);
}
