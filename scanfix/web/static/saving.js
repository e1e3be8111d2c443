// Results leave the page as files: what each is called, whether it is saved, all at once.

import { say } from "./words.js";

const stemOf = (item) => item.name.replace(/\.[a-z][a-z0-9]{1,4}$/i, "") || say("unnamed");

/** Of a page that was chosen as at the shell: two.p2.prepared.jpg. Of `items` that would be called alike, in capitals
 * or not, all but the first are numbered. */
export function saveName(item, items) {
  const ending = item.answer.report.en.output.format === "BMP" ? "bmp" : "jpg";
  const taken = new Set();
  for (const each of items) {
    const page = each.options.page ? `.p${each.options.page}` : "";
    const names = (stem) => [stem, stem + page].map((name) => name.toLowerCase());
    let stem = stemOf(each);
    for (let i = 2; names(stem).some((name) => taken.has(name)); i++) stem = `${stemOf(each)}.${i}`;
    if (each === item) return `${stem}${page}.prepared.${ending}`;
    names(stem).forEach((name) => taken.add(name));
  }
}

export function markSaved(item) {
  item.saved = item.pictureUrl;
}

/** What is there now, whatever is changed before the last file is on its way. */
export async function saveAll(made, items) {
  const links = made.map((item) => {
    markSaved(item);
    const href = URL.createObjectURL(item.answer.picture);
    return Object.assign(document.createElement("a"), { href, download: saveName(item, items) });
  });
  for (const link of links) {
    link.click();
    await new Promise((done) => setTimeout(done, 200));
  }
  for (const link of links) URL.revokeObjectURL(link.href);
}

/** The photos are in this page alone: whoever leaves it before all is saved is asked. */
export function askBeforeLeaving(listItems, isUnderWay) {
  const isLost = (item) => isUnderWay(item) || (item.pictureUrl && item.pictureUrl !== item.saved);
  addEventListener("beforeunload", (event) => listItems().some(isLost) && event.preventDefault());
}
