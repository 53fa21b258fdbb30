// A page that is told that something changed asks what: its address (`data-url`), by script, answers with the pieces that change.
import { put } from "./place.js";
import { whenReleased } from "./press.js";
import { Stream } from "./stream.js";

const SOON_MS = 300;  // what changes at once is asked for once
const MINUTE_MS = 60_000;  // what time alone changes: how long ago, a question that was taken too long ago

export function follow(home, { concerns = () => true, shown = () => {}, status = () => {} } = {}) {
  let timer = 0;
  let missed = false;
  let asked = 0;
  let newest = 0;

  async function look() {
    clearTimeout(timer);
    missed = document.hidden;
    if (missed) return;
    const number = ++asked;
    try {
      const answer = await fetch(home.dataset.url, { headers: { "HX-Request": "true" }, redirect: "manual", cache: "no-store" });
      const html = await answer.text();
      if (!answer.ok || number < newest) return;  // what was asked later is newer, and may come first
      newest = number;
      whenReleased(() => shown(put(html)));
    } catch { /* the next event brings it */ }
  }

  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(look, SOON_MS);
  };
  new Stream(home.dataset.stream, home.dataset.after, { changed: (data) => concerns(data) && soon(), refresh: soon }, status);
  setInterval(look, MINUTE_MS);
  document.addEventListener("visibilitychange", () => missed && look());
  home.dataset.live = "";
}
