// URLs of the sandbox's own cloud in the output: links to where the course shows them. Nothing else becomes one: what a program
// prints is not to be trusted, and no other address exists in a sandbox.
const URLS = /https?:\/\/[a-z0-9.-]+\.(?:amazonaws\.com|on\.aws)(?=[/?#\s"'<>)\]},;]|$)[^\s"'<>\\^`{|}]*/gi;
const TRAILING = /[.,;:!?)\]]+$/;
const MOST = 4000;

export function linkify(home, open) {
  const look = (element) => { for (const out of element.matches(".block-out, .block-out *") ? [element] : element.querySelectorAll(".block-out")) walk(out, open); };
  new MutationObserver((changes) => {
    for (const change of changes) for (const node of change.addedNodes) {
      if (node.nodeType === Node.ELEMENT_NODE) look(node);
      else if (node.nodeType === Node.TEXT_NODE && node.parentElement?.closest(".out-lines")) link(node, open);
    }
  }).observe(home, { childList: true, subtree: true });
  look(home);
}

function walk(element, open) {
  const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  const found = [];
  while (texts.nextNode()) if (texts.currentNode.data.includes("://")) found.push(texts.currentNode);
  for (const text of found) link(text, open);
}

function link(text, open) {
  if (!text.data.includes("://") || text.parentElement.closest("a, .out-current")) return;
  for (const match of [...text.data.matchAll(URLS)].reverse()) {
    const url = match[0].replace(TRAILING, "");
    if (url.length > MOST) continue;
    text.splitText(match.index + url.length);
    const rest = text.splitText(match.index);
    const a = document.createElement("a");
    Object.assign(a, { href: `${open}?url=${encodeURIComponent(url)}`, target: "_blank", rel: "noopener noreferrer", className: "out-link" });
    rest.replaceWith(a);
    a.append(rest);
  }
}
