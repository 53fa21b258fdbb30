// The page's one EventSource. The browser's own reconnecting gives up at the first HTTP error, so this does it itself:
// each new connection asks for what came after the last id seen, with growing pauses between failed ones.
import { whenReleased } from "./press.js";

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 15000;

export class Stream {
  // handlers: {event name: function(data, position)}; status(state, seconds): "open" | "lost" | "waiting" | "signed-out"
  constructor(url, after, handlers, status) {
    Object.assign(this, { url, after, handlers, status, failures: 0, source: null, timer: 0 });
    addEventListener("pagehide", () => this.close());
    addEventListener("pageshow", (event) => { if (event.persisted) this.open(); });
    addEventListener("online", () => { if (!this.source) this.open(); });
    this.open();
  }

  open() {
    this.close();
    const source = new EventSource(`${this.url}?after=${encodeURIComponent(this.after)}`);
    this.source = source;
    source.onopen = () => { this.failures = 0; this.status("open"); };
    source.onerror = () => this.failed();
    for (const [name, handle] of Object.entries(this.handlers)) {
      source.addEventListener(name, (event) => {
        if (event.lastEventId) this.after = event.lastEventId;
        whenReleased(() => handle(JSON.parse(event.data), event.lastEventId));
      });
    }
    // The server ends a stream after some minutes so that it is authorised again; that is no failure.
    source.addEventListener("bye", () => this.open());
  }

  close() {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = null;
  }

  failed() {
    this.close();
    this.failures += 1;
    const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (this.failures - 1)) * (0.75 + Math.random() / 2);
    this.status(pause < 2500 ? "lost" : "waiting", Math.round(pause / 1000));
    this.timer = setTimeout(() => this.retry(), pause);
  }

  // An EventSource does not tell why it failed; a signed-out learner would be left waiting for ever.
  async retry() {
    if (this.failures > 1) {
      try {
        const answer = await fetch(this.url, { method: "HEAD", redirect: "manual", cache: "no-store" });
        if (answer.type === "opaqueredirect" || answer.status === 404) return this.status("signed-out");
      } catch { /* still unreachable: the next attempt says so */ }
    }
    this.open();
  }
}
