// Whether the page is live, in words: a status for Stream.
export const sign = (net, words) => (state, seconds) => {
  net.textContent = { open: words.wordLive, lost: words.wordLost, waiting: words.wordRetry.replace("{seconds}", seconds), "signed-out": words.wordSignedOut }[state] ?? "";
  net.className = state === "open" ? "is-live" : "is-lost";
};
