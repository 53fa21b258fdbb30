// The line of one terminal. Enter runs what is whole and goes on ("> ") with what is not; Shift+Enter breaks the line; Tab completes; arrows
// recall; Ctrl+R searches; Ctrl+C clears or stops; Ctrl+L clears the view; Ctrl+A, E, U, K, W, Y edit as bash does; Shift+Tab and Esc leave.
import { Completion } from "./completion.js";
import { edit, replace } from "./editing.js";
import { History } from "./history.js";
import { Search } from "./search.js";
import { unfinished } from "./unfinished.js";

export class Prompt {
  // on: {run(line), stop(), clear(), leave()}; busy(): whether a command runs; words, url(name): the page's; terminal: its number; key: of what is kept over a reload
  constructor(form, lines, on, { busy, words, url, key, terminal }) {
    Object.assign(this, { form, on, busy, words, key });
    this.history = new History(lines);
    this.box = form.querySelector("textarea");
    this.word = form.querySelector(".con-word");
    this.note = form.querySelector(".prompt-note");
    this.spoken = form.querySelector(".prompt-spoken");
    this.signs = form.querySelector(".prompt-signs");
    this.marks = form.querySelector(".prompt-marks");
    this.completion = new Completion(this.box, form.querySelector("[role=listbox]"), { url: url("Complete"), terminal, words, say: (text) => this.speak(text) });
    this.search = new Search(form.querySelector(".prompt-search"), this.history, words, {
      show: (text, part) => { this.set(text, { keep: true }); this.mark(text.indexOf(part), part.length); },
      keep: (text) => this.set(text),
      take: (text) => { this.set(text); this.box.focus(); },
      run: (text) => { this.set(text); this.box.focus(); this.run(); },
    });
    form.addEventListener("submit", (event) => { event.preventDefault(); this.run(); });
    this.box.addEventListener("keydown", (event) => this.keyed(event));
    this.box.addEventListener("input", () => { this.history.leave(); this.changed(); });
    this.box.addEventListener("paste", (event) => this.paste(event));
    this.box.addEventListener("scroll", () => { this.signs.scrollTop = this.box.scrollTop; });
    this.set(this.box.value || this.draft);
  }

  // What was typed and not run outlives a reload.
  get draft() {
    try { return sessionStorage.getItem(this.key) ?? ""; } catch { return ""; }
  }

  set draft(text) {
    try {
      if (text) sessionStorage.setItem(this.key, text);
      else sessionStorage.removeItem(this.key);
    } catch { /* a browser that keeps nothing */ }
  }

  run() {
    // An empty line ends what a backslash went on with, as in bash.
    const line = this.box.value.replace(/(?<!\\)((?:\\\\)*)\\\n+$/, "$1");
    if (!line.trim()) return;
    this.completion.close();
    if (line !== this.box.value) this.set(line);
    if (unfinished(line)) this.goOn();
    else this.on.run(line);
  }

  // The next line of what is not whole yet.
  goOn() {
    const end = this.box.value.length;
    replace(this.box, end, end, "\n");
    this.tell(this.words.unfinished);
  }

  // What was sent was not whole: it is here again, and nothing that was typed meanwhile is lost.
  carryOn(line) {
    this.history.take(line);
    this.set(`${line}\n${this.box.value}`);
    this.tell(this.words.unfinished);
  }

  taken(line) {
    this.history.add(line);
    this.tell("");
  }

  set(text, { keep = false } = {}) {
    this.box.value = text;
    this.box.setSelectionRange(text.length, text.length);
    if (!keep) this.history.leave();
    this.changed();
  }

  mark(at, length) {
    if (at >= 0) this.box.setSelectionRange(at, at + length);
  }

  // A sentence that asks for attention; a note under the line; words for a screen reader alone.
  say(text) {
    this.word.textContent = text;
    this.word.hidden = !text;
  }

  tell(text) {
    this.note.textContent = text;
    this.note.hidden = !text;
  }

  speak(text) {
    this.spoken.textContent = "";
    this.spoken.textContent = text;
  }

  changed() {
    const lines = this.box.value.split("\n").length;
    this.form.classList.toggle("is-many", lines > 1);
    this.marks.textContent = "\n>".repeat(lines - 1).slice(1);
    if (lines === 1) this.tell("");
    if (!CSS.supports("field-sizing", "content")) this.box.rows = Math.min(8, lines);
    this.draft = this.box.value;
  }

  // Several lines stay together and wait for Enter.
  paste(event) {
    const text = event.clipboardData?.getData("text/plain").replace(/\r\n?/g, "\n").replace(/\n+$/, "") ?? "";
    if (!text.includes("\n")) return;
    event.preventDefault();
    replace(this.box, this.box.selectionStart, this.box.selectionEnd, text);
    this.tell(this.words.pasted.replace("{n}", text.split("\n").length));
  }

  recall(by) {
    const place = this.history.start ? 0 : this.box.selectionStart;
    const text = this.history.step(by, this.box.value, place);
    if (text !== undefined) this.set(text, { keep: true });
  }

  keyed(event) {
    if (event.isComposing) return;  // Enter ends a Korean syllable first
    const { selectionStart: from, selectionEnd: to, value } = this.box;
    const plain = !event.ctrlKey && !event.altKey && !event.metaKey && !event.shiftKey;
    const control = event.ctrlKey && !event.altKey && !event.metaKey ? event.key.toLowerCase() : "";
    const act = (does) => { event.preventDefault(); does(); };
    if (this.completion.key(event)) event.preventDefault();
    else if (event.key === "Enter" && plain) act(() => this.run());
    else if (event.key === "ArrowUp" && plain && !value.slice(0, from).includes("\n")) act(() => this.recall(-1));
    else if (event.key === "ArrowDown" && plain && !value.slice(to).includes("\n")) act(() => this.recall(1));
    else if (event.key === "Escape") act(() => this.on.leave());
    else if (control === "l") act(() => this.on.clear());
    else if (control === "r") act(() => { this.completion.close(); this.search.begin(value); });
    else if (control === "c" && from === to) act(() => (this.busy() ? this.on.stop() : this.abandon()));
    else if (edit(this.box, event)) event.preventDefault();
  }

  abandon() {
    this.completion.close();
    this.say("");
    this.set("");
  }
}
