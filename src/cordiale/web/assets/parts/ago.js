// How long ago things were goes on counting while the page is open: from the node's clock as the page came, whatever this machine's says.
const came = performance.now();
const body = document.body;
const [moment, minutes, hours] = (body.dataset.ago ?? "").split("|");
const MINUTE = 60_000;

function count() {
  const now = Number(body.dataset.now) + performance.now() - came;
  for (const one of document.querySelectorAll("time[data-ago]")) {
    const age = now - Date.parse(one.dateTime);
    const said =
      age < MINUTE ? moment : age < 60 * MINUTE ? minutes.replace("{n}", Math.floor(age / MINUTE)) : hours.replace("{n}", Math.floor(age / MINUTE / 60));
    if (age >= 24 * 60 * MINUTE) one.removeAttribute("data-ago");
    one.textContent = age >= 24 * 60 * MINUTE ? one.title : said;
  }
}

if (hours) setInterval(count, 20_000);
