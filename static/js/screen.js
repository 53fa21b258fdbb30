// Full-screen programs: their screens, and the keys on their way to them. The server draws the rows; here they are put in place.
import { pasted, sequence } from "./keys.js";
import { put } from "./place.js";
import { post } from "./post.js";

const QUIET = 600;  // ms without a change until the cursor's line is read out
const SETTLED = 150;  // ms after the last change of size
const ESCAPE = "\x1b";
const PIECE = 16000;  // characters in one request
const AROUND = 140;  // px of a block that are not screen: its head, buttons and hint
const PAD = 60;  // and the row of keys where there is no keyboard
const clamp = (number, least, most) => Math.max(least, Math.min(most, Math.floor(number)));

// How many rows and columns a program has room for in a terminal's log.
export function fit(log) {
  const probe = document.createElement("pre");
  probe.className = "screen-rows screen-probe";
  probe.textContent = "0".repeat(50);
  log.append(probe);
  const { width, height } = probe.getBoundingClientRect();
  probe.remove();
  const style = getComputedStyle(log);
  const room = log.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight) - 30;
  if (!width || !height || room <= 0) return { rows: 24, cols: 80 };  // the log is behind another tab
  const around = AROUND + (matchMedia("(pointer: coarse)").matches ? PAD : 0);
  return { rows: clamp((log.clientHeight - around) / height, 12, 80), cols: clamp((room * 50) / width, 20, 250) };
}

const of = (element) => element.closest(".screen");
const keysOf = (screen) => screen.querySelector(".screen-keys");
const promptOf = (screen) => screen.closest("[data-terminal]").querySelector("form.prompt textarea");

export class Screens {
  // say(screen, word): tell the learner what went wrong
  constructor(lab, say) {
    Object.assign(this, { lab, say, lines: new Map() });
    if ("readonly" in lab.dataset) return;
    const field = (act) => (event) => { if (event.target.matches?.(".screen-keys")) act(event, event.target, of(event.target)); };
    lab.addEventListener("keydown", field((event, keys, screen) => this.key(event, keys, screen)));
    lab.addEventListener("beforeinput", field((event, keys, screen) => { if (event.inputType === "deleteContentBackward" && !keys.value) this.send(screen, "\x7f"); }));
    lab.addEventListener("input", field((event, keys, screen) => { if (!event.isComposing) this.text(keys, screen); }));
    lab.addEventListener("compositionstart", field((_event, keys) => keys.classList.add("is-composing")));
    lab.addEventListener("compositionend", field((_event, keys, screen) => this.text(keys, screen)));
    lab.addEventListener("paste", field((event, _keys, screen) => this.paste(event, screen)));
    lab.addEventListener("click", (event) => { if (of(event.target)) this.click(event, of(event.target)); });
    lab.addEventListener("mousedown", (event) => { if (event.target.closest("[data-screen-key]")) event.preventDefault(); });  // the focus stays
    this.observer = new ResizeObserver((entries) => {
      clearTimeout(this.settling);
      this.settling = setTimeout(() => entries.forEach(({ target }) => this.resize(target.querySelector(".screen"))), SETTLED);
    });
    for (const screen of lab.querySelectorAll(".screen")) this.come(screen);
  }

  // What the stream brings: the whole of it, that it is gone, or rows that changed.
  show({ id, html, rows }) {
    const block = document.getElementById(`command-${id}`);
    const old = block?.querySelector(".screen");
    if (html) {
      put(html, block);
      const screen = block?.querySelector(".screen");
      if (screen && !old) this.come(screen);
      else if (screen?.contains(document.activeElement)) screen.scrollIntoView({ block: "nearest" });
    } else if (html === "") this.go(old);
    else if (old) for (const [at, row] of Object.entries(rows)) old.querySelectorAll(".screen-row")[at].innerHTML = row;
    const screen = block?.querySelector(".screen");
    if (screen) this.follow(screen);
  }

  come(screen) {
    screen.scrollIntoView({ block: "nearest" });
    const at = document.activeElement;
    const block = screen.closest(".block");
    const free = at === document.body || at === block.parentElement || block.contains(at) || (at.matches("form.prompt *, [data-run]") && !at.value);
    if (free) keysOf(screen)?.focus({ preventScroll: true });
    this.observer?.observe(block.parentElement);
    this.resize(screen);
    this.follow(screen);
  }

