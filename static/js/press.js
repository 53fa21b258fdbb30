// What is put anew between the press of the mouse and its release gets no click. So what comes by itself waits until it is let go.
const waiting = [];
let pressed = false;

// After the click, which comes with the release.
const release = () => setTimeout(() => {
  pressed = false;
  for (const act of waiting.splice(0)) act();
});

addEventListener("pointerdown", ({ button }) => { pressed = button === 0; }, true);
for (const end of ["pointerup", "pointercancel"]) addEventListener(end, release, true);
addEventListener("pointermove", ({ buttons }) => { if (pressed && !buttons) release(); }, true);  // let go where the page did not see it

export function whenReleased(act) {
  if (pressed) waiting.push(act);
  else act();
}
