// The lab page: joins the parts.
import { Blocks } from "./blocks.js";
import { Console } from "./console.js";
import { askInDialog } from "./dialog.js";
import { Files } from "./files.js";
import { Finish } from "./finish.js";
import { listen as listenCopy } from "./copy.js";
import { linkify } from "./links.js";
import { put } from "./place.js";
import { Preview } from "./preview.js";
import { Screens } from "./screen.js";
import { split, tabs } from "./splitter.js";
import { Stream } from "./stream.js";
import { Terminals } from "./terminals.js";

const lab = document.getElementById("main");
const words = Object.fromEntries(
  Object.entries(lab.dataset).filter(([name]) => name.startsWith("word")).map(([name, text]) => [name[4].toLowerCase() + name.slice(5), text]),
);
const net = document.getElementById("net");

listenCopy(words);
askInDialog(lab);
split(lab, document.getElementById("split"));
const show = tabs(lab);
const console_ = new Console(lab, words);
const terminals = new Terminals(lab, console_, words, () => show("console"));
const screens = new Screens(lab, (screen, word) => console_.of(screen).say(word));
const preview = new Preview(lab);
if (lab.dataset.urlOpen) linkify(lab.querySelector("#terminals"), lab.dataset.urlOpen);

new Blocks(lab, words, (block) => { show("console"); terminals.show(console_.of(block).number); console_.of(block).stuck = false; }, (text) => console_.say(text));
const files = lab.querySelector("#files") && new Files(lab, show);

lab.addEventListener("lab:run", ({ detail: button }) => {
  show("console");
  button?.closest("[data-proposed]")?.classList.add("is-run");
});
// A link of the console to something beside it.
lab.addEventListener("click", (event) => {
  const target = lab.querySelector(event.target.closest("a[data-beside]")?.hash || "#none");
  if (!target) return;
  event.preventDefault();
  show("guide");
  target.scrollIntoView({ block: "nearest" });
  target.focus();
});

function status(state, seconds) {
  const text = { lost: words.lost, waiting: words.retry.replace("{seconds}", seconds), "signed-out": words.signedOut }[state] ?? "";
  net.textContent = text;
  net.classList.toggle("is-on", Boolean(text));
}

// A form that leads to the page anew (start over) must not meet the reload that its own event asks for.
let leaving = false;
addEventListener("submit", (event) => { leaving ||= !event.defaultPrevented && !event.target.matches("[hx-post]"); });

const finish = new Finish(lab, words.finished);
const guide = ({ html }) => {
  console_.guide(html);
  finish.look();
};

new Stream(lab.dataset.urlStream, lab.dataset.after, {
  block(data) {
    console_.block(data);
    terminals.used(data.terminal);
  },
  output: (data, position) => console_.output(data, position),
  screen: (data) => screens.show(data),
  guide,
  prompt(data) {
    put(data.html);
    console_.settle();
    files?.refresh();
  },
  clock: (data) => put(data.html),
  ports: (data) => preview.ports(data.html),
  notice: (data) => console_.notice(data.html),
  broadcast({ html, gone }) {
    const home = document.getElementById("notices");
    if (html && home) put(html, home);
    if (gone) document.getElementById(`notice-${gone}`)?.remove();
  },
  beside(data) {
    put(data.html);
    if (data.said) lab.querySelector("#said").textContent = data.said;
    console_.settle();
  },
  moved(data) {
    console_.moved(data);
    finish.look();
    files?.refresh();
  },
  refresh(data) {
    if (data.ready !== lab.dataset.ready) return location.reload();
    console_.refresh(data.log, data.second);
    guide({ html: data.guide });
    put(data.prompt);
    put(data.clock);
    preview.ports(data.ports);
    put(data.beside);
    files?.refresh();
  },
  reload: () => leaving || location.reload(),
}, status);

lab.dataset.live = "";  // everything listens now
