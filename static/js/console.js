// The console: its terminals, what the stream brings to them, and what belongs to all of them (undo, redo, steps passed).
import { post } from "./post.js";
import { put } from "./place.js";
import { Terminal } from "./terminal.js";

export class Console {
  constructor(lab, words) {
    Object.assign(this, { lab, words, terminals: [] });
    for (const element of lab.querySelectorAll("[data-terminal]")) this.add(element);
    this.listen();
    setInterval(() => this.tick(), 1000);
    this.settle();
  }

  // A terminal is an element [data-terminal=number] with a .con-log and, where one may type, a form.prompt.
  add(element) {
    const terminal = new Terminal(element, this);
    this.terminals.push(terminal);
    this.active ??= terminal;
    element.addEventListener("focusin", () => { this.active = terminal; });
    return terminal;
  }

  drop(terminal) {
    this.terminals = this.terminals.filter((one) => one !== terminal);
    if (this.active === terminal) this.active = this.terminals[0];
  }

  // The terminal that an element stands in; what stands outside (a command of the instructions) means the one last used.
  of(element) {
    const at = element?.closest("[data-terminal]");
    return this.terminals.find((one) => one.element === at) ?? this.active;
  }

  listen() {
    this.lab.addEventListener("click", (event) => {
      const run = event.target.closest("[data-run]");
      if (run) this.of(run).run(run.dataset.run, run);
    });
    // A double click is one click, also where the first was answered before the second; clicking on is meant.
    this.lab.addEventListener("click", (event) => {
      if (event.detail === 2 && event.target.closest("[data-move] button")) event.preventDefault();
    });
    this.lab.addEventListener("submit", (event) => {
      if (!("move" in event.target.dataset)) return;
      event.preventDefault();
      this.move(event.target);
    });
  }

  say(text) {
    this.active.say(text);
  }

  // Undo, redo, rewind, start again: a form; the answer is the page as it is then. The buttons have no shortcut: Ctrl+Z belongs to the
  // text being typed, and Ctrl+Alt+Z is a letter on some keyboards (AltGr) and a screen reader's command on others (VoiceOver).
  async move(form) {
    const button = form.querySelector("button");
    if (button.hasAttribute("aria-disabled")) return this.say(button.title);
    const fields = new URLSearchParams(new FormData(form)).toString();
    if (this.moving === form.action + fields) return;  // a double click; what is pressed next names the new head
    this.moving = form.action + fields;
    form.closest("dialog")?.close();
    const menu = form.closest("details[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
    const answer = await post(form.action, fields);
    this.moving = "";
    const word = { 0: this.words.failed, 401: this.words.signedOut, 403: this.words.forbidden, 409: answer.text }[answer.status];
    this.say(answer.ok ? "" : word ?? this.words.failed);
    if (answer.ok) this.moved(JSON.parse(answer.text));
  }

  // What the stream brings ------------------------------------------------------------------------------------------

  // terminal: the number of the one it was typed into
  block({ html, terminal = 1 }) {
    (this.terminals.find((one) => one.number === terminal) ?? this.terminals[0]).block(html);
  }

  output(data, position) {
    this.of(document.getElementById(`command-${data.id}`)).output(data, position);
  }

  // The answer to a move and its event bring the same; whichever comes first is shown.
  moved({ move, html, undone, notice, log, second }) {
    if (move <= (this.lastMove ?? 0)) return;
    this.lastMove = move;
    if (log !== undefined) this.refresh(log, second);
    for (const block of this.lab.querySelectorAll(".block")) block.classList.toggle("is-undone", undone.includes(Number(block.dataset.command)));
    for (const terminal of this.terminals) terminal.stuck = true;
    put(notice, this.terminals[0].home);
    this.guide(html);
  }

  // What was done in the files panel. The same again takes the place of the one before.
  notice(html) {
    const terminal = this.terminals[0];
    const last = terminal.home.lastElementChild;
    const [line] = put(html, terminal.home);
    if (line && last?.matches(".con-notice") && last !== line && last.textContent === line.textContent) last.remove();
    terminal.bottom();
  }

  refresh(...logs) {
    this.terminals.forEach((terminal, at) => terminal.refresh(logs[at] ?? ""));
  }

  guide(html) {
    const passed = put(html).filter((element) => element.classList.contains("just-passed"));
    if (passed.length) this.announce(passed.map((step) => step.querySelector("h2").textContent));
    this.settle();
  }

  announce(titles) {
    const guide = this.lab.querySelector("#guide");
    this.lab.querySelector("#said").textContent = titles.map((title) => this.words.passed.replace("{title}", title)).join(" ");
    const next = guide.querySelector(".step.is-current");
    const box = guide.getBoundingClientRect();
    const last = guide.querySelector(".just-passed:last-of-type, .just-passed")?.getBoundingClientRect();
    if (next && last && last.bottom > box.top && last.top < box.bottom) next.scrollIntoView({ block: "nearest", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  }

  // How it looks ----------------------------------------------------------------------------------------------------

  get ready() {
    return Boolean(this.lab.dataset.ready);
  }

  settle() {
    for (const terminal of this.terminals) terminal.settle();
    const busy = this.terminals.some((one) => one.busy);
    for (const button of this.lab.querySelectorAll("[data-run]")) button.disabled = !this.ready || this.of(button).busy;
    for (const button of this.lab.querySelectorAll("[data-move] button")) button.disabled = !this.ready || busy;
    this.lab.querySelector(".tab-busy").hidden = !busy;
    this.tick();
  }

  tick() {
    for (const terminal of this.terminals) terminal.tick();
  }
}
