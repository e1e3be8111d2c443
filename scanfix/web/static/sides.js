// Front and back of one document: which photos, and which pages of one file, can be put on one page.

import { say } from "./words.js";

/** Of a PDF or TIFF, each of which may be meant; what else has frames is one picture. */
export function pageCount(item) {
  const source = item.pair ? null : item.answer?.report.en.source;
  return ["PDF", "TIFF"].includes(source?.format) ? source.page_count : 1;
}

/** Those of a photo; corners and turn are of one page of it, and were kept when another was chosen. */
export function optionsOf({ item: { options, pages }, page }) {
  if (page === null || page === (options.page ?? 1)) return { ...options, page: page ?? options.page };
  return { ...options, corners: null, turn: null, ...pages[page], page };
}

export class Sides {
  constructor(root) {
    this.root = root;
    this.selects = [root.querySelector("#front"), root.querySelector("#back")];
    for (const select of this.selects) select.addEventListener("change", () => this.#fit(select));
  }

  /** Offer what these photos have; what was chosen stays, if it is there. */
  show(items) {
    this.sides = items.flatMap(sidesOf);
    this.root.hidden = this.sides.length < 2;
    this.#fit();
  }

  /** Front and back as they are chosen, and how they stand. */
  get chosen() {
    const layout = this.root.querySelector("#layout input:checked").value;
    return { pair: this.selects.map((select) => this.#find(select.value)), layout };
  }

  /** One photo is one side: the select that was not `changed` gives way. */
  #fit(changed) {
    const kept = this.selects.map((select) => this.#find(select.value));
    if (kept[0] === kept[1]) kept[changed === this.selects[1] ? 0 : 1] = undefined;
    this.selects.forEach((select, i) => {
      kept[i] ??= this.sides.find((side) => side !== kept[1 - i]);
      select.replaceChildren(...this.sides.map((side) => new Option(titleOf(side), keyOf(side))));
      select.value = kept[i] && keyOf(kept[i]);
    });
  }

  #find(key) {
    return this.sides.find((side) => keyOf(side) === key);
  }
}

/** A file that cannot be taken is no side; one that could not be looked at yet may be. */
function sidesOf(item) {
  if (item.pair || (item.error && !item.error.mayPass && !item.error.isOfSizes)) return [];
  const count = pageCount(item);
  return Array.from({ length: count }, (_, i) => ({ item, page: count > 1 ? i + 1 : null }));
}

/** Whether two pages have the same sides, standing alike. */
export const isSamePage = (one, other) =>
  one.layout === other.layout && one.pair.every((side, i) => keyOf(side) === keyOf(other.pair[i]));

const keyOf = ({ item, page }) => `${item.id} ${page ?? 1}`;
const titleOf = ({ item, page }) => (page ? say("side_page", { name: item.name, page }) : item.name);