  go(screen) {
    if (!screen) return;
    const had = screen.contains(document.activeElement);
    const field = screen.closest(".block").querySelector(".stdin [name=text]") ?? promptOf(screen);
    screen.remove();
    if (had) field?.focus({ preventScroll: true });
  }

  // The field stands at the cursor, where a keyboard shows what it composes. Who listens hears the cursor's line when it falls quiet.
  follow(screen) {
    const [keys, cursor] = [keysOf(screen), screen.querySelector(".cursor")];
    if (!keys || !cursor) return;
    const rows = cursor.offsetParent;
    keys.style.left = `${rows.offsetLeft + cursor.offsetLeft}px`;
    keys.style.top = `${rows.offsetTop + cursor.offsetTop}px`;
    clearTimeout(this.reading);
    if (document.activeElement === keys) this.reading = setTimeout(() => this.read(screen), QUIET);
  }

  read(screen) {
    const said = screen.querySelector("[data-screen-said]");
    const line = screen.querySelector(".cursor")?.closest(".screen-row").textContent.trim() ?? "";
    if (said.textContent !== line) said.textContent = line;
  }

  // Keys ------------------------------------------------------------------------------------------------------------

  key(event, keys, screen) {
    if (event.ctrlKey && event.key.toLowerCase() === "c" && selected(screen)) return;  // it is copied
    const found = sequence(event, "app" in screen.dataset);
    if (found === null || keys.classList.contains("is-composing")) return;
    event.preventDefault();
    this.send(screen, found);
  }

  text(keys, screen) {
    const text = keys.value;
    keys.value = "";
    keys.classList.remove("is-composing");
    if (text) this.send(screen, text.replaceAll("\n", "\r"));
  }

  paste(event, screen) {
    event.preventDefault();
    this.send(screen, pasted(event.clipboardData.getData("text/plain"), "paste" in screen.dataset));
  }

  click(event, screen) {
    const pressed = event.target.closest("[data-screen-key]")?.dataset.screenKey;
    if (pressed) this.send(screen, sequence(pressed === "ctrl-c" ? { key: "c", ctrlKey: true } : { key: pressed }, "app" in screen.dataset));
    if (event.target.closest("[data-screen-leave]")) promptOf(screen)?.focus();
    else if (pressed || (event.target.closest(".screen-view") && !selected(screen))) keysOf(screen)?.focus({ preventScroll: true });
  }

  // One request at a time, so that keys arrive in order; what is typed meanwhile goes with the next.
  async send(screen, text) {
    const command = screen.dataset.screen;
    const line = this.lines.get(command);
    if (line) return void line.push(text);
    const keys = [text];
    this.lines.set(command, keys);
    while (keys.length && document.getElementById(screen.id)) {
      const answer = await post(this.lab.dataset.urlInput, { command, text: first(keys) });
      if (!answer.ok) this.refused(screen, answer);
    }
    this.lines.delete(command);
  }

  refused(screen, answer) {
    this.lines.get(screen.dataset.screen).length = 0;  // what was typed after keys that are lost means something else now
    const here = document.getElementById(screen.id);
    const words = { 401: "wordSignedOut", 403: "wordForbidden" };
    if (here) this.say(here, answer.status === 409 ? answer.text : this.lab.dataset[words[answer.status] ?? "wordFailed"]);
  }

  // Size ------------------------------------------------------------------------------------------------------------

  resize(screen) {
    if (!screen || !keysOf(screen) || "readonly" in this.lab.dataset) return;  // who looks on has no say in it
    const log = screen.closest(".con-log");
    if (!log.clientWidth) return;
    const { rows, cols } = fit(log);
    const { screen: command, rows: had, cols: wide, urlSize } = screen.dataset;
    if (rows !== Number(had) || cols !== Number(wide)) post(urlSize, { command, rows, cols });
  }
}

function selected(screen) {
  const found = getSelection();
  return !found.isCollapsed && screen.contains(found.anchorNode);
}

// Takes what one request may carry off `keys`. Escape goes alone: with what follows it would be another key (Esc, O, A: the up arrow).
// No character is cut in two.
function first(keys) {
  let text = keys.shift();
  while (text !== ESCAPE && keys.length && keys[0] !== ESCAPE && text.length < PIECE) text += keys.shift();
  if (text.length <= PIECE) return text;
  const end = /[\ud800-\udbff]/.test(text[PIECE - 1]) ? PIECE - 1 : PIECE;
  keys.unshift(text.slice(end));
  return text.slice(0, end);
}
