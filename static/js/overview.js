// The instructions before one starts: only their copy buttons.
import { listen } from "./copy.js";

const { wordCopied: copied, wordNotCopied: notCopied } = document.getElementById("words").dataset;
listen({ copied, notCopied });
