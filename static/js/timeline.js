// The timeline follows while the learner works: their own event stream says that there is something, the page is asked what.
import { whenReleased } from "./press.js";
import { Stream } from "./stream.js";

const timeline = document.getElementById("timeline");
const said = document.getElementById("said");
const more = document.querySelector(".follow-new");
const served = new Map();  // what the server sent of each item: an open <details> is no change of it
let timer = 0;
let asked = 0;
let newest = 0;

for (const item of timeline.querySelectorAll("li[id]")) served.set(item.id, item.outerHTML);

function soon() {
  clearTimeout(timer);
  timer = setTimeout(look, 400);
}

async function look() {
  if (!("live" in timeline.dataset)) {
    more.hidden = false;
    return;
  }
  const number = ++asked;
  try {
    const answer = await fetch(location.href, { headers: { "HX-Request": "true" }, redirect: "manual", cache: "no-store" });
    const html = await answer.text();
    if (!answer.ok || number < newest) return;  // what was asked later is newer, and may come first
    newest = number;
    whenReleased(() => put(html));
  } catch { /* the next event brings it */ }
}

function put(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  const list = timeline.querySelector(".timeline");
  const items = [...template.content.querySelectorAll(".timeline > li[id]")];
  if (!list || !items.some((item) => served.has(item.id))) {  // the first there is, or another page is the last now
    if (!items.length) return;
    timeline.replaceChildren(template.content);
    for (const item of items) served.set(item.id, item.outerHTML);
    return window.htmx?.process(timeline);
  }
  const atEnd = innerHeight + scrollY > document.documentElement.scrollHeight - 120;
  let fresh = 0;
  let previous = null;
  for (const item of items) {
    const text = item.outerHTML;
    const old = document.getElementById(item.id);
    if (served.get(item.id) !== text || !old) {
      served.set(item.id, text);
      if (old) old.replaceWith(item);
      else {
        fresh += item.matches(".tl");
        previous ? previous.after(item) : list.prepend(item);
      }
      window.htmx?.process(item);
      previous = item;
    } else previous = old;
  }
  if (fresh) said.textContent = said.dataset.word.replace("{n}", fresh);
  if (fresh && atEnd) list.lastElementChild.scrollIntoView({ block: "end" });
}

new Stream(timeline.dataset.stream, timeline.dataset.after, Object.fromEntries(
  ["block", "guide", "moved", "notice", "beside", "refresh", "reload"].map((name) => [name, soon]),
), () => {});
