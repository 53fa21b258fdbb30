// The queue of questions looks for itself every few seconds, while it is seen; what did not change is left alone.
const queue = document.getElementById("queue");
const said = document.getElementById("queue-said");
const waiting = () => Number(queue.querySelector("[data-waiting]")?.dataset.waiting ?? 0);
const plain = (html) => html.replace(/<input type="hidden" name="csrf[^>]*>/g, "").replace(/\s+/g, " ").trim();
let shown = plain(queue.innerHTML);

async function look() {
  if (document.hidden || queue.contains(document.activeElement) && document.activeElement.matches("button")) return;
  try {
    const answer = await fetch(location.href, { headers: { "HX-Request": "true" }, redirect: "manual", cache: "no-store" });
    if (!answer.ok) return;
    put(await answer.text());
  } catch { /* the next look finds it */ }
}

function put(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  if (plain(template.innerHTML) === shown) return;
  const before = waiting();
  const focused = document.activeElement?.closest("#queue [id]")?.id;
  queue.replaceChildren(template.content);
  shown = plain(queue.innerHTML);
  if (focused) document.getElementById(focused)?.querySelector("a")?.focus({ preventScroll: true });
  if (waiting() !== before) said.textContent = said.dataset.word.replace("{n}", waiting());
}

setInterval(look, Number(queue.dataset.every) * 1000);
document.addEventListener("visibilitychange", look);
