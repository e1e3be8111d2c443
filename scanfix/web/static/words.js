// The sentences of the page, in the language that is spoken now. They come from the server, both at once.

let words = {};
let terms = {};
export let lang = document.documentElement.lang === "zh" ? "zh" : "en";

export function learn(setup) {
  words = setup.words;
  terms = setup.terms;
}

/** One sentence; {names} in it are filled in. */
export function say(key, params = {}) {
  const text = words[key]?.[lang] ?? key;
  return text.replace(/\{(\w+)\}/g, (_, name) => params[name] ?? "");
}

/** What the shell calls it too: a severity, or what is looked for by the slug of the finding. */
export const term = (word) => terms[word]?.[lang] ?? word;

export const number = (value) => value.toLocaleString("en-US");

/** 30000000 -> "30 MB" */
export const megabytes = (bytes) => `${Math.round(bytes / 1e6)} MB`;

/** Speak it from now on: every element that carries a sentence is filled again. */
export function speak(wanted) {
  lang = wanted;
  document.documentElement.lang = wanted === "zh" ? "zh-CN" : "en";
  for (const element of document.querySelectorAll("[data-t]")) element.textContent = say(element.dataset.t);
  for (const element of document.querySelectorAll("[data-t-label]")) {
    element.setAttribute("aria-label", say(element.dataset.tLabel));
    if (element.matches("button")) element.title = say(element.dataset.tLabel);
  }
}
