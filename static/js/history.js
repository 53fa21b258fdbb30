// What was typed before: up and down through the lines that begin as the text before the cursor does, and a search through all of them.
export class History {
  constructor(lines) {
    this.lines = lines;
    this.leave();
  }

  // Typing on: where one was in the history is forgotten.
  leave() {
    this.at = this.lines.length;
    this.start = null;
  }

  add(line) {
    if (this.lines.at(-1) !== line) this.lines.push(line);
    this.leave();
  }

  take(line) {
    if (this.lines.at(-1) === line) this.lines.pop();
    this.leave();
  }

  // by: -1 older, 1 newer. The text to show, or undefined where there is no other.
  step(by, text, cursor) {
    this.start ??= { text, prefix: text.slice(0, cursor) };
    for (let at = this.at + by; at >= 0 && at <= this.lines.length; at += by) {
      const line = at === this.lines.length ? this.start.text : this.lines[at];
      if (at < this.lines.length && (!line.startsWith(this.start.prefix) || line === text)) continue;
      this.at = at;
      return line;
    }
    return undefined;
  }

  // All lines that hold `text`, newest first, each once.
  find(text) {
    return text ? [...new Set(this.lines.filter((line) => line.includes(text)).reverse())] : [];
  }
}
