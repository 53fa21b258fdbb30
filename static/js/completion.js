// Tab: the server says what the word before the cursor may become. One: it is filled in. Several: what they have in common is filled in;
// where that is nothing, or at a second Tab, they are shown. The field keeps the focus; the list is a listbox that it points into.
import { replace } from "./editing.js";
import { post } from "./post.js";

export class Completion {
  // words: {suggestionSome "{n} …", suggestionShown "{n} …", suggestionNone, suggestionMore "{n} …"}; say(text): for a screen reader
  constructor(box, list, { url, terminal, words, say }) {
    Object.assign(this, { box, list, url, terminal, words, say, items: [], at: -1, asked: 0 });
    box.addEventListener("focus", () => this.warm(), { once: true });
    box.addEventListener("blur", () => this.close());
    box.addEventListener("input", () => { if (this.open && !this.filling) this.ask(true); });
    list.addEventListener("mousedown", (event) => event.preventDefault());  // the focus stays in the field
    list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.accept(Number(option.dataset.at));
    });
  }

  get open() {
    return !this.list.hidden;
  }

  warm() {
    post(this.url, { line: "" });
  }

  // show: also where something was filled in
  async ask(show = false) {
    const { value, selectionStart: cursor } = this.box;
    const number = ++this.asked;
    const answer = await post(this.url, { line: value.slice(0, cursor), terminal: this.terminal });
    if (number !== this.asked || this.box.value !== value || this.box.selectionStart !== cursor || document.activeElement !== this.box) return;
    if (!answer.ok) return this.close();
    const { start, items, more, common } = JSON.parse(answer.text);
    Object.assign(this, { start, items, more });
    if (!items.length) {
      this.close();
      this.say(this.words.suggestionNone);
    } else if (items.length === 1 && !show) this.accept(0);
    else if (!show && this.common(common)) this.say(this.words.suggestionSome.replace("{n}", items.length + more));
    else this.show();
  }

  // Fill in what all have in common; false where the field holds that already.
  common(text) {
    const typed = this.box.value.slice(this.start, this.box.selectionStart);
    if (text.length <= typed.length) return false;
    this.fill(text);
    return true;
  }

  fill(text) {
    this.filling = true;
    replace(this.box, this.start, this.box.selectionStart, text);
    this.filling = false;
  }

  accept(at) {
    const [text, shown, , after] = this.items[at];
    const rest = this.box.value.slice(this.box.selectionStart);
    this.close();
    this.fill(text + (rest && after && rest.startsWith(after) ? "" : after));
    this.say(shown);
  }

  show() {
    this.list.replaceChildren(...this.items.map(([, shown, kind], at) => {
      const option = document.createElement("li");
      Object.assign(option, { id: `${this.list.id}-${at}`, textContent: shown, className: `is-${kind}` });
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.dataset.at = at;
      return option;
    }));
    this.list.style.setProperty("--widest", Math.max(...this.items.map(([, shown]) => shown.length)));
    this.list.dataset.more = this.more ? this.words.suggestionMore.replace("{n}", this.more) : "";
    this.list.hidden = false;
    this.at = -1;
    this.say(this.words.suggestionShown.replace("{n}", this.items.length + this.more));
  }

  choose(at) {
    const options = this.list.children;
    options[this.at]?.setAttribute("aria-selected", "false");
    this.at = (at + options.length) % options.length;
    options[this.at].setAttribute("aria-selected", "true");
    options[this.at].scrollIntoView({ block: "nearest" });
    this.box.setAttribute("aria-activedescendant", options[this.at].id);
  }

  close() {
    this.asked += 1;
    if (!this.open) return;
    this.list.hidden = true;
    this.list.replaceChildren();
    this.box.removeAttribute("aria-activedescendant");
  }

  // True where the key was meant for this.
  key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return false;
    const { value, selectionStart: from, selectionEnd: to } = this.box;
    if (event.key === "Tab" && !this.open) {
      if (from !== to || !value.slice(0, from).trim()) return false;  // an empty line: Tab leaves, as it does any field
      this.ask();
      return true;
    }
    if (!this.open) return false;
    if (event.key === "ArrowDown" || event.key === "Tab") this.choose(this.at + 1);
    else if (event.key === "ArrowUp") this.choose(this.at < 0 ? -1 : this.at - 1);
    else if (event.key === "Enter" && this.at >= 0) this.accept(this.at);
    else if (event.key === "Escape") this.close();
    else {
      if (event.key === "Enter") this.close();
      return false;
    }
    return true;
  }
}
