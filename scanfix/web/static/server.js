// What is asked of the server: one request a photo, its bytes as they are, an answer or why there is none.

const token = new URLSearchParams(location.search).get("token") ?? "";

const SIZES = ["bad_size", "no_size"];

/** Why there is no answer: `code`, and the sentence in both languages where the server gave one. */
export class Refusal extends Error {
  constructor(code, said = {}, status = 0) {
    super(code);
    this.code = code;
    this.said = said;
    this.mayPass = status >= 500; // no fault of the photo
    this.isOfSizes = SIZES.includes(code); // nor this: the next that are typed may do
  }
}

export const setup = () => ask("/api/setup");

/** How many bytes a file may have under these rules. */
export const askWindow = (rules) => ask(`/api/window?${queryOf(rules)}`);

/** Look at a photo; `given` are number and name. `options` with the value null are left out. */
export async function look(file, options, given, signal) {
  await touch(file);
  const answer = await post("/api/look", file, { ...options, name: nameOf(file) }, signal, headersOf(given));
  return { ...answer, picture: blobOf(answer.picture, answer), preview: blobOf(answer.preview) };
}

/** Both sides on one page; `given` as in `look`. */
export async function join(front, back, options, given, signal) {
  await touch(front, "front");
  await touch(back, "back");
  const both = new Blob([front, back]);
  const answer = await post("/api/join", both, { ...options, split: front.size }, signal, headersOf(given));
  return { ...answer, picture: blobOf(answer.picture, answer) };
}

const headersOf = (given) => ({ "X-Scanfix-Given": encodeURIComponent(JSON.stringify(given)) });

/** What is to be said of number and name. */
export const checkForm = (typed) => post("/api/form", new Blob([JSON.stringify(typed)]), {});

/** A folder, or a file that was changed on the disk since it was chosen, cannot be sent. */
async function touch(file, side) {
  try {
    await file.slice(0, 1).arrayBuffer();
  } catch {
    throw Object.assign(new Refusal("unreadable"), { side });
  }
}

function post(path, body, options, signal, further = {}) {
  const headers = { "Content-Type": "application/octet-stream", ...further };
  return ask(`${path}?${queryOf(options)}`, { method: "POST", body, headers, signal });
}

const queryOf = (options) =>
  new URLSearchParams(Object.entries(options).filter(([, value]) => value !== null && value !== undefined));

async function ask(path, init = {}) {
  let answer;
  try {
    answer = await fetch(path, { ...init, headers: { ...init.headers, "X-Scanfix-Token": token } });
  } catch (error) {
    throw error.name === "AbortError" ? error : new Refusal("gone");
  }
  if (answer.ok) return answer.json();
  const { error } = await answer.json().catch(() => ({ error: { code: "failed" } }));
  throw new Refusal(error.code, error, answer.status);
}

/** A path in a name is none of the server's business; browsers give none, but other programs may. What no line
 * can hold is no part of a name. */
const nameOf = (file) => (file.name ?? "").split(/[/\\]/).pop().replace(/[\x00-\x1f]/g, "").slice(-200);

function blobOf(text, answer) {
  if (!text) return null;
  const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  const isBmp = answer?.report?.en.output?.format === "BMP";
  return new Blob([bytes], { type: isBmp ? "image/bmp" : "image/jpeg" });
}
