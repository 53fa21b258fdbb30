// One file: its text in Ace or in a plain field, saved against what it was opened with. What is not saved is kept in this browser.
import { edit } from "./files-ace.js";
import { staying } from "./focus.js";

const KEEP_MS = 300;
const PLAIN = "files-plain";

const store = {
  get(key) { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } },
  set(key, value) { try { localStorage.setItem(key, JSON.stringify(value)); } catch { /* full, or a browser that keeps nothing */ } },
  drop(key) { try { localStorage.removeItem(key); } catch { /* the same */ } },
};

const coarse = matchMedia("(pointer: coarse)");

export class Editor {
  // files: the panel, for its words, addresses, and what it asks of the server
  constructor(files, home) {
    Object.assign(this, { files, home, words: files.words, asked: 0 });
    home.addEventListener("submit", (event) => {
      event.preventDefault();
      if (event.target.matches("[data-versions]")) this.compare(new URLSearchParams(new FormData(event.target)));
      else this.save();
    });
    home.addEventListener("click", (event) => this.clicked(event));
    home.addEventListener("change", (event) => {
      if (event.target.matches("[data-plain]")) this.turn(event.target.checked);
      if (event.target.matches("#files-version")) this.compare(new URLSearchParams(new FormData(event.target.form)));
    });
    home.addEventListener("keydown", (event) => this.key(event));
    addEventListener("pagehide", () => this.keep());
  }

  get field() { return this.home.querySelector("#file-text"); }

  get text() { return this.ace ? this.ace.getValue() : this.field?.value ?? ""; }

  get dirty() { return Boolean(this.field) && this.text !== this.saved; }

  get draft() { return `draft:${this.files.element.dataset.attempt}:${this.file}`; }

  get last() { return `file:${this.files.element.dataset.attempt}`; }

  // What was open when the page was left.
  async reopen() {
    const key = store.get(this.last);
    if (!key) return;
    await this.open(key, false);
    await this.files.tree.reveal(key);
  }

  // The focus comes to what was opened, unless it has gone elsewhere while that was on its way.
  async open(key, focus = true) {
    const asked = ++this.asked;
    const still = staying();
    this.home.setAttribute("aria-busy", "true");
    const html = await this.fetched(this.files.urls.open, { path: key });
    if (asked !== this.asked) return;  // another file was asked for meanwhile
    this.home.removeAttribute("aria-busy");
    if (html === null) return;
    this.keep();  // also what was typed while this was on its way
    this.show(key, html);
    await this.furnish();
    if (focus && still()) (this.ace ?? this.field ?? this.home.querySelector("a, button"))?.focus();
  }

  async fetched(url, fields) {
    const answer = await fetch(`${url}?${new URLSearchParams(fields)}`, { headers: { "X-Requested-With": "fetch" }, redirect: "manual" }).catch(() => null);
    if (answer?.ok) return answer.text();
    this.files.say({ 0: this.words.signedOut, 409: await answer?.text() }[answer?.status] ?? (answer ? this.words.failed : this.words.notSent));
    return null;
  }

  show(key, html) {
    this.ace?.destroy();
    this.ace = null;
    this.home.innerHTML = html;
    this.files.element.classList.add("has-file");
    this.file = key;
    store.set(this.last, key);
    this.state = this.home.querySelector("[data-file]")?.dataset;
    this.form = this.home.querySelector("#file-form");
    this.saved = this.field?.value ?? "";
  }

  // What was typed and not saved comes back, with the file that it was typed for: where that is another by now, saving asks.
  async furnish() {
    if (!this.field) return;
    const kept = store.get(this.draft);
    if (kept && kept.text !== this.saved) {
      this.field.value = kept.text;
      this.form.elements.opened.value = kept.sha;
      this.say(this.words.kept, { word: this.words.dropKept, act: () => { store.drop(this.draft); this.put(this.saved); this.form.elements.opened.value = this.state.sha; this.say(""); } });
    }
    const plain = this.home.querySelector("[data-plain]");
    plain.closest("[hidden]").hidden = false;
    plain.checked = store.get(PLAIN) ?? coarse.matches;
    this.field.addEventListener("input", () => this.changed());
    if (!plain.checked) await this.enrich();
    this.settle();
  }

  async enrich() {
    const field = this.field;
    const label = this.home.querySelector("label[for=file-text]").textContent;
    const on = { changed: () => this.changed(), save: () => this.save(), leave: () => this.leave() };
    try {
      const ace = await edit(field, { mode: this.state.mode, label, described: "file-keys" }, this.files.element.dataset, on);
      if (field !== this.field) return ace.destroy();  // another file was opened meanwhile
      this.ace = ace;
      field.hidden = true;
    } catch {
      this.say(this.words.plain);
    }
  }

  async turn(plain) {
    store.set(PLAIN, plain);
    if (plain && this.ace) {
      this.field.value = this.ace.getValue();
      const home = this.ace.container;
      this.ace.destroy();
      home.remove();
      this.ace = null;
      this.field.hidden = false;
    } else if (!plain && !this.ace) await this.enrich();
  }

  put(text) {
    if (this.ace) this.ace.session.setValue(text);
    else this.field.value = text;
    this.changed();
  }

  changed() {
    this.settle();
    clearTimeout(this.keeping);
    this.keeping = setTimeout(() => this.keep(), KEEP_MS);
  }

