// What the learner's program serves: offered while a port is listened on, shown in a frame that has no origin, so that nothing in it
// reaches this page.
import { put } from "./place.js";

const NEAR = 48;
const MAY = "allow-scripts allow-forms allow-popups allow-modals allow-downloads";

export class Preview {
  constructor(lab) {
    this.lab = lab;
    this.panel = lab.querySelector("#preview");
    if (!this.panel) return;
    this.title = this.panel.querySelector("h3");
    this.word = this.panel.querySelector("[data-preview-word]");
    lab.addEventListener("click", (event) => {
      const button = event.target.closest("[data-preview]");
      if (button) this.open(button);
    });
    this.panel.addEventListener("click", (event) => {
      if (event.target.closest("[data-preview-again]")) this.load();
      if (event.target.closest("[data-preview-close]")) this.close();
    });
    this.panel.addEventListener("keydown", (event) => { if (event.key === "Escape") this.close(); });
  }

  open(button) {
    this.port = button.dataset.preview;
    this.url = button.dataset.url;
    this.opener = button.id;
    this.title.textContent = this.panel.dataset.wordTitle.replace("{port}", this.port);
    this.panel.querySelector("[data-preview-tab]").href = this.url;
    this.keepingPlace(() => { this.panel.hidden = false; this.load(); });
    this.title.focus();
  }

  load() {
    this.frame?.remove();
    this.word.textContent = "";
    this.frame = document.createElement("iframe");
    this.frame.setAttribute("sandbox", MAY);
    Object.assign(this.frame, { referrerPolicy: "no-referrer", title: this.title.textContent, src: this.url });
    this.panel.append(this.frame);
  }

  close() {
    this.frame?.remove();
    this.frame = this.port = null;
    this.panel.hidden = true;
    (document.getElementById(this.opener) ?? this.lab.querySelector(".terminal textarea, .terminal input"))?.focus();
  }

  // What comes above or below a log takes room from it; one that shows its end goes on showing it.
  keepingPlace(change) {
    const logs = [...this.lab.querySelectorAll(".con-log")].filter((log) => log.scrollHeight - log.scrollTop - log.clientHeight < NEAR);
    change();
    for (const log of logs) log.scrollTop = log.scrollHeight;
  }

  // The stream says which ports are listened on now.
  ports(html) {
    this.keepingPlace(() => put(html));
    const ports = document.getElementById("ports")?.dataset.ports.trim().split(" ") ?? [];
    if (!this.port) return;
    const there = ports.includes(this.port);
    if (there && this.gone) this.load();
    if (!there) {
      this.frame?.remove();
      this.frame = null;
      this.word.textContent = this.panel.dataset.wordGone.replace("{port}", this.port);
    }
    this.gone = !there;
  }
}
