// One question, live: who has it, its answers and what became of them. What is being written stays as it is.
import { follow } from "./follow.js";

const home = document.getElementById("follow");
follow(home, { concerns: ({ attempt }) => String(attempt) === home.dataset.attempt });
