// Ctrl+R: a field over the line; the line shows what it finds. Ctrl+R or ↑ goes to an older one, Ctrl+S or ↓ to a newer one, Enter runs it,
// Esc, → or Tab takes it into the line, Ctrl+G or Ctrl+C gives it up.
export class Search {
  // on: {show(text, part), keep(text), take(text), run(text)}: shown while searching, left, chosen, run; words: {searchSome "{n} of {all}", searchNone}
  constructor(element, history, words, on) {
    Object.assign(this, { element, history, words, on, found: [], at: 0 });
    this.field = element.querySelector("input");
    this.word = element.querySelector("[role=status]");
    this.field.addEventListener("input", () => { this.at = 0; this.look(); });
    this.field.addEventListener("keydown", (event) => this.key(event));
    this.field.addEventListener("blur", () => { if (this.open) this.end(() => this.on.keep(this.match ?? this.draft)); });
  }

  get open() {
    return !this.element.hidden;
  }

  get match() {
    return this.found[this.at];
  }

  begin(draft) {
    Object.assign(this, { draft, found: [], at: 0 });
    this.field.value = "";
    this.word.textContent = "";
    this.element.hidden = false;
    this.field.focus();
  }

  look() {
    this.found = this.history.find(this.field.value);
    this.at = Math.min(this.at, Math.max(0, this.found.length - 1));
    this.on.show(this.match ?? this.draft, this.field.value);
    const some = this.words.searchSome.replace("{n}", this.at + 1).replace("{all}", this.found.length);
    this.word.textContent = this.match !== undefined ? some : this.field.value ? this.words.searchNone : "";
  }

  step(by) {
    this.at = Math.max(0, Math.min(this.found.length - 1, this.at + by));
    this.look();
  }

  end(then) {
    this.element.hidden = true;
    then();
  }

  key(event) {
    if (event.isComposing) return;
    const control = event.ctrlKey && !event.altKey && !event.metaKey ? event.key.toLowerCase() : "";
    const text = this.match ?? this.draft;
    const act = (does) => { event.preventDefault(); event.stopPropagation(); does(); };
    if (control === "r" || event.key === "ArrowUp") act(() => this.step(1));
    else if (control === "s" || event.key === "ArrowDown") act(() => this.step(-1));
    else if (control === "g" || control === "c") act(() => this.end(() => this.on.take(this.draft)));
    else if (event.key === "Enter") act(() => this.end(() => (this.match === undefined ? this.on.take(text) : this.on.run(text))));
    else if (event.key === "Escape" || event.key === "ArrowRight" || (event.key === "Tab" && !event.shiftKey)) act(() => this.end(() => this.on.take(text)));
  }
}
