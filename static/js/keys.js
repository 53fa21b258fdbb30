// What a terminal sends for a key (xterm's sequences). Text is not in here: it comes by the field's input events, so that Korean, dead
// keys and a phone's keyboard work. null: the key is the browser's.
const ARROWS = { ArrowUp: "A", ArrowDown: "B", ArrowRight: "C", ArrowLeft: "D", Home: "H", End: "F" };
const EDITING = { Insert: 2, Delete: 3, PageUp: 5, PageDown: 6 };
const FUNCTIONS = { F1: "P", F2: "Q", F3: "R", F4: "S", F5: 15, F6: 17, F7: 18, F8: 19, F9: 20, F10: 21 };  // F11 and F12 stay the browser's
const PLAIN = { Enter: "\r", Tab: "\t", Escape: "\x1b", Backspace: "\x7f" };
const CONTROLS = { " ": 0, "@": 0, "2": 0, "[": 27, "\\": 28, "]": 29, "^": 30, "6": 30, "_": 31, "/": 31 };  // Ctrl+- and Ctrl+0 are the browser's zoom

// app: application cursor keys
export function sequence(event, app) {
  const { key, ctrlKey: ctrl = false, altKey: alt = false, shiftKey: shift = false } = event;
  if (event.isComposing || event.metaKey || event.getModifierState?.("AltGraph")) return null;
  if (key === "Tab" && (shift || ctrl || alt)) return null;  // Shift+Tab leaves: nobody is held in here
  const held = 1 + Number(shift) + 2 * Number(alt) + 4 * Number(ctrl);
  if (key in ARROWS) return held > 1 ? `\x1b[1;${held}${ARROWS[key]}` : `\x1b${app ? "O" : "["}${ARROWS[key]}`;
  if (key in EDITING) return `\x1b[${EDITING[key]}${held > 1 ? `;${held}` : ""}~`;
  if (key in FUNCTIONS) return withNumber(FUNCTIONS[key], held);
  if (key in PLAIN) return (alt ? "\x1b" : "") + (key === "Backspace" && ctrl ? "\b" : PLAIN[key]);
  if (ctrl && !shift) return control(event, alt);
  if (ctrl && "@^_".includes(key)) return control(event, alt);
  return alt && !ctrl && /^[ -~]$/.test(key) ? `\x1b${key}` : null;
}

function withNumber(found, held) {
  if (typeof found === "number") return `\x1b[${found}${held > 1 ? `;${held}` : ""}~`;
  return held > 1 ? `\x1b[1;${held}${found}` : `\x1bO${found}`;
}

// With a Korean keyboard the letter is in the key's place alone.
function control(event, alt) {
  const letter = /^[a-z]$/i.test(event.key) ? event.key : event.code?.match(/^Key([A-Z])$/)?.[1];
  const code = letter ? letter.toUpperCase().charCodeAt(0) - 64 : CONTROLS[event.key];
  return code === undefined ? null : (alt ? "\x1b" : "") + String.fromCharCode(code);
}

// paste: bracketed paste. What is pasted is text: it can neither end the bracket nor press keys.
export function pasted(text, paste) {
  const clean = text.replace(/\r\n?|\n/g, "\r").replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/g, "");
  return paste ? `\x1b[200~${clean}\x1b[201~` : clean;
}
