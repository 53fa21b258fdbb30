// Whether bash would go on asking (its "> ") after these lines: a quote, a substitution or a here-document is open, or the end is a
// backslash or an operator. True is certain; false means that the worker's bash decides (blocks, patterns, arithmetic are its business).
const HEREDOC = /^<<(-?)(?!-)[ \t]*(?:'([^'\n]*)'|"([^"\n]*)"|\\?([^\s;|&<>()'"\\]+))/;
const BREAKS = " \t\n;|&()<>";

export function unfinished(text) {
  if (/\(\(|\bcase\b/.test(text)) return false;
  const frames = [{ closing: "", quote: "" }];
  let waits = [];  // here-documents whose text begins on the next line
  let pending = false;  // after | && ||
  for (let at = 0; at < text.length; at += 1) {
    const frame = frames.at(-1);
    const char = text[at];
    if (frame.quote === "'") {
      if (char === "'") frame.quote = "";
      continue;
    }
    if (char === "\\") {
      if (at + 1 >= text.length) return true;
      pending &&= text[at + 1] === "\n";
      at += 1;
      continue;
    }
    if (frame.quote) {
      if (char === frame.quote.at(-1)) frame.quote = "";
      else if (frame.quote === '"' && text.startsWith("$(", at)) { frames.push({ closing: ")", quote: "" }); at += 1; }
      else if (frame.quote === '"' && char === "`") tick(frames);
      continue;
    }
    if (char === "#" && (at === 0 || BREAKS.includes(text[at - 1]))) {
      const end = text.indexOf("\n", at);
      if (end < 0) break;
      at = end - 1;
    } else if (char === "\n" && waits.length) {
      const end = after(text, at + 1, waits);
      if (end < 0) return true;
      waits = [];
      at = end - 1;
    } else if (text.startsWith("<<", at) && text[at + 2] !== "<") {
      const found = HEREDOC.exec(text.slice(at));
      if (!found) return false;
      waits.push({ word: found[2] ?? found[3] ?? found[4], tabs: Boolean(found[1]) });
      at += found[0].length - 1;
    } else if (text.startsWith("<<<", at)) at += 2;
    else if (text.startsWith("$'", at)) { frame.quote = "$'"; at += 1; pending = false; }
    else if (char === "'" || char === '"') { frame.quote = char; pending = false; }
    else if (text.startsWith("$(", at)) { frames.push({ closing: ")", quote: "" }); at += 1; pending = false; }
    else if (char === "`") { tick(frames); pending = false; }
    else if (char === ")" && frame.closing === ")") frames.pop();
    else if (char === "|") pending = text[at - 1] !== ">";
    else if (char === "&") pending = text[at - 1] === "&" || (pending && text[at - 1] === "|");
    else if (!" \t\n".includes(char)) pending = false;
  }
  return frames.length > 1 || Boolean(frames[0].quote) || pending || waits.length > 0;
}

function tick(frames) {
  if (frames.at(-1).closing === "`") frames.pop();
  else frames.push({ closing: "`", quote: "" });
}

// Where the text of all of these here-documents has ended; -1: it has not.
function after(text, from, waits) {
  let at = from;
  for (const { word, tabs } of waits) {
    for (;;) {
      if (at > text.length) return -1;
      const end = text.indexOf("\n", at);
      const line = text.slice(at, end < 0 ? undefined : end);
      at = end < 0 ? text.length + 1 : end + 1;
      if ((tabs ? line.replace(/^\t+/, "") : line) === word) break;
      if (end < 0) return -1;
    }
  }
  return at;
}
