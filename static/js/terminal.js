// One terminal: its log of blocks, its prompt, and what it sends. A page may hold several, so nothing here goes by a global id.
import { post, uuid } from "./post.js";
import { Prompt } from "./prompt.js";
import { put } from "./place.js";
import { fit } from "./screen.js";

const NEAR = 48;
const SPOKEN_LINES = 5;
const SPOKEN_LENGTH = 400;
const PART = 100;  // lines
const GOES_TO_PROGRAM_MS = 700;

export class Terminal {
  // page: the Console, for its words, addresses, readiness, and settle() where this terminal becomes busy or free
  constructor(element, page) {
    Object.assign(this, { element, page, words: page.words, number: Number(element.dataset.terminal) });
    this.log = element.querySelector(".con-log");
    this.sending = null;  // {line, key}: kept until it certainly arrived, so that trying again never runs it twice
    this.stuck = true;
    this.log.addEventListener("scroll", () => this.scrolled());
    // Room taken from the log, and output laid out only when it comes into view: neither moves who looks at the end.
    new ResizeObserver(() => this.bottom()).observe(this.log);
    this.log.addEventListener("contentvisibilityautostatechange", () => requestAnimationFrame(() => this.bottom()), true);
    const form = element.querySelector("form.prompt");
    if (form) this.listen(form);
  }

  listen(form) {
    const lines = JSON.parse(document.getElementById("history").textContent);
    const on = { run: (line) => this.run(line), stop: () => this.stop(), clear: () => this.clear(), leave: () => this.log.focus() };
    this.prompt = new Prompt(form, lines, on, {
      busy: () => Boolean(this.running()), words: this.words, url: (name) => this.url(name), terminal: this.number, key: `line:${location.pathname}:${this.number}`,
    });
    this.unfinished();
    this.element.addEventListener("click", (event) => {
      if (event.target.closest("[data-stop]")) this.stop();
    });
    this.element.addEventListener("submit", (event) => {
      if (!("input" in event.target.dataset)) return;
      event.preventDefault();
      this.answer(event.target, "\n");
    });
    this.log.addEventListener("keydown", (event) => this.inputKey(event));
  }

  running() {
    return this.log.querySelector(".block[data-running]");
  }

  get busy() {
    return Boolean(this.running()) || Boolean(this.posting);
  }

  say(text) {
    this.prompt?.say(text);
  }

  url(name) {
    return this.page.lab.dataset[`url${name}`];
  }

  // What the learner sends ------------------------------------------------------------------------------------------

  async run(line, button) {
    if (this.posting && this.sent === line) return;  // Enter twice
    if (this.busy) return this.say(this.words.busy);
    if (this.sending?.line !== line) this.sending = { line, key: uuid() };
    this.posting = true;
    this.sent = line;
    this.page.settle();
    this.say("");
    this.page.lab.dispatchEvent(new CustomEvent("lab:run", { detail: button }));
    const answer = await post(this.url("Commands"), { line, key: this.sending.key, ...fit(this.log), terminal: this.number });
    this.posting = false;
    if (answer.ok) this.arrived(line, answer.text, button);
    else this.refused(line, answer, button);
    this.page.settle();
  }

