// The files panel: shown beside the console, or as a tab. Joins the tree, the editor and what is asked of the server.
import { token } from "./post.js";
import { Ask } from "./files-ask.js";
import { Editor } from "./files-editor.js";
import { Tree } from "./files-tree.js";
import { staying } from "./focus.js";
import { listenUploads } from "./files-upload.js";

const SHOWN = "files";

function kept() {
  try { return localStorage.getItem(SHOWN); } catch { return null; }
}

function keep(shown) {
  try { localStorage.setItem(SHOWN, shown); } catch { /* a browser that keeps nothing */ }
}

export class Files {
  constructor(lab, showTab) {
    Object.assign(this, { lab, showTab, element: lab.querySelector("#files"), toggle: lab.querySelector("#files-toggle") });
    const data = Object.entries(this.element.dataset);
    const named = (prefix) => data.filter(([name]) => name.startsWith(prefix)).map(([name, text]) => [name[prefix.length].toLowerCase() + name.slice(prefix.length + 1), text]);
    this.words = Object.fromEntries(named("word"));
    this.urls = Object.fromEntries(named("url"));
    this.element.addEventListener("htmx:afterSwap", (event) => { if (event.target === this.element) this.listen(); });
    this.toggle.setAttribute("role", "button");
    this.toggle.setAttribute("aria-controls", "files");
    this.toggle.addEventListener("click", (event) => { event.preventDefault(); this.turn(); });
    this.toggle.addEventListener("keydown", (event) => { if (event.key === " ") { event.preventDefault(); this.turn(); } });
    lab.querySelector("#tab-files").addEventListener("click", () => this.load());
    this.set(kept() ?? "");
  }

  // Beside the console: "" hidden, "half", "full" the whole height.
  turn() {
    this.set(this.lab.dataset.files ? "" : "half");
    if (getComputedStyle(this.element).display === "none") this.showTab("files");
    if (!this.lab.dataset.files) return;
    const still = staying();
    this.whenThere = () => still() && this.tree.focus();
    if (this.tree) this.whenThere();
  }

  set(shown) {
    if (shown) this.lab.dataset.files = shown;
    else delete this.lab.dataset.files;
    this.toggle.setAttribute("aria-expanded", String(Boolean(shown)));
    this.element.querySelector("[data-larger]")?.setAttribute("aria-pressed", String(shown === "full"));
    keep(shown);
    if (shown) this.load();
  }

  load() {
    if (this.loading) return;
    this.loading = true;
    window.htmx.ajax("GET", this.toggle.href, { target: this.element, swap: "innerHTML" }).finally(() => {
      this.loading = Boolean(this.tree);
      if (!this.tree) this.element.querySelector(".files-empty").textContent = this.words.failed;
    });
  }

  listen() {
    this.said = this.element.querySelector("[data-said]");
    this.tree = new Tree(this.element, {
      open: (key) => this.open(key),
      move: () => this.move(),
      remove: () => this.remove(),
      chosen: (item) => this.chosen(item),
      used: (text) => { this.element.querySelector(".files-used").textContent = text; },
    });
    this.editor = new Editor(this, this.element.querySelector("#file"));
    this.ask = new Ask(this.element.querySelector("#files-ask"));
    listenUploads(this);
    this.element.addEventListener("click", (event) => this.clicked(event));
    this.chosen(this.tree.current());
    this.whenThere?.();
    this.editor.reopen();
  }

  clicked(event) {
    const at = (name) => event.target.closest(`[${name}]`);
    const create = at("data-new");
    if (create) this.create(create.dataset.new);
    if (at("data-move-file")) this.move();
    if (at("data-delete-file")) this.remove();
    if (at("data-hide")) { this.set(""); this.toggle.focus(); }
    if (at("data-larger")) this.set(this.lab.dataset.files === "full" ? "half" : "full");
    if (at("data-undo")) this.undo();
    const menu = event.target.closest(".menu-list") && event.target.closest("details");
    if (menu) menu.open = false;
  }

