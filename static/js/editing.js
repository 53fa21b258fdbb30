// Changing a text field as bash's line editor does, in a way that the browser's own undo (Ctrl+Z) takes back.
let killed = "";

export function replace(box, from, to, text) {
  box.focus();
  box.setSelectionRange(from, to);
  const done = text ? document.execCommand("insertText", false, text) : from === to || document.execCommand("delete");
  if (!done) box.setRangeText(text, from, to, "end");
}

const begin = (value, at) => value.lastIndexOf("\n", at - 1) + 1;
const end = (value, at) => { const found = value.indexOf("\n", at); return found < 0 ? value.length : found; };

function kill(box, from, to) {
  if (from === to) return;
  killed = box.value.slice(from, to);
  replace(box, from, to, "");
}

// Ctrl and one of these. A browser keeps some for itself (Ctrl+W closes a tab): there they are the browser's.
const ACTS = {
  a: (box) => { const at = begin(box.value, box.selectionStart); box.setSelectionRange(at, at); },
  e: (box) => { const at = end(box.value, box.selectionEnd); box.setSelectionRange(at, at); },
  u: (box) => kill(box, begin(box.value, box.selectionStart), box.selectionStart),
  k: (box) => kill(box, box.selectionStart, end(box.value, box.selectionStart)),
  w: (box) => {
    const before = box.value.slice(0, box.selectionStart);
    kill(box, before.length - /[^\s]*\s*$/.exec(before)[0].length, before.length);
  },
  y: (box) => killed && replace(box, box.selectionStart, box.selectionEnd, killed),
};

// True where the key was one of these.
export function edit(box, event) {
  const act = event.ctrlKey && !event.altKey && !event.metaKey && !event.shiftKey && ACTS[event.key.toLowerCase()];
  if (!act) return false;
  act(box);
  return true;
}
