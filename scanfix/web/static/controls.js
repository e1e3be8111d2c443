// What it is for: portal, kind of document and file format, the same for every photo of the page.

import { lang, number, say } from "./words.js";

export class Rules {
  constructor(root, setup, onChange) {
    this.profiles = setup.profiles;
    this.kinds = setup.kinds;
    this.profile = root.querySelector("#profile");
    this.kind = root.querySelector("#kind");
    this.formats = [...root.querySelectorAll("#format input")];
    this.note = root.querySelector("#profile-note");
    this.#fill(this.profile, setup.profiles);
    this.#fill(this.kind, [{ name: "", title: null }, ...setup.kinds]);
    for (const control of [this.profile, this.kind, ...this.formats]) {
      control.addEventListener("change", () => {
        this.#fit();
        onChange();
      });
    }
    this.translate();
  }

  /** As the server wants them. */
  get options() {
    const format = this.formats.find((input) => input.checked).value;
    return { profile: this.profile.value, document: this.kind.value || null, format };
  }

  get chosen() {
    return this.named(this.profile.value);
  }

  named(name) {
    return this.profiles.find((profile) => profile.name === name);
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

  /** Only formats that the portal takes can be chosen, and what is special about it is said. */
  #fit() {
    const { formats, bytes, converts_only: converts, unsure } = this.chosen;
    for (const input of this.formats) input.disabled = !formats.includes(input.value);
    if (this.formats.find((input) => input.checked).disabled) {
      this.formats.find((input) => !input.disabled).checked = true;
    }
    const whole = this.isDocument ? "profile_converts" : "profile_cuts";
    const notes = [converts && say(whole), unsure && say("profile_unsure")];
    this.note.firstElementChild.textContent = allowed(bytes);
    this.note.lastElementChild.textContent = notes.filter(Boolean).join(" ");
  }
}

export const allowed = ([min, max]) =>
  say(min > 0 ? "window_line" : "window_most", { min: number(min), max: number(max) });
