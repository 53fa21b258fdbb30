// What comes late takes the focus only where nobody has gone elsewhere meanwhile.

// What has the focus; a row of the tree is the same when the tree has been drawn anew.
const focused = () => document.activeElement.dataset.key ?? document.activeElement;

// -> () => whether the focus is still where it was when this was called, or nowhere
export function staying() {
  const before = focused();
  return () => [before, document.body].includes(focused());
}
