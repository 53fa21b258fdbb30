// What one does with the blocks that are there: fold and unfold an output, and go to the one that the address names (…#command-12).
export class Blocks {
  // words: {folded "{n} …", linkGone}; reveal(block): bring it to view where tabs hide it; say(text)
  constructor(lab, words, reveal, say) {
    Object.assign(this, { lab, words, reveal, say });
    lab.addEventListener("click", (event) => {
      const button = event.target.closest("[data-fold]");
      if (button) this.fold(button.closest(".block"), button.getAttribute("aria-expanded") === "true");
    });
    // A menu that would reach out of the log is brought into it.
    lab.addEventListener("toggle", ({ target }) => {
      if (target.open && target.matches(".block-menu")) target.querySelector(".menu-list").scrollIntoView({ block: "nearest" });
    }, true);
    addEventListener("hashchange", () => this.go());
    this.go();
  }

  fold(block, folded) {
    const button = block.querySelector("[data-fold]");
    if (!button) return;
    block.classList.toggle("is-folded", folded);
    button.setAttribute("aria-expanded", String(!folded));
    const lines = folded ? block.querySelector(".block-out").textContent.replace(/\n$/, "").split("\n").length : 0;
    block.querySelector("[data-folded]").textContent = folded ? this.words.folded.replace("{n}", lines) : "";
  }

  go() {
    const name = /^#(command-\d+)$/.exec(location.hash)?.[1];
    if (!name) return;
    const block = document.getElementById(name);
    if (!block) return this.say(this.words.linkGone);
    this.fold(block, false);
    this.reveal(block);
    for (const other of this.lab.querySelectorAll(".block.is-linked")) other.classList.remove("is-linked");
    block.classList.add("is-linked");
    block.tabIndex = -1;
    block.focus({ preventScroll: true });
    block.scrollIntoView({ block: "start" });
  }
}
