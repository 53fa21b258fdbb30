// The instructor's board: rows come by the stream, in an order that stays while somebody reads.
import { sign } from "./net.js";
import { put } from "./place.js";
import { post } from "./post.js";
import { Stream } from "./stream.js";

const board = document.getElementById("board");
const rows = document.getElementById("rows");
const net = document.getElementById("net");
const said = document.getElementById("said");
const again = document.getElementById("sort");
const { dataset: words } = board;
const RESORT_MS = 4000;  // so long the hands are off before the order changes by itself

// Order -------------------------------------------------------------------------------------------------------------------

const order = (row) => row.dataset.order;
const sorted = () => [...rows.children].sort((a, b) => (order(a) < order(b) ? -1 : order(a) > order(b) ? 1 : 0));
const inOrder = () => sorted().every((row, at) => row === rows.children[at]);
let touched = 0;  // when somebody last pointed at the table, or scrolled in it

function sort() {
  const focus = document.activeElement;
  rows.append(...sorted());
  if (rows.contains(focus)) focus.focus({ preventScroll: true });
  again.hidden = true;
}

function settle() {
  const wanted = !inOrder();
  const read = board.contains(document.activeElement) || Date.now() - touched < RESORT_MS || String(getSelection());
  if (wanted && !read) sort();
  else again.hidden = !wanted;
  document.getElementById("nobody").hidden = rows.children.length > 0;
  document.getElementById("nobody-stuck").hidden = !(rows.children.length && board.classList.contains("is-only-stuck") && !rows.querySelector("[data-sign]"));
}

for (const name of ["pointermove", "scroll", "wheel", "touchmove"]) board.addEventListener(name, () => { touched = Date.now(); }, { passive: true, capture: true });
again.addEventListener("click", () => { sort(); rows.querySelector("a")?.focus(); });

// Who asks or is stuck is said once each ------------------------------------------------------------------------------------

const signs = () => [...rows.querySelectorAll("[data-sign]")];
const known = new Set(signs().map(({ dataset }) => dataset.sign));

function announce() {
  const fresh = signs().filter(({ dataset }) => !known.has(dataset.sign));
  for (const { dataset } of fresh) known.add(dataset.sign);
  if (fresh.length) said.textContent = fresh.map(({ dataset }) => dataset.said).join(". ");
}

// What the stream brings ----------------------------------------------------------------------------------------------------

function show(html) {
  put(html, rows);
  announce();
  settle();
}

function refresh({ html }) {
  const template = document.createElement("template");
  template.innerHTML = html;
  const ids = new Set([...template.content.children].map((row) => row.id));
  for (const row of [...rows.children]) if (!ids.has(row.id)) row.remove();
  show(html);
}

new Stream(words.urlStream, words.after, { row: ({ html }) => show(html), refresh, reload: () => location.reload() }, sign(net, words));

// What is pressed -----------------------------------------------------------------------------------------------------------

board.addEventListener("submit", async (event) => {
  const form = event.target.closest("[data-alarm-act]");
  if (!form) return;
  event.preventDefault();
  const answer = await post(form.action, new URLSearchParams(new FormData(form)));
  if (answer.ok) show(answer.text);
  else said.textContent = answer.status === 404 || answer.status === 401 ? words.wordSignedOut : words.wordFailed;
});

// How long ago: counted on without asking -----------------------------------------------------------------------------------

const format = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "always" });

function ago(time) {
  const minutes = Math.floor((Date.now() - Date.parse(time.dateTime)) / 60000);
  if (minutes < 1) return words.wordNow;
  if (minutes < 60) return format.format(-minutes, "minute");
  return minutes < 1440 ? format.format(-Math.floor(minutes / 60), "hour") : format.format(-Math.floor(minutes / 1440), "day");
}

setInterval(() => {
  for (const time of rows.querySelectorAll("[data-ago]")) {
    const text = ago(time);
    if (time.textContent !== text) time.textContent = text;
  }
}, 15000);
setInterval(settle, 2000);
settle();
board.dataset.live = "";
