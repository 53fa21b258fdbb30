// What a reader who is signed in marks: the note as read (by itself when its end was seen), and bookmarks. Without script the forms do it.
import { post } from "./post.js";

const SEEN_MS = 1000;

export class Reading {
  constructor(head, words, room) {
    Object.assign(this, { head, words });
    this.said = document.getElementById("said");
    document.addEventListener("submit", (event) => this.submitted(event));
    if (head.dataset.urlRead && !("read" in head.dataset)) this.watch(room);
  }

  // Its end stood in view for a moment.
  watch(room) {
    let timer;
    const watcher = new IntersectionObserver(([{ isIntersecting }]) => {
      clearTimeout(timer);
      if (isIntersecting) timer = setTimeout(() => { watcher.disconnect(); this.mark(true); }, SEEN_MS);
    }, { root: room });
    watcher.observe(document.getElementById("note-end"));
  }

  submitted(event) {
    const form = event.target;
    if ("readForm" in form.dataset) {
      event.preventDefault();
      this.mark(form.elements.read.value === "1");
    } else if ("mark" in form.dataset) {
      event.preventDefault();
      this.bookmark(form);
    }
  }

  async mark(read) {
    const answer = await post(this.head.dataset.urlRead, { read: read ? "1" : "0" });
    if (!answer.ok) return;
    const form = document.querySelector("[data-read-form]");
    form.elements.read.value = read ? "0" : "1";
    form.querySelector("button").setAttribute("aria-pressed", String(read));
    document.querySelector("[data-read-sign]").hidden = !read;
  }

  async bookmark(form) {
    const on = form.elements.on.value;
    const answer = await post(form.action, { anchor: form.elements.anchor.value, on });
    if (!answer.ok) return;
    form.elements.on.value = on === "1" ? "0" : "1";
    form.querySelector("button").setAttribute("aria-pressed", String(on === "1"));
    this.said.textContent = on === "1" ? this.words.marked : this.words.unmarked;
  }
}
