// Which section is being read: shown in the table of contents, and kept by what leads to the page anew (language, console, reload).
const FROM_TOP = 96;

export class Sections {
  // room: what scrolls; null: the page itself
  constructor(room) {
    this.room = room;
    this.headings = [...document.querySelectorAll("[data-section]")];
    this.links = [...document.querySelectorAll("[data-toc]")];
    (room ?? document).addEventListener("scroll", () => this.soon(), { passive: true });
    document.addEventListener("submit", (event) => this.leaving(event.target), true);
    this.comeBack();
    this.look();
  }

  soon() {
    this.due ??= requestAnimationFrame(() => { this.due = undefined; this.look(); });
  }

  // The last heading that has passed the top.
  get current() {
    const top = (this.room?.getBoundingClientRect().top ?? 0) + FROM_TOP;
    return this.headings.findLast((heading) => heading.getBoundingClientRect().top <= top)?.id ?? "";
  }

  look() {
    const { current } = this;
    if (current === this.shown) return;
    this.shown = current;
    for (const link of this.links) {
      if (link.dataset.toc === current) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }

  leaving(form) {
    const { current } = this;
    const next = form.matches("[action$='/language/']") && form.elements.next;
    if (next) next.value = next.value.split("#")[0] + (current && `#${current}`);
    const here = form.querySelector("[data-here]");
    if (here) here.value = current;
  }

  // A browser brings a page back to where it was, not what scrolls in it.
  comeBack() {
    if (!this.room) return;
    const key = `note:${location.pathname}`;
    addEventListener("pagehide", () => { try { sessionStorage.setItem(key, String(this.room.scrollTop)); } catch { /* a browser that keeps nothing */ } });
    if (performance.getEntriesByType("navigation")[0]?.type !== "reload") return;
    try { this.room.scrollTop = Number(sessionStorage.getItem(key)) || 0; } catch { /* as above */ }
  }
}
