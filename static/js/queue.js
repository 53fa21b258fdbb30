// The queue of questions, live; what did not change is left alone.
import { follow } from "./follow.js";
import { sign } from "./net.js";

const home = document.getElementById("follow");
const said = document.getElementById("queue-said");
const waiting = () => document.getElementById("queue").dataset.waiting;
let before = waiting();

function shown() {
  if (waiting() === before) return;
  before = waiting();
  said.textContent = said.dataset.word.replace("{n}", before);
}

follow(home, { shown, status: sign(document.getElementById("net"), home.dataset) });
