// The console: blocks that come and change, the output of the one that runs, and what the learner sends.
import { post, uuid } from "./post.js";
import { Prompt } from "./prompt.js";
import { put } from "./place.js";

const NEAR = 48;

export class Console {
  constructor(lab, words) {
    this.lab = lab;
    this.words = words;
    this.log = lab.querySelector("#log");
    this.sending = null;  // {line, key}: kept until it certainly arrived, so that trying again never runs it twice
    this.stuck = true;
    this.log.addEventListener("scroll", () => { this.stuck = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < NEAR; });
    const form = lab.querySelector("#prompt");
    if (form) this.listen(form);
    setInterval(() => this.tick(), 1000);
    this.settle();
  }

  listen(form) {
    const lines = JSON.parse(document.getElementById("history").textContent);
    const on = { run: (line) => this.run(line), stop: () => this.stop(), clear: () => this.clear(), leave: () => this.log.focus() };
    this.prompt = new Prompt(form, lines, on, () => Boolean(this.running()));
    this.lab.addEventListener("click", (event) => {
      const run = event.target.closest("[data-run]");
      if (run) this.run(run.dataset.run, run);
      if (event.target.closest("[data-stop]")) this.stop();
    });
    // A double click is one click, also where the first was answered before the second; clicking on is meant.
    this.lab.addEventListener("click", (event) => {
      if (event.detail === 2 && event.target.closest("[data-move] button")) event.preventDefault();
    });
    this.lab.addEventListener("submit", (event) => {
      const act = { input: (field) => this.answer(field, "\n"), move: (field) => this.move(field) };
      const name = Object.keys(act).find((one) => one in event.target.dataset);
      if (!name) return;
      event.preventDefault();
      act[name](event.target);
    });
    this.log.addEventListener("keydown", (event) => this.inputKey(event));
  }

  running() {
    return this.log.querySelector(".block[data-running]");
  }

  // What the learner sends ------------------------------------------------------------------------------------------

  async run(line, button) {
    if (this.posting) return;
    if (this.running()) return this.prompt.say(this.words.busy);
    if (this.sending?.line !== line) this.sending = { line, key: uuid() };
    this.posting = true;
    this.settle();
    this.prompt.say("");
    this.lab.dispatchEvent(new CustomEvent("lab:run", { detail: button }));
    const cols = Math.max(40, Math.min(200, Math.floor((this.log.clientWidth - 50) / 7.85)));
    const answer = await post(this.lab.dataset.urlCommands, { line, key: this.sending.key, cols });
    this.posting = false;
    if (answer.ok) this.arrived(line, answer.text, button);
    else this.refused(line, answer, button);
    this.settle();
  }