  settle() {
    const mark = this.home.querySelector("[data-unsaved]");
    if (mark) mark.hidden = !this.dirty;
  }

  keep() {
    if (!this.file || !this.field) return;
    if (this.dirty) store.set(this.draft, { sha: this.form.elements.opened.value, text: this.text });
    else store.drop(this.draft);
  }

  key(event) {
    if (!this.field || event.target.closest(".file-ace")) return;
    if (event.key === "Escape" && event.target === this.field) this.leave();
    if (event.key.toLowerCase() === "s" && (event.ctrlKey || event.metaKey) && !event.altKey) {
      event.preventDefault();
      this.save();
    }
  }

  // To what comes after the text, so that Tab goes on and Shift+Tab comes back.
  leave() {
    this.home.querySelector("[data-plain]").focus();
  }

  clicked(event) {
    const act = {
      "data-compare": () => this.compare({ path: this.file }),
      "data-close": () => this.beside(""),
      "data-overwrite": () => this.save({ overwrite: "1" }),
      "data-theirs": () => this.theirs(),
      "data-take": () => this.take(),
      "data-back": () => this.back(),
    };
    const name = Object.keys(act).find((one) => event.target.closest(`[${one}]`));
    if (!name) return;
    event.preventDefault();
    act[name]();
    if (name === "data-close") (this.ace ?? this.field)?.focus();
    if (name === "data-back") this.files.tree.focus();
  }

  back() {
    this.files.element.classList.remove("has-file");
    store.drop(this.last);
  }

  async save(more = {}) {
    if (this.saving || !this.field) return;
    this.saving = true;
    this.keep();
    const [file, text] = [this.file, this.text];
    if (this.ace) this.field.value = text;
    const fields = new FormData(this.form);
    for (const [name, value] of Object.entries(more)) fields.set(name, value);
    this.say(this.words.saving);
    const answer = await this.files.send(this.form.action, fields);
    this.saving = false;
    if (file !== this.file) return;
    if (answer.ok) await this.done(answer, text);
    else if (answer.status === 412) this.conflict(answer.text);
    else this.say(answer.word);
  }

  async done(answer, text) {
    this.saved = text;
    this.state.sha = this.form.elements.opened.value = answer.sha;
    this.home.querySelector("[data-size]").textContent = answer.size;
    this.keep();
    this.settle();
    this.beside("");
    this.say(answer.said);
    await this.files.refresh(true);
  }

  conflict(html) {
    this.say("");
    this.beside(html);
    this.home.querySelector("[data-overwrite]").focus();
  }

  // The other text takes the place of the learner's, which can be brought back.
  async theirs() {
    const mine = this.text;
    store.drop(this.draft);
    this.saved = mine;
    await this.open(this.file);
    this.say(this.words.reloaded, { word: this.words.back, act: () => { this.put(mine); this.say(""); } });
  }

  async compare(fields) {
    const html = await this.fetched(this.files.urls.diff, fields);
    if (html === null) return;
    this.beside(html);
    const take = this.home.querySelector("[data-take]");
    if (take) {
      take.hidden = !this.field;
      take.previousElementSibling.hidden = true;  // choosing is enough
    }
    (this.home.querySelector("#files-version") ?? this.home.querySelector("[data-close]")).focus();
  }

  async take() {
    const version = this.home.querySelector("#files-version").value;
    const text = await this.fetched(this.files.urls.diff, { path: this.file, version, text: "1" });
    if (text === null) return;
    this.put(text);
    this.beside("");
    this.say(this.words.taken);
    (this.ace ?? this.field).focus();
  }

  beside(html) {
    const place = this.home.querySelector("[data-beside]");
    if (place) place.innerHTML = html;
    this.ace?.resize();
  }

  say(text, offer) {
    const place = this.home.querySelector("[data-file-said]");
    if (!place) return;
    place.textContent = text;
    if (!offer) return;
    const button = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-small", textContent: offer.word });
    button.addEventListener("click", offer.act);
    place.append(" ", button);
  }

  // The version is another: is the file?
  async look() {
    if (!this.file || this.saving || !this.state) return;
    const { file, state: { sha } } = this;
    const template = document.createElement("template");
    const html = await this.fetched(this.files.urls.open, { path: file });
    if (html === null || file !== this.file || this.saving || sha !== this.state?.sha) return;  // a save was quicker: this is from before it
    template.innerHTML = html;
    const there = template.content.querySelector("[data-file]")?.dataset;
    if (there && (there.sha === this.state.sha || "behind" in there)) return;
    if (this.dirty) return this.say(there ? this.words.changed : this.words.gone);
    await this.anew(html);
  }

  async anew(html) {
    const had = this.home.contains(document.activeElement);
    const at = this.ace?.getCursorPosition();
    this.show(this.file, html);
    await this.furnish();
    if (at && this.ace) this.ace.moveCursorToPosition(at);
    if (had) (this.ace ?? this.field)?.focus();
    this.say(this.words.reloaded);
  }

  // Renamed: the open file goes along, with what is not saved of it.
  moved(from, to) {
    if (this.file !== from && !this.file?.startsWith(`${from}/`)) return;
    this.keep();
    const kept = store.get(this.draft);
    store.drop(this.draft);
    this.file = to + this.file.slice(from.length);
    if (kept) store.set(this.draft, kept);
    this.open(this.file, false);
  }
}
