// The line between instructions and console, by pointer and by arrow keys; kept per browser. On narrow screens: tabs.
const LEAST = 20;
const MOST = 80;
const KEY = "split";

function kept() {
  try { return Number(localStorage.getItem(KEY)) || 0; } catch { return 0; }
}

function keep(percent) {
  try { localStorage.setItem(KEY, String(percent)); } catch { /* a browser that keeps nothing */ }
}

export function split(lab, bar) {
  const set = (percent) => {
    const value = Math.round(Math.min(MOST, Math.max(LEAST, percent)));
    lab.style.setProperty("--split", `${value}%`);
    bar.setAttribute("aria-valuenow", String(value));
    return value;
  };
  if (kept()) set(kept());
  bar.addEventListener("pointerdown", (event) => {
    bar.setPointerCapture(event.pointerId);
    bar.classList.add("is-held");
  });
  bar.addEventListener("pointermove", (event) => {
    if (!bar.hasPointerCapture(event.pointerId)) return;
    const box = lab.getBoundingClientRect();
    set(((event.clientX - box.left) / box.width) * 100);
  });
  bar.addEventListener("lostpointercapture", () => {
    bar.classList.remove("is-held");
    keep(bar.getAttribute("aria-valuenow"));
  });
  bar.addEventListener("dblclick", () => keep(set(44)));
  bar.addEventListener("keydown", (event) => {
    const now = Number(bar.getAttribute("aria-valuenow"));
    const to = { ArrowLeft: now - 3, ArrowRight: now + 3, Home: LEAST, End: MOST }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    keep(set(to));
  });
}

export function tabs(lab) {
  const all = [...lab.querySelectorAll("[data-tab][role=tab]")];
  const show = (name) => {
    lab.dataset.tab = name;
    for (const tab of all) {
      const chosen = tab.dataset.tab === name;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
    }
  };
  for (const tab of all) {
    tab.addEventListener("click", () => show(tab.dataset.tab));
    tab.addEventListener("keydown", (event) => {
      if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
      const other = all[(all.indexOf(tab) + (event.key === "ArrowLeft" ? all.length - 1 : 1)) % all.length];
      show(other.dataset.tab);
      other.focus();
    });
  }
  show("guide");
  return show;
}
