// Plays a deployment: the column of the step that is now is marked, what comes later is faint, and each step is said in words.
// Without it the whole drawing and its table are there, and the form is an ordinary one.
const PACE = 1800;
const still = matchMedia("(prefers-reduced-motion: reduce)");

function play(stage) {
  const ticks = JSON.parse(document.getElementById(stage.dataset.strategies).textContent);
  const bands = [...stage.querySelectorAll("[data-tick]")];
  const later = stage.querySelector("[data-later]");
  const end = later.x.baseVal.value;
  const said = stage.querySelector("[data-said]");
  const count = stage.querySelector("[data-count]");
  const button = stage.querySelector("[data-play]");
  let now = null;
  let timer = 0;

  function show(to) {
    now = Math.min(Math.max(to, 0), ticks.length - 1);
    bands.forEach((band, number) => band.classList.toggle("is-now", number === now));
    const from = bands[now].x.baseVal.value + bands[now].width.baseVal.value;
    later.setAttribute("x", from);
    later.setAttribute("width", Math.max(end - from, 0));
    said.textContent = `${ticks[now].words} ${ticks[now].state}`;
    count.textContent = `${now} / ${ticks.length - 1}`;
    const room = stage.querySelector(".picture-room");
    room.scrollTo({ left: from - room.clientWidth / 2, behavior: still.matches ? "instant" : "smooth" });
  }

  function stop() {
    clearInterval(timer);
    timer = 0;
    button.textContent = button.dataset.wordPlay;
  }

  function next() {
    if (!stage.isConnected) return stop();  // another scenario took its place
    show(now === null ? 0 : now + 1);
    if (now === ticks.length - 1) stop();
  }

  button.addEventListener("click", () => {
    if (timer) return stop();
    if (now === ticks.length - 1) now = null;
    timer = setInterval(next, PACE);
    button.textContent = button.dataset.wordPause;
    next();
  });
  for (const step of stage.querySelectorAll("[data-step]")) {
    step.addEventListener("click", () => { stop(); show(now === null ? 0 : now + Number(step.dataset.step)); });
  }
  stage.querySelector("[data-restart]").addEventListener("click", () => { stop(); show(0); });

  const follow = () => { button.hidden = still.matches; if (still.matches) stop(); };
  still.addEventListener("change", follow);
  follow();
  said.hidden = false;
  stage.querySelector("[data-play-controls]").hidden = false;
}

function begin(within) {
  const stages = [...within.querySelectorAll("[data-strategies]")];
  if (within instanceof Element && within.matches("[data-strategies]")) stages.push(within);
  for (const stage of stages) {
    if (stage.dataset.playing) continue;
    stage.dataset.playing = "1";
    play(stage);
  }
  for (const show of within.querySelectorAll("[data-strategies-show]")) show.hidden = true;
}

begin(document);
document.addEventListener("htmx:load", (event) => begin(event.detail.elt));
