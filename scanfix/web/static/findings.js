// What was found, as a list; each finding is linked with its place in the picture.

import { placeOf } from "./photo.js";
import { say, term } from "./words.js";

const element = (tag, className, text) => {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
};

/** Fill the list. `light(index | null)` shows a place, `pick(index)` keeps it shown. */
export function listFindings(list, findings, border, { light, pick } = {}) {
  let count = 0;
  list.replaceChildren(
    ...findings.map((finding, index) => {
      const place = placeOf(finding, border);
      const item = element("li", `finding ${finding.severity}`);
      const mark = element("span", "mark", place ? ++count : "");
      mark.setAttribute("aria-hidden", "true");
      const head = element("p", "kind");
      head.append(element("b", "", term(finding.severity)), ` ${finding.code}`);
      if (finding.side) head.append(` · ${say(`side_${finding.side}`)}`);
      if (finding.confidence < 0.8) {
        head.append(` · ${say("sure", { percent: Math.round(100 * finding.confidence) })}`);
      }
      const text = element(place ? "button" : "p", "message", finding.message);
      if (place) {
        text.type = "button";
        text.title = say("show_place");
        text.dataset.finding = index;
        text.addEventListener("focus", () => light(index));
        text.addEventListener("blur", () => light(null));
        text.addEventListener("click", () => pick(index));
        item.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && light(index));
        item.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && light(null));
      }
      item.append(mark, head, text);
      if (finding.severity !== "info") item.append(element("p", "advice", finding.advice));
      return item;
    }),
  );
}

/** What was not looked for, folded; nothing is passed over in silence. What can be given stands first. */
export function listUnchecked(fold, { not_given: waiting, not_checked: failed }) {
  fold.hidden = waiting.length + failed.length === 0;
  fold.querySelector("summary").textContent = say("not_checked", { count: waiting.length + failed.length });
  for (const [id, slugs] of Object.entries({ "not-given": waiting, "not-seen": failed })) {
    const part = fold.querySelector(`#${id}`);
    part.hidden = slugs.length === 0;
    part.querySelector("ul").replaceChildren(...slugs.map((slug) => element("li", "", term(slug))));
  }
}

export function listFacts(fold, facts) {
  fold.querySelector("ul").replaceChildren(...facts.map((fact) => element("li", "", fact)));
}
