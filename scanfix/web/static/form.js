// Number and name: their form is checked while they are typed, then they are held against the photos.

import { listFindings } from "./findings.js";
import { checkForm } from "./server.js";
import { lang, say } from "./words.js";

const FORMS = { number: "SF503", name: "SF523" }; // what is said of the field itself
const PATIENCE = { check: 400, tell: 1200 }; // milliseconds after the last letter

export class NumberForm {
  /** `kind()` tells which kind of document is meant, `onInput()` hears of each letter, `onChange()` of the last. */
  constructor(root, { kind, onInput, onChange }) {
    this.kind = kind;
    this.timers = [];
    this.number = root.querySelector("#form-number");
    this.name = root.querySelector("#form-name");
    this.said = root.querySelector("#form-said");
    this.list = root.querySelector("#form-findings");
    for (const input of [this.number, this.name]) {
      const heard = (event) => {
        // Letters of a word that is still being composed are not what is typed.
        if (event.isComposing) return;
        this.outdate();
        onInput();
        this.timers.forEach(clearTimeout);
        this.timers = [setTimeout(() => this.check(), PATIENCE.check), setTimeout(onChange, PATIENCE.tell)];
      };
      for (const type of ["input", "compositionend"]) input.addEventListener(type, heard);
    }
  }

  get given() {
    return { number: this.number.value.trim(), name: this.name.value.trim() };
  }

  /** What was said is of what stood there before. */
  outdate() {
    this.asked = this.answer = null;
    this.show();
  }

  async check() {
    const typed = { kind: this.kind(), ...this.given };
    const asked = (this.asked = typed.number || typed.name ? {} : null);
    const answer = asked && (await checkForm(typed).catch((refusal) => ({ refusal })));
    if (asked !== this.asked) return;
    this.answer = answer;
    this.show();
  }

  /** The server answers again. */
  checkAgain() {
    if (this.answer?.refusal) this.check();
  }

  show() {
    const findings = this.answer?.[lang] ?? [];
    listFindings(this.list, findings, null);
    for (const [field, code] of Object.entries(FORMS)) {
      const isWrong = findings.some((finding) => finding.code === code && finding.severity !== "info");
      this[field].setAttribute("aria-invalid", String(isWrong));
    }
    const refusal = this.answer?.refusal;
    if (refusal) this.said.textContent = refusal.said[lang] ?? say(refusal.code);
    else this.said.textContent = this.answer && !findings.length ? say("form_good") : "";
  }
}
