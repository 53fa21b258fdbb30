// The lab page: joins the parts.
import { Console } from "./console.js";
import { listen as listenCopy } from "./copy.js";
import { put } from "./place.js";
import { split, tabs } from "./splitter.js";
import { Stream } from "./stream.js";

const lab = document.getElementById("main");
const words = Object.fromEntries(
  Object.entries(lab.dataset).filter(([name]) => name.startsWith("word")).map(([name, text]) => [name[4].toLowerCase() + name.slice(5), text]),
);
const net = document.getElementById("net");

listenCopy(words);
split(lab, document.getElementById("split"));
const show = tabs(lab);
const console_ = new Console(lab, words);

lab.addEventListener("lab:run", () => show("console"));

function status(state, seconds) {
  const text = { lost: words.lost, waiting: words.retry.replace("%s", seconds), "signed-out": words.signedOut }[state] ?? "";
  net.textContent = text;
  net.classList.toggle("is-on", Boolean(text));
}

new Stream(lab.dataset.stream, lab.dataset.after, {
  block: (html) => console_.block(html),
  output: (json) => console_.output(JSON.parse(json)),
  refresh: (html) => console_.refresh(html),
  guide: (html) => put(html),
  prompt: (html) => put(html),
  reload: () => location.reload(),
}, status);
