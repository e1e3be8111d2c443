// What it is for: portal, size, kind of document and file format, the same for every photo of the page.

import { askWindow } from "./server.js";
import { lang, number, say } from "./words.js";

export class Rules {
  constructor(root, setup, onChange) {
    this.profiles = setup.profiles;
    this.kinds = setup.kinds;
    this.profile = root.querySelector("#profile");
    this.kind = root.querySelector("#kind");
    this.formats = [...root.querySelectorAll("#format input")];
    this.inputs = [...root.querySelectorAll("#sizes input")];
    this.sizesSaid = root.querySelector("#sizes-said");
    this.sizes = {}; // as they were last left: what is half typed is nobody's wish
    this.window = null; // what the server says of them
    this.note = root.querySelector("#profile-note");
    this.#fill(this.profile, setup.profiles);
    this.#fill(this.kind, [{ name: "", title: null }, ...setup.kinds]);
    for (const control of [this.profile, ...this.inputs, this.kind, ...this.formats]) {
      control.addEventListener("change", () => {
        if (this.inputs.includes(control)) this.sizes[control.name] = control.value.trim() || null;
        this.#measure();
        onChange();
      });
    }
    this.translate();
  }

  /** As the server wants them. */
  get options() {
    const format = this.formats.find((input) => input.checked).value;
    return { profile: this.profile.value, ...this.sizes, document: this.kind.value || null, format };
  }

  get chosen() {
    return this.profiles.find((profile) => profile.name === this.profile.value);
  }

  /** A document has a border, which can be found or marked; a portrait or signature has none. */
  get isDocument() {
    return this.chosen.shows === "document";
  }

  /** Where the whole picture is kept anyway, corners would change nothing. */
  get takesCorners() {
    return this.crops.includes("auto");
  }

  /** What can be kept of the picture. */
  get crops() {
    if (!this.isDocument) return ["never", "fit"];
    return this.chosen.converts_only ? ["never"] : ["auto", "flat", "never"];
  }

  /** What is kept: as it was chosen for what the portal shows; where the portal does not have that, its first. */
  cropOf({ crop }) {
    const wish = crop[this.chosen.shows];
    return this.crops.includes(wish) ? wish : this.crops[0];
  }

  translate() {
    for (const select of [this.profile, this.kind]) {
      for (const option of select.options) option.textContent = option.titles?.[lang] ?? say("kind_any");
    }
    this.#fit();
  }

  #fill(select, rows) {
    for (const row of rows) {
      const option = new Option("", row.name);
      option.titles = row.title;
      select.add(option);
    }
  }

  /** Whether a file can have these sizes, and which are allowed then, the server knows. */
  async #measure() {
    const asked = (this.asked = {});
    this.window = null;
    this.#fit();
    if (!this.#isSized) return;
    const window = await askWindow(this.options).catch((refusal) => ({ refusal }));
    if (asked !== this.asked) return;
    this.window = window;
    this.#fit();
  }

  get #isSized() {
    return Object.values(this.sizes).some(Boolean);
  }

  /** Only formats that the portal takes can be chosen, and what is special about it is said. */
  #fit() {
    const { formats, converts_only: converts, unsure } = this.chosen;
    for (const input of this.formats) input.disabled = !formats.includes(input.value);
    if (this.formats.find((input) => input.checked).disabled) {
      this.formats.find((input) => !input.disabled).checked = true;
    }
    const whole = this.isDocument ? "profile_converts" : "profile_cuts";
    const notes = [converts && say(whole), unsure && say("profile_unsure")];
    this.#fitSizes();
    this.note.lastElementChild.textContent = notes.filter(Boolean).join(" ");
  }

  /** Those of the portal stand where none is typed; what cannot be is said beside the fields. */
  #fitSizes() {
    const [min, max] = this.chosen.bytes;
    const portals = [Math.ceil(min / 1024), Math.floor(max / 1000)];
    const { [lang]: said = "", field } = this.window?.refusal?.said ?? {};
    this.inputs.forEach((input, i) => {
      input.placeholder = portals[i];
      input.setAttribute("aria-invalid", String(Boolean(said && (field ? field === input.name : this.sizes[input.name]))));
    });
    this.sizesSaid.textContent = said;
    const bytes = this.#isSized ? this.window?.bytes : this.chosen.bytes;
    this.note.firstElementChild.textContent = bytes ? allowed(bytes) : "";
  }
}

export const allowed = ([min, max]) =>
  say(min > 0 ? "window_line" : "window_most", { min: number(min), max: number(max) });
