// Questions that ask for an order: lines are moved by buttons, by arrow keys on them, or dragged; the selects of the form follow.
export function orderQuestions(root, words) {
  for (const list of root.querySelectorAll("[data-order]:not(.is-moved)")) new Order(list, words);
}

class Order {
  constructor(list, words) {
    Object.assign(this, { list, words });
    list.classList.add("is-moved");
    this.said = document.createElement("p");
    this.said.className = "sr-only";
    this.said.setAttribute("role", "status");
    list.after(this.said);
    for (const item of this.items) this.dress(item);
    list.addEventListener("pointerdown", (event) => this.hold(event));
    list.addEventListener("keydown", (event) => this.keyed(event));
    this.number();
  }

  get items() {
    return [...this.list.querySelectorAll("[data-item]")];
  }

  dress(item) {
    const moves = document.createElement("span");
    moves.className = "q-moves";
    for (const [by, word, icon] of [[-1, this.words.up, "icon-up"], [1, this.words.down, "icon-down"]]) {
      const button = document.createElement("button");
      Object.assign(button, { type: "button", className: "btn-icon", title: word });
      button.setAttribute("aria-label", `${word}: ${item.querySelector(".q-item-text").textContent}`);
      button.dataset.by = by;
      button.innerHTML = `<span class="icon ${icon}" aria-hidden="true"></span>`;
      button.addEventListener("click", () => this.move(item, by, button));
      moves.append(button);
    }
    item.append(moves);
  }

  keyed(event) {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const button = event.target.closest("[data-by]");
    if (!by || !button) return;
    event.preventDefault();
    this.move(button.closest("[data-item]"), by, button);
  }

  move(item, by, button) {
    const other = by < 0 ? item.previousElementSibling : item.nextElementSibling;
    if (!other) return;
    if (by < 0) other.before(item);
    else other.after(item);
    this.number();
    this.forget();
    button.focus();  // moving takes the focus away
    this.said.textContent = this.words.place.replace("{place}", this.items.indexOf(item) + 1).replace("{all}", this.items.length);
  }

  // By pointer: the line follows in the list, past those whose middle it passes. The list has the pointer: what moves would lose it.
  hold(event) {
    const item = event.target.closest("[data-item]");
    if (!item || event.button || event.target.closest("button, a")) return;
    event.preventDefault();
    this.list.setPointerCapture(event.pointerId);
    item.classList.add("is-held");
    const drag = ({ clientY }) => {
      const middle = (other) => { const { top, height } = other.getBoundingClientRect(); return top + height / 2; };
      const { previousElementSibling: before, nextElementSibling: after } = item;
      if (before && clientY < middle(before)) before.before(item);
      else if (after && clientY > middle(after)) after.after(item);
    };
    const drop = () => {
      item.classList.remove("is-held");
      this.list.removeEventListener("pointermove", drag);
      this.number();
      this.forget();
    };
    this.list.addEventListener("pointermove", drag);
    this.list.addEventListener("lostpointercapture", drop, { once: true });
  }

  number() {
    this.items.forEach((item, at) => { item.querySelector("select").value = String(at + 1); });
  }

  // What was right or wrong was so of the order before.
  forget() {
    for (const item of this.items) item.classList.remove("is-right", "is-wrong");
  }
}
