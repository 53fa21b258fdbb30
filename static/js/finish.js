// The end of a lab comes into view, and is said, when its last step passes while one looks; the focus stays where it is.
export class Finish {
  constructor(lab, word) {
    Object.assign(this, { lab, word, shown: this.visible() });
  }

  visible() {
    return document.getElementById("finish")?.hidden === false;
  }

  look() {
    const before = this.shown;
    this.shown = this.visible();
    if (before || !this.shown) return;
    this.lab.querySelector("#said").textContent += ` ${this.word}`;
    document.getElementById("finish").scrollIntoView({ block: "start", behavior: "smooth" });
  }
}
