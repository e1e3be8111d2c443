// Results leave the page as files: what each is called, whether it is saved, all at once.

import { say } from "./words.js";

/** Of a page that was chosen as at the shell: two.p2.prepared.jpg. */
export function saveName(item) {
  const stem = item.name.replace(/\.[a-z][a-z0-9]{1,4}$/i, "") || say("unnamed");
  const page = item.options.page ? `.p${item.options.page}` : "";
  return `${stem}${page}.prepared.${item.answer.report.en.output.format === "BMP" ? "bmp" : "jpg"}`;
}

export function markSaved(item) {
  item.saved = item.pictureUrl;
}

export async function saveAll(items) {
  for (const item of items) {
    const link = document.createElement("a");
    link.href = item.pictureUrl;
    link.download = saveName(item);
    link.click();
    markSaved(item);
    await new Promise((done) => setTimeout(done, 200));
  }
}

/** The photos are in this page alone: whoever leaves it before all is saved is asked. */
export function askBeforeLeaving(listItems) {
  const isLost = (item) => item.pictureUrl && (item.isDue || item.pictureUrl !== item.saved);
  addEventListener("beforeunload", (event) => listItems().some(isLost) && event.preventDefault());
}