  chosen(item) {
    this.element.querySelector("[data-selected]").textContent = item.dataset.name;
    const link = this.element.querySelector("[data-download]");
    link.href = `${this.urls.download}?path=${encodeURIComponent(item.dataset.key)}`;
    for (const button of this.element.querySelectorAll("[data-move-file], [data-delete-file]")) button.disabled = !item.dataset.key;
  }

  // What is asked of the server: {ok, status, text}, words for the learner where it was refused -----------------------------

  async send(url, fields) {
    const body = fields instanceof FormData ? fields : new FormData();
    if (body !== fields) for (const [name, value] of Object.entries(fields)) body.append(name, value);
    let answer;
    try {
      answer = await fetch(url, { method: "POST", headers: { "X-CSRFToken": token(), "X-Requested-With": "fetch" }, body, redirect: "manual" });
    } catch {
      return { ok: false, status: 0, word: this.words.notSent };
    }
    const status = answer.type === "opaqueredirect" ? 401 : answer.status;
    const text = await answer.text();
    const word = { 401: this.words.signedOut, 403: this.words.forbidden, 409: text, 413: text }[status] ?? this.words.failed;
    return answer.ok ? { ok: true, ...JSON.parse(text) } : { ok: false, status, text, word };
  }

  // Do it, say so, show it. The panel's status line has a way back; what a question was for is refused in its dialog.
  async act(url, fields, then) {
    const answer = await this.send(url, fields);
    if (answer.ok || !this.ask.dialog.open) this.say(answer.ok ? answer.said : answer.word, answer.live ? undefined : answer.at);
    if (answer.ok) {
      await this.refresh(true);
      then?.(answer);
    }
    return answer;
  }

  // undo: the version that the way back leads from
  say(text, undo) {
    this.said.textContent = text;
    this.offered = undo;
    if (!undo) return;
    const button = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-small", textContent: this.words.undo });
    button.dataset.undo = "";
    this.said.append(" ", button);
  }

  // The console's button may not have heard of the change yet.
  undo() {
    const button = document.getElementById("undo");
    button.form.elements.at.value = this.offered;
    button.removeAttribute("aria-disabled");
    button.click();
    this.say("");
    this.tree.focus();
  }

  create(kind) {
    const folder = this.tree.folder();
    const label = this.words.nameIn.replace("{folder}", folder.shown);
    const act = (name) => this.act(this.urls.new, { folder: folder.key, name, kind });
    this.ask.open({ title: this.words[kind === "d" ? "newD" : "newF"], label, yes: this.words.create, value: "" }, act, async ({ key }) => {
      const still = staying();
      await this.tree.reveal(key);
      if (kind === "f") this.editor.open(key, still());
      else if (still()) this.tree.focus();
    });
  }

  move() {
    const item = this.tree.current();
    const at = item.dataset.key;
    if (!at) return;
    const act = (to) => this.act(this.urls.move, { path: at, to });
    this.ask.open({ title: this.words.move, label: this.words.moveTo, yes: this.words.rename, value: item.dataset.name }, act, async ({ key }) => {
      const still = staying();
      this.editor.moved(at, key);
      await this.tree.reveal(key);
      if (still()) this.tree.focus();
    });
  }

  async remove() {
    const item = this.tree.current();
    const still = staying();
    if (item.dataset.key) await this.act(this.urls.delete, { path: item.dataset.key }, () => still() && this.tree.focus());
  }

  open(key) {
    return this.editor.open(key);
  }

  // The tree as it is now; `always` also where the version is the one that is shown.
  async refresh(always = false) {
    if (!this.tree) return;
    if (!(await this.tree.refresh(this.urls.tree, always))) return;
    if (this.offered && String(this.offered) !== this.tree.at) this.say("");  // something else was done since, and Undo would take that back
    await this.editor.look();
  }
}
