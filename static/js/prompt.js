// The line of one terminal: Enter runs, Shift+Enter breaks the line, arrows recall, Ctrl+C clears or stops, Ctrl+L clears the view, Esc leaves.
export class Prompt {
  // on: {run(line), stop(), clear(), leave()}; busy(): whether a command runs
  constructor(form, lines, on, busy) {
    Object.assign(this, { form, lines, on, busy, at: lines.length, draft: "" });
    this.box = form.querySelector("textarea");
    this.word = form.querySelector(".con-word");
    form.addEventListener("submit", (event) => { event.preventDefault(); this.run(); });
    this.box.addEventListener("keydown", (event) => this.key(event));
    this.box.addEventListener("input", () => { this.at = this.lines.length; this.grow(); });
  }

  run() {
    const line = this.box.value;
    if (!line.trim()) return;
    this.on.run(line);
  }

  taken(line) {
    if (this.lines.at(-1) !== line) this.lines.push(line);
    this.at = this.lines.length;
    this.draft = "";
  }

  set(text) {
    this.box.value = text;
    this.box.setSelectionRange(text.length, text.length);
    this.grow();
  }

  say(text) {
    this.word.textContent = text;
    this.word.hidden = !text;
  }

  grow() {
    if (CSS.supports("field-sizing", "content")) return;
    this.box.rows = Math.min(8, this.box.value.split("\n").length);
  }

  recall(by) {
    const to = this.at + by;
    if (to < 0 || to > this.lines.length) return;
    if (this.at === this.lines.length) this.draft = this.box.value;
    this.at = to;
    this.set(to === this.lines.length ? this.draft : this.lines[to]);
  }

  key(event) {
    if (event.isComposing) return;  // Enter ends a Korean syllable first
    const { selectionStart: from, selectionEnd: to, value } = this.box;
    const plain = !event.ctrlKey && !event.altKey && !event.metaKey && !event.shiftKey;
    const act = (does) => { event.preventDefault(); does(); };
    if (event.key === "Enter" && plain) act(() => this.run());
    else if (event.key === "ArrowUp" && plain && !value.slice(0, from).includes("\n")) act(() => this.recall(-1));
    else if (event.key === "ArrowDown" && plain && !value.slice(to).includes("\n")) act(() => this.recall(1));
    else if (event.key === "Escape") act(() => this.on.leave());
    else if (event.ctrlKey && event.key === "l") act(() => this.on.clear());
    else if (event.ctrlKey && event.key === "c" && from === to) act(() => (this.busy() ? this.on.stop() : this.set("")));
  }
}
