// The data that the page carries, and how text becomes elements. Nothing here or below makes markup out of text.
const DATA = JSON.parse(document.getElementById("data").textContent);
const SAY = DATA.say;
const byId = (id) => document.getElementById(id);

// An element; `given` are attributes, `children` elements or texts (which stay texts).
function make(name, given, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(given || {})) {
    if (value !== false && value !== null && value !== undefined) element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.filter((one) => one !== "" && one !== null));
  return element;
}

const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (all, name) => (name in values ? String(values[name]) : all));
const counted = new Intl.NumberFormat(DATA.language);

// Without accents, marks, case, apostrophes and signs, so that "Ba'a", "baa" and "BA’A" are one.
const plain = (text) => text.normalize("NFKD").toLowerCase().replace(/[\p{M}]/gu, "").replace(/[^\p{L}\p{N}]+/gu, " ").trim();
const tight = (text) => plain(text).replace(/ /g, "");

const PROVINCES = new Map(DATA.regions.filter((one) => one[2] === "provinsi").map((one) => [one[0], one[1]]));
const CONTROLS_OF = DATA.families.map(() => []);
DATA.controls.forEach((one, place) => CONTROLS_OF[one[1]].push(place));

// The worst letter of a family of a server and the places of the controls that have it; null where none was measured.
function worstOf(server, family) {
  let worst = null;
  let having = [];
  for (const place of CONTROLS_OF[family]) {
    const letter = server.s[place];
    if (letter === ".") continue;
    const rank = DATA.worst.indexOf(letter);
    if (worst === null || rank < worst) {
      worst = rank;
      having = [place];
    } else if (rank === worst) having.push(place);
  }
  return worst === null ? null : { letter: DATA.worst[worst], rank: worst, having };
}

const SERVERS = DATA.servers.map((one, place) => ({
  ...one,
  place,
  cells: DATA.families.map((_family, family) => worstOf(one, family)),
  open: [...one.s].filter((letter) => letter === "f" || letter === "e").length,
  sought: [one.d, one.r, one.n, PROVINCES.get(one.p) || ""].map((text) => ` ${plain(text)} ${tight(text)}`).join(" "),
}));
const AUDITED = new Set(SERVERS.map((one) => one.r));
const GAPS = DATA.regions.filter((one) => !AUDITED.has(one[0]));

const detailOf = (server, place) => server.o.find((one) => one[0] === place);
const text = (place) => (place < 0 ? "" : DATA.texts[place]);
