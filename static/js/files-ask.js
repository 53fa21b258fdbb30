// The panel's one question: a name. It stays open, and says why, until what it was for has worked.
export class Ask {
  constructor(dialog) {
    this.dialog = dialog;
    this.field = dialog.querySelector("input");
    this.word = dialog.querySelector("[role=alert]");
    dialog.querySelector("[data-cancel]").addEventListener("click", () => dialog.close());
    dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
    dialog.querySelector("form").addEventListener("submit", (event) => { event.preventDefault(); this.answered(); });
  }

  // act: async (text) => {ok, word}; then: with its answer, once that was ok and the dialog has closed
  open({ title, label, yes, value }, act, then) {
    Object.assign(this, { act, then });
    this.dialog.querySelector("h2").textContent = title;
    this.dialog.querySelector("[data-label]").textContent = label;
    this.dialog.querySelector("[data-yes]").textContent = yes;
    this.field.value = value;
    this.say("");
    this.dialog.showModal();
    this.field.focus();
    this.field.setSelectionRange(0, value.includes(".") ? value.lastIndexOf(".") : value.length);
  }

  async answered() {
    if (this.asking) return;
    this.asking = true;
    const answer = await this.act(this.field.value);
    this.asking = false;
    if (!answer.ok) return this.say(answer.word);
    this.dialog.close();
    this.then(answer);
  }

  say(text) {
    this.word.textContent = text;
    this.word.hidden = !text;
    this.field.setAttribute("aria-invalid", String(Boolean(text)));
  }
}