  arrived(line, html, button) {
    this.sending = null;
    this.prompt.taken(line);
    if (this.prompt.box.value === line) this.prompt.set("");
    const id = html.match(/id="(command-[^"]+)"/)?.[1];
    if (!id || !document.getElementById(id)) this.block(html);  // the stream may have been quicker
    this.bottom();
    if (!button) this.prompt.box.focus();
  }

  refused(line, answer, button) {
    const word = { 0: this.words.notSent, 401: this.words.signedOut, 403: this.words.forbidden }[answer.status];
    if (answer.status >= 400 && answer.status !== 401 && answer.status !== 403) this.sending = null;
    this.prompt.say(word ?? (answer.status === 409 || answer.status === 422 ? answer.text : this.words.failed));
    if (button && !this.prompt.box.value) this.prompt.set(line);
  }

  async stop() {
    const block = this.running();
    if (!block) return;
    const state = block.querySelector("[data-elapsed-word]");
    if (state) state.textContent = this.words.stopping;
    const answer = await post(this.lab.dataset.urlStop, { command: block.dataset.command });
    if (!answer.ok && answer.status !== 404) this.prompt.say(answer.status === 409 ? answer.text : this.words.failed);
  }

  async answer(form, end) {
    const field = form.querySelector("input[name=text]");
    const text = field.value;
    field.value = "";
    const answer = await post(this.lab.dataset.urlInput, { command: form.closest(".block").dataset.command, text: text + end });
    if (answer.ok) return;
    if (field.isConnected && !field.value) field.value = text;
    this.prompt.say(answer.status === 409 ? answer.text : this.words.failed);
  }

  // Undo, redo, rewind, start again: a form; the answer is the page as it is then. The buttons have no shortcut: Ctrl+Z belongs to the
  // text being typed, and Ctrl+Alt+Z is a letter on some keyboards (AltGr) and a screen reader's command on others (VoiceOver).
  async move(form) {
    const button = form.querySelector("button");
    if (button.hasAttribute("aria-disabled")) return this.prompt.say(button.title);
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
    this.prompt.say(answer.ok ? "" : word ?? this.words.failed);
    if (answer.ok) this.moved(JSON.parse(answer.text));
  }

  inputKey(event) {
    const field = event.target.closest("[data-input] input");
    if (!field || !event.ctrlKey) return;
    if (event.key === "c" && field.selectionStart === field.selectionEnd) { event.preventDefault(); this.stop(); }
    if (event.key === "d") { event.preventDefault(); this.answer(field.form, "\x04"); }
  }

  clear() {
    for (const block of this.log.querySelectorAll(".block:not([data-running])")) block.remove();
  }

  // What the stream brings ------------------------------------------------------------------------------------------

  block(html) {
    document.getElementById("log-empty")?.remove();
    const had = this.running();
    const field = document.activeElement?.closest("[data-input]") && document.activeElement;
    const typed = field?.value ?? "";
    put(html, this.log);
    if (had && !this.running() && field && this.prompt) this.comeBack(typed);
    if (!had && this.running()) setTimeout(() => this.goToProgram(), 700);
    this.settle();
  }

  // As in a terminal, what is typed while a program runs goes to it. Quick commands move nothing.
  goToProgram() {
    const box = this.prompt?.box;
    if (box && document.activeElement === box && !box.value) this.running()?.querySelector("[data-input] [name=text]")?.focus({ preventScroll: true });
  }

  // What was typed ahead is not lost with the program's field.
  comeBack(typed) {
    if (typed && !this.prompt.box.value) this.prompt.set(typed);
    this.prompt.box.focus();
  }

  output({ id, lines, current }) {
    const out = document.querySelector(`#command-${CSS.escape(String(id))} .block-out[data-output]`);
    if (!out) return;
    if (lines) out.querySelector(".out-lines").insertAdjacentHTML("beforeend", lines);
    out.querySelector(".out-current").innerHTML = current;
    this.bottom();
  }

  // The answer to a move and its event bring the same; whichever comes first is shown.
  moved({ move, html, undone, notice, log }) {
    if (move <= (this.lastMove ?? 0)) return;
    this.lastMove = move;
    if (log !== undefined) this.refresh(log);
    for (const block of this.log.querySelectorAll(".block")) block.classList.toggle("is-undone", undone.includes(Number(block.dataset.command)));
    this.stuck = true;
    put(notice, this.log);
    this.guide(html);
  }

  refresh(html) {
    const at = document.activeElement?.id;
    this.log.innerHTML = html;
    window.htmx?.process(this.log);
    if (at && document.activeElement?.id !== at) document.getElementById(at)?.focus();
    this.settle();
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
    if (next && last && last.bottom > box.top && last.top < box.bottom) next.scrollIntoView({ block: "nearest", behavior: "smooth" });
  }

  // How it looks ----------------------------------------------------------------------------------------------------

  settle() {
    const busy = Boolean(this.running()) || this.posting;
    const run = this.lab.querySelector("#run");
    if (run) run.disabled = busy || !this.lab.dataset.ready;
    for (const button of this.lab.querySelectorAll("[data-run], [data-move] button")) button.disabled = busy || !this.lab.dataset.ready;
    this.lab.querySelector(".tab-busy").hidden = !busy;
    for (const block of this.log.querySelectorAll("[data-running]")) block.startedAt ??= performance.now() - Number(block.dataset.running);
    if (!busy && this.prompt?.word.textContent === this.words.busy) this.prompt.say("");
    this.tick();
    this.bottom();
  }

  tick() {
    const block = this.running();
    const word = block?.querySelector("[data-elapsed]");
    if (!word) return;
    const seconds = Math.max(0, Math.floor((performance.now() - block.startedAt) / 1000));
    word.textContent = seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  }

  bottom() {
    if (this.stuck) this.log.scrollTop = this.log.scrollHeight;
  }
}
