// The second terminal: opened and closed, as high as one likes, and where there is no room one of the two at a time.
const LEAST = 20;
const MOST = 80;

export class Terminals {
  // page: the Console; words: {busy}; reveal(): bring the console to view
  constructor(lab, page, words, reveal) {
    Object.assign(this, { lab, page, words, reveal, box: lab.querySelector("#terminals"), button: lab.querySelector("[data-second=toggle]") });
    this.key = `terminals:${this.box.dataset.key}`;
    this.tabs = [...this.box.querySelectorAll(".terminal-tabs [role=tab]")];
    this.listen();
    this.drag(this.box.querySelector(".terminal-split"));
    const kept = this.kept();
    if (kept.height) this.set(kept.height);
    const running = this.second.running();
    if (kept.open || running) this.open({ quiet: true });
    else if (!this.box.querySelector("#terminal-2 .con-empty")) this.open({ quiet: true });
    else this.close();
    this.show(running && !this.page.terminals[0].running() ? 2 : 1);
  }

  get second() {
    return this.page.terminals[1];
  }

  get isOpen() {
    return this.box.classList.contains("has-two");
  }

  listen() {
    this.lab.addEventListener("click", (event) => {
      const what = event.target.closest("[data-second]")?.dataset.second;
      if (what === "open" || (what === "toggle" && !this.isOpen)) this.open();
      else if (what) this.close(true);
    });
    for (const tab of this.tabs) {
      tab.addEventListener("click", () => this.show(this.tabs.indexOf(tab) + 1));
      tab.addEventListener("keydown", (event) => {
        if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
        const other = 1 - this.tabs.indexOf(tab);
        this.show(other + 1);
        this.tabs[other].focus();
      });
    }
  }

  open({ quiet = false } = {}) {
    this.box.classList.add("has-two");
    this.button?.setAttribute("aria-pressed", "true");
    for (const terminal of this.page.terminals) terminal.bottom();
    if (quiet) return;
    this.keep({ open: true });
    this.reveal();
    this.show(2);
    this.second.prompt?.box.focus();
  }

  // What runs in it would run on unseen.
  close(asked = false) {
    if (this.second.busy) {
      this.show(2);
      return this.second.say(this.words.busy);
    }
    this.box.classList.remove("has-two");
    this.button?.setAttribute("aria-pressed", "false");
    this.page.active = this.page.terminals[0];
    this.show(1);
    if (!asked) return;
    this.keep({ open: false });
    this.button?.focus();
  }

  // Something of this terminal is to be seen.
  used(number) {
    if (number === 2 && !this.isOpen) this.open({ quiet: true });
  }

  show(number) {
    if (number === 2) this.used(2);
    this.box.classList.toggle("shows-second", number === 2);
    this.tabs.forEach((tab, at) => {
      tab.setAttribute("aria-selected", String(at + 1 === number));
      tab.tabIndex = at + 1 === number ? 0 : -1;
    });
    this.page.active = this.page.terminals[number - 1] ?? this.page.active;
    this.page.active.bottom();
  }

  // The line between them, by pointer and by arrow keys.
  drag(bar) {
    this.bar = bar;
    bar.addEventListener("pointerdown", (event) => {
      bar.setPointerCapture(event.pointerId);
      bar.classList.add("is-held");
    });
    bar.addEventListener("pointermove", (event) => {
      if (!bar.hasPointerCapture(event.pointerId)) return;
      const box = this.box.getBoundingClientRect();
      this.set(((event.clientY - box.top) / box.height) * 100);
    });
    bar.addEventListener("lostpointercapture", () => {
      bar.classList.remove("is-held");
      this.keep({ height: Number(bar.getAttribute("aria-valuenow")) });
    });
    bar.addEventListener("keydown", (event) => {
      const now = Number(bar.getAttribute("aria-valuenow"));
      const to = { ArrowUp: now - 5, ArrowDown: now + 5, Home: LEAST, End: MOST }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      this.set(to);
      this.keep({ height: Number(bar.getAttribute("aria-valuenow")) });
    });
  }

  set(percent) {
    const value = Math.round(Math.min(MOST, Math.max(LEAST, percent)));
    this.box.style.setProperty("--terminals", `${value}%`);
    this.bar.setAttribute("aria-valuenow", String(value));
    for (const terminal of this.page.terminals) terminal.bottom();
  }

  kept() {
    try { return JSON.parse(localStorage.getItem(this.key)) ?? {}; } catch { return {}; }
  }

  keep(what) {
    try { localStorage.setItem(this.key, JSON.stringify({ ...this.kept(), ...what })); } catch { /* a browser that keeps nothing */ }
  }
}
