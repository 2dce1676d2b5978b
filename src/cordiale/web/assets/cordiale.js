// Everything works without this module; with it, pages answer at once and by keys.
import "./trust.js";
import htmx from "htmx.org/dist/htmx.esm.js";
import "./parts/frame.js";
import "./parts/keys.js";
import "./parts/ago.js";
import "./parts/palette.js";
import "./parts/inspector.js";
import "./parts/selection.js";
import "./parts/beside.js";
import "./parts/drop.js";
import "./parts/live.js";
import "./parts/graph-loader.js";
import "./parts/map-loader.js";

Object.assign(htmx.config, {
  includeIndicatorStyles: false, // the policy allows no inline style
  allowEval: false,
  allowScriptTags: false,
  historyCacheSize: 0, // nobody finds pages of somebody else in this browser's storage
  refreshOnHistoryMiss: true,
  selfRequestsOnly: true,
  scrollIntoViewOnBoost: false,
  responseHandling: [
    { code: "204", swap: false },
    { code: "[23]..", swap: true },
    { code: "[45]..", swap: true, error: true },
  ],
});

document.addEventListener("htmx:configRequest", (event) => {
  const token = document.querySelector("meta[name=csrf]")?.content;
  if (token && event.detail.verb !== "get") event.detail.headers["x-csrf-token"] = token;
});
