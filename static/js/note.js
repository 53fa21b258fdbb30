// The note page: joins the parts. Beside a console lab.js is there as well, and has the copy buttons and [data-run].
import { dressCode } from "./code.js";
import { listen as listenCopy } from "./copy.js";
import { orderQuestions } from "./order.js";
import "./pictures.js";
import { Reading } from "./reading.js";
import { Sections } from "./sections.js";

const head = document.getElementById("note-head");
const words = Object.fromEntries(
  Object.entries(head.dataset).filter(([name]) => name.startsWith("word")).map(([name, text]) => [name[4].toLowerCase() + name.slice(5), text]),
);
const lab = document.querySelector(".lab");
const room = lab ? document.getElementById("guide") : null;  // what scrolls; null: the page itself

if (!lab) listenCopy(words);
dressCode(document.querySelector(".note-text"), words);
orderQuestions(document, words);
document.addEventListener("htmx:afterSettle", () => orderQuestions(document, words));
new Reading(head, words, room);
new Sections(room);

// Going to the address's #part takes the focus away, a frame after the page has loaded.
function whenSettled(does) {
  const after = () => requestAnimationFrame(() => setTimeout(does));
  if (document.readyState === "complete") after();
  else addEventListener("load", after, { once: true });
}

// A command that was asked for waits in the prompt, also where the page has come again because the sandbox is ready now.
const line = document.getElementById("line");
if (line?.value) {
  const tab = document.getElementById("tab-console");
  if (tab?.offsetParent) tab.click();
  whenSettled(() => { if (document.activeElement === document.body) line.focus({ preventScroll: true }); });
}
