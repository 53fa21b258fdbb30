// The tree of files, by pointer and by keyboard as the ARIA pattern has it. It is a flat list: what a folder holds follows it, a level deeper.
const level = (item) => Number(item.getAttribute("aria-level"));
const isFolder = (item) => item.dataset.kind === "d";
const isOpen = (item) => item.getAttribute("aria-expanded") === "true";

export class Tree {
  // on: {open(key), move(), remove(), chosen(item), used(text)}
  constructor(panel, on) {
    Object.assign(this, { home: panel.querySelector("#files-tree"), on, typed: "" });
    this.home.addEventListener("click", (event) => this.clicked(event));
    this.home.addEventListener("keydown", (event) => this.key(event));
    this.home.addEventListener("focusin", (event) => this.choose(event.target.closest("[role=treeitem]:not([aria-disabled])"), false));
    this.home.addEventListener("htmx:afterSwap", (event) => {
      event.target.removeAttribute?.("aria-busy");
      this.settle();
    });
    this.settle();
  }

  // The version that is shown; empty while a command runs.
  get at() {
    return this.home.querySelector("#tree").dataset.at;
  }

  items() {
    return [...this.home.querySelectorAll("[role=treeitem]:not([aria-disabled])")];
  }

  item(key) {
    return this.items().find((item) => item.dataset.key === key);
  }

  current() {
    return this.home.querySelector("[aria-selected=true]") ?? this.item("environment") ?? this.items()[0];
  }

  // The folder that something new goes to: the one that is chosen, or the one that holds what is.
  folder() {
    const at = this.current();
    const item = isFolder(at) ? at : this.parent(at);
    const path = item.dataset.key;
    return { key: path, shown: path ? `~/${this.path(item)}` : "~" };
  }

  path(item) {
    const over = this.parent(item);
    return over?.dataset.key ? `${this.path(over)}/${item.dataset.name}` : item.dataset.name;
  }

  parent(item) {
    for (let at = item.previousElementSibling; at; at = at.previousElementSibling) if (level(at) < level(item)) return at;
    return null;
  }

  choose(item, focus = true) {
    if (!item) return;
    for (const other of this.home.querySelectorAll("[role=treeitem]")) {
      other.setAttribute("aria-selected", String(other === item));
      other.tabIndex = other === item ? 0 : -1;
    }
    this.on.chosen(item);
    if (focus) item.focus();
  }

  focus() {
    this.choose(this.current());
  }

  settle() {
    const at = this.current();
    for (const item of this.home.querySelectorAll("[role=treeitem]")) item.tabIndex = item === at ? 0 : -1;
  }

  clicked(event) {
    const item = event.target.closest("[role=treeitem]:not([aria-disabled])");
    if (!item) return;
    this.choose(item);
    this.enter(item);
  }

  enter(item) {
    if (!isFolder(item)) this.on.open(item.dataset.key);
    else if (isOpen(item)) this.close(item);
    else this.unfold(item);
  }

  // What is inside comes by htmx, and anew each time.
  unfold(item) {
    if (isOpen(item) || !item.dataset.key) return Promise.resolve();
    item.setAttribute("aria-expanded", "true");
    item.setAttribute("aria-busy", "true");
    const there = new Promise((done) => {
      item.addEventListener("htmx:afterSettle", done, { once: true });
      item.addEventListener("htmx:responseError", () => { item.setAttribute("aria-expanded", "false"); done(); }, { once: true });
    });
    item.dispatchEvent(new CustomEvent("files:open", { bubbles: false }));
    return there;
  }

  close(item) {
    if (!item.dataset.key) return;
    while (item.nextElementSibling && level(item.nextElementSibling) > level(item)) item.nextElementSibling.remove();
    item.setAttribute("aria-expanded", "false");
    this.settle();
  }

  key(event) {
    const item = event.target.closest("[role=treeitem]");
    if (!item || event.ctrlKey || event.metaKey || event.altKey) return;
    const all = this.items();
    const at = all.indexOf(item);
    const act = {
      ArrowDown: () => this.choose(all[at + 1]),
      ArrowUp: () => this.choose(all[at - 1]),
      Home: () => this.choose(all[0]),
      End: () => this.choose(all.at(-1)),
      ArrowRight: () => (isFolder(item) && !isOpen(item) ? this.unfold(item) : isFolder(item) && level(all[at + 1] ?? item) > level(item) && this.choose(all[at + 1])),
      ArrowLeft: () => (isFolder(item) && isOpen(item) && item.dataset.key ? this.close(item) : this.choose(this.parent(item))),
      Enter: () => this.enter(item),
      " ": () => this.enter(item),
      F2: () => this.on.move(),
      Delete: () => this.on.remove(),
    }[event.key];
    if (act) {
      event.preventDefault();
      act();
    } else if (event.key.length === 1) this.seek(event.key, all, at);
  }

  // Letters typed in a row go to the next name that begins with them.
  seek(letter, all, at) {
    clearTimeout(this.forget);
    this.forget = setTimeout(() => { this.typed = ""; }, 600);
    this.typed += letter.toLowerCase();
    const from = this.typed.length === 1 ? at + 1 : at;
    this.choose([...all.slice(from), ...all.slice(0, from)].find((item) => item.dataset.name.toLowerCase().startsWith(this.typed)));
  }

  // True where it is another than before.
  async refresh(url, always) {
    const open = this.opened();
    const fields = new URLSearchParams(open.map((key) => ["open", key]));
    if (!always) fields.set("at", this.at);
    const asked = (this.asked = (this.asked ?? 0) + 1);
    const answer = await fetch(`${url}?${fields}`, { headers: { "X-Requested-With": "fetch" }, redirect: "manual" }).catch(() => null);
    if (answer?.status !== 200 || asked !== this.asked) return false;
    const html = await answer.text();
    if (String(this.opened()) !== String(open)) return this.refresh(url, true);  // a folder was opened meanwhile: it is to stay so
    this.show(html);
    return true;
  }

  opened() {
    return this.items().filter((item) => isOpen(item) && item.dataset.key).map((item) => item.dataset.key);
  }

  // What was chosen stays so, and the focus with it; where it is gone, the folder that held it.
  show(html) {
    const had = this.home.contains(document.activeElement);
    const all = this.items();
    const at = all.indexOf(this.current());
    const chosen = this.current().dataset.key;
    this.home.innerHTML = html;
    window.htmx.process(this.home);
    this.on.used(this.home.querySelector("#tree").dataset.used);
    const next = this.item(chosen) ?? this.items()[Math.min(at, this.items().length - 1)];
    this.choose(next, had);
  }

  // Where the focus is in the tree it goes along: keys act on what is chosen.
  async reveal(key) {
    const names = key.split("/");
    for (let depth = 1; depth < names.length; depth += 1) {
      const folder = this.item(names.slice(0, depth).join("/"));
      if (folder) await this.unfold(folder);
    }
    this.choose(this.item(key), this.home.contains(document.activeElement));
    this.item(key)?.scrollIntoView({ block: "nearest" });
  }
}