  arrived(line, html, button) {
    this.sending = null;
    this.stuck = true;  // who runs something wants to see it
    this.prompt.taken(line);
    if (this.prompt.box.value === line) this.prompt.set("");
    const id = html.match(/id="(command-[^"]+)"/)?.[1];
    if (!id || !document.getElementById(id)) this.block(html);  // the stream may have been quicker
    this.unfinished();
    this.bottom();
    const at = document.activeElement;  // who has gone elsewhere meanwhile stays there
    if (!button && (at === document.body || this.prompt.form.contains(at))) (this.screenKeys() ?? this.prompt.box).focus();
  }

  // Of a full-screen program, which may be there before the answer to what was sent.
  screenKeys() {
    return this.running()?.querySelector(".screen-keys");
  }

  refused(line, answer, button) {
    const word = { 0: this.words.notSent, 401: this.words.signedOut, 403: this.words.forbidden }[answer.status];
    if (answer.status >= 400 && answer.status !== 401 && answer.status !== 403) this.sending = null;
    this.say(word ?? ([409, 422, 429].includes(answer.status) ? answer.text : this.words.failed));
    if (button && !this.prompt.box.value) this.prompt.set(line);
  }

  async stop() {
    const block = this.running();
    if (!block) return;
    const state = block.querySelector("[data-elapsed-word]");
    if (state) state.textContent = this.words.stopping;
    const answer = await post(this.url("Stop"), { command: block.dataset.command });
    if (!answer.ok && answer.status !== 404) this.say(answer.status === 409 ? answer.text : this.words.failed);
  }

  async answer(form, end) {
    const field = form.querySelector("input[name=text]");
    const text = field.value;
    field.value = "";
    const answer = await post(this.url("Input"), { command: form.closest(".block").dataset.command, text: text + end });
    if (answer.ok) return;
    if (field.isConnected && !field.value) field.value = text;
    this.say(answer.status === 409 ? answer.text : this.words.failed);
  }

  inputKey(event) {
    const field = event.target.closest("[data-input] input");
    if (!field || !event.ctrlKey) return;
    if (event.key === "c" && field.selectionStart === field.selectionEnd) { event.preventDefault(); this.stop(); }
    if (event.key === "d") { event.preventDefault(); this.answer(field.form, "\x04"); }
  }

  // As a terminal's: what was there is above, and what comes begins at the top.
  clear() {
    const page = document.createElement("div");
    page.className = "con-page";
    page.style.minHeight = `${this.log.clientHeight - Number.parseFloat(getComputedStyle(this.log).paddingBottom)}px`;
    page.append(...[this.running()].filter(Boolean));
    this.log.append(page);
    this.stuck = true;
    this.bottom();
    this.prompt.speak(this.words.cleared);
  }

  get home() {
    return [...this.log.querySelectorAll(".con-page")].at(-1) ?? this.log;
  }

  // What the stream brings ------------------------------------------------------------------------------------------

  block(html) {
    this.element.querySelector(".con-empty[data-first]")?.remove();
    const had = this.running();
    const focused = this.log.contains(document.activeElement) && document.activeElement.closest("[data-input]") && document.activeElement;
    const typed = focused?.value ?? "";
    put(html, this.home);
    this.unfinished();
    if (had && !this.running()) this.ended(document.getElementById(had.id));
    if (had && !this.running() && focused && this.prompt) this.comeBack(typed);
    if (!had && this.running()) setTimeout(() => this.goToProgram(), GOES_TO_PROGRAM_MS);
    this.page.settle();
  }

  // For a screen reader: that it ended and how, and a short output; never a flood.
  ended(block) {
    if (!block || !this.prompt) return;
    const state = block.querySelector(".block-state :is(.ok .sr-only, .bad)")?.textContent ?? "";
    const text = block.querySelector(".block-out").textContent.trim();
    const lines = text ? text.split("\n").length : 0;
    const output = lines <= SPOKEN_LINES && text.length <= SPOKEN_LENGTH ? text : this.words.lines.replace("{n}", lines);
    this.prompt.speak(`${this.words.ended.replace("{number}", block.dataset.number).replace("{state}", state)} ${output}`);
  }

  // A line that bash asked more of was not run: it goes back to where it was typed.
  unfinished() {
    const block = [...this.log.querySelectorAll(".block")].at(-1);
    if (!this.prompt || this.posting || !block?.hasAttribute("data-unfinished")) return;
    const { line } = block.dataset;
    const here = this.sent === undefined && this.prompt.box.value.startsWith(`${line}\n`);  // kept over a reload
    if (!here && this.sent !== line && (this.sent !== undefined || this.prompt.box.value)) return;
    this.sent = "";
    block.remove();
    if (!here) this.prompt.carryOn(line);
  }

  // As in a terminal, what is typed while a program runs goes to it. Quick commands move nothing.
  goToProgram() {
    const box = this.prompt?.box;
    if (!box || document.activeElement !== box || box.value) return;
    (this.screenKeys() ?? this.running()?.querySelector("[data-input] [name=text]"))?.focus({ preventScroll: true });
  }

  // What was typed ahead is not lost with the program's field.
  comeBack(typed) {
    if (typed && !this.prompt.box.value) this.prompt.set(typed);
    this.prompt.box.focus();
  }

  // position: the event's; a page that follows from the earlier of two running commands hears twice what the other's block has already.
  output({ id, lines, current }, position) {
    const out = this.log.querySelector(`#command-${CSS.escape(String(id))} .block-out[data-output]`);
    if (!out || Number(position?.split(":")[1]) <= Number(out.dataset.seen)) return;
    if (lines) out.querySelector(".out-lines").insertAdjacentHTML("beforeend", parts(lines));
    out.querySelector(".out-current").innerHTML = current;
    this.bottom();
  }

  refresh(html) {
    const at = document.activeElement?.id;
    this.log.innerHTML = html;
    window.htmx?.process(this.log);
    if (at && document.activeElement?.id !== at) document.getElementById(at)?.focus();
    this.page.settle();
  }

  // How it looks ----------------------------------------------------------------------------------------------------

  settle() {
    const run = this.element.querySelector("form.prompt .cbtn-main");
    if (run) run.disabled = this.busy || !this.page.ready;
    for (const block of this.log.querySelectorAll("[data-running]")) block.startedAt ??= performance.now() - Number(block.dataset.running);
    if (!this.busy && this.prompt?.word.textContent === this.words.busy) this.say("");
    this.bottom();
  }

  tick() {
    const block = this.running();
    const word = block?.querySelector("[data-elapsed]");
    if (!word) return;
    const seconds = Math.max(0, Math.floor((performance.now() - block.startedAt) / 1000));
    word.textContent = seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  }

  // Only going up leaves the end: what is above may grow by itself.
  scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.log;
    if (scrollHeight - scrollTop - clientHeight < NEAR) this.stuck = true;
    else if (scrollTop < (this.top ?? 0)) this.stuck = false;
    this.top = scrollTop;
  }

  bottom() {
    if (this.stuck) this.log.scrollTop = this.log.scrollHeight;
  }
}

// Many lines at once, in elements of their own that need not be laid out while they are out of view; as the server does it.
function parts(html) {
  const lines = html.replace(/\n$/, "").split("\n");
  if (lines.length <= 2 * PART) return html;
  const found = [];
  for (let at = 0; at < lines.length; at += PART) found.push(`<span class="out-part">${lines.slice(at, at + PART).join("\n")}\n</span>`);
  return found.join("");
}
