// Number and name, checked while they are typed.

import { listFindings } from "./findings.js";
import { checkForm } from "./server.js";
import { lang, say } from "./words.js";

const PATIENCE = 400; // milliseconds after the last letter

export class NumberForm {
  /** `kind()` tells which kind of document is meant. */
  constructor(root, kind) {
    this.kind = kind;
    this.number = root.querySelector("#form-number");
    this.name = root.querySelector("#form-name");
    this.said = root.querySelector("#form-said");
    this.list = root.querySelector("#form-findings");
    for (const input of [this.number, this.name]) {
      input.addEventListener("input", () => {
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.check(), PATIENCE);
      });
    }
  }

  async check() {
    const typed = { kind: this.kind(), number: this.number.value.trim(), name: this.name.value.trim() };
    const asked = (this.asked = typed.number || typed.name ? {} : null);
    this.answer = asked && (await checkForm(typed).catch((refusal) => ({ refusal })));
    if (asked === this.asked) this.show();
  }

  show() {
    const findings = this.answer?.[lang] ?? [];
    listFindings(this.list, findings, null);
    const refusal = this.answer?.refusal;
    if (refusal) this.said.textContent = refusal.said[lang] ?? say(refusal.code);
    else this.said.textContent = this.answer && !findings.length ? say("form_good") : "";
  }
}
