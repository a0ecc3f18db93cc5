// The matrix: a row a server, a column a family; one tab stop, arrow keys inside, a note for the cell in hand.
const grid = byId("grid");
const body = grid.tBodies[0];
const tip = byId("tip");
const CHUNK = 120;
let sorted = { by: "region", down: false };
let rows = [];
let drawing = 0;

const FIXED = [
  ["region", (one) => (one.k ? "0" : "1") + one.r + one.n],
  ["answer", (one) => ["no", "unknown", "yes"].indexOf(one.a)],
  ["change", (one) => ["worse", "silent", "same", "first", "again", "better"].indexOf(one.c)],
  ["measured", (one) => one.e],
];
const ANSWER_SIGN = { yes: "✓", no: "✗", unknown: "?" };
const ANSWER_CLASS = { yes: "s-p", no: "s-f", unknown: "s-w" };
const CHANGE_SIGN = { better: "▲", worse: "▼", same: "=", first: "•", silent: "?", again: "↺" };

// How a family sorts: the worst first, and of the same the one with more controls of that status.
const rankOf = (one, family) => (one.cells[family] ? one.cells[family].rank * 1000 - one.cells[family].having.length : 1e6);
function keyOf(by) {
  const fixed = FIXED.find((one) => one[0] === by);
  return fixed ? fixed[1] : (one) => rankOf(one, Number(by));
}

function headings() {
  const titles = { region: byId("matrix").dataset.region, answer: byId("matrix").dataset.answer, change: byId("matrix").dataset.change, measured: SAY.measured };
  const cells = [...FIXED.map((one) => [one[0], titles[one[0]], ""]), ...DATA.families.map((one, place) => [String(place), one[1], one[2]])];
  return make("tr", { role: "row" }, ...cells.map(([by, short, long]) => {
    const button = make("button", { type: "button", "data-sort": by, title: long || null, "aria-label": long || null }, short);
    return make("th", { scope: "col", role: "columnheader", "data-column": by, "aria-sort": sorted.by === by ? (sorted.down ? "descending" : "ascending") : "none" }, button);
  }));
}

function familyCell(server, family) {
  const cell = server.cells[family];
  if (!cell) return make("td", { class: "c none", role: "gridcell", "data-family": family, "aria-label": SAY.no_controls }, "");
  const bad = !["p", "n"].includes(cell.letter);
  const label = `${DATA.families[family][2]}: ${DATA.words[cell.letter]}${bad ? ` (${cell.having.length})` : ""}`;
  return make("td", { class: `c s-${cell.letter}`, role: "gridcell", "data-family": family, "aria-label": label }, DATA.signs[cell.letter] + (bad && cell.having.length > 1 ? cell.having.length : ""));
}

function rowOf(server) {
  const name = make("a", { href: `#server-${server.place}`, tabindex: "-1" }, make("bdi", {}, server.d));
  const under = make("small", {}, `${server.r} · `, make("bdi", {}, server.n), server.k ? "" : ` · ${SAY.unknown_region}`);
  const marks = [server.g ? "" : "⚠", server.old ? "⌛" : ""].filter(Boolean).join(" ");
  return make("tr", { role: "row", "data-server": server.place },
    make("th", { scope: "row", role: "rowheader" }, name, under),
    make("td", { role: "gridcell" }, make("span", { class: `badge ${ANSWER_CLASS[server.a]}` }, `${ANSWER_SIGN[server.a]} ${DATA.answers[server.a]}`)),
    make("td", { role: "gridcell", "aria-label": DATA.directions[server.c], title: DATA.directions[server.c] }, CHANGE_SIGN[server.c]),
    make("td", { role: "gridcell", title: marks ? [server.g ? "" : server.gt, server.old ? SAY.old : ""].filter(Boolean).join(" · ") : null }, `${server.t.slice(0, 10)} ${marks}`),
    ...DATA.families.map((_one, family) => familyCell(server, family)));
}

function gapRow(region) {
  return make("tr", { class: "gap", role: "row" },
    make("th", { scope: "row", role: "rowheader" }, region[1], make("small", {}, region[0])),
    make("td", { role: "gridcell", colspan: FIXED.length - 1 + DATA.families.length }, SAY.no_audit));
}

// The first rows at once, the others a part a frame, so that a large fleet shows at once and typing stays quick.
function draw() {
  const shown = SERVERS.filter(fits);
  const key = keyOf(sorted.by);
  const keyed = shown.map((one) => [key(one), one]);
  keyed.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : a[1].place - b[1].place) * (sorted.down ? -1 : 1));
  const ordered = keyed.map((one) => one[1]);
  const waiting = [...ordered.map((one) => () => (rows[one.place] ||= rowOf(one))), ...GAPS.filter(gapFits).map((one) => () => gapRow(one))];
  const mine = ++drawing;
  body.replaceChildren();
  grid.dataset.drawing = "1";
  const more = () => {
    if (mine !== drawing) return;
    body.append(...waiting.splice(0, CHUNK).map((one) => one()));
    if (waiting.length) requestAnimationFrame(more);
    else delete grid.dataset.drawing;
  };
  more();
  grid.tHead.replaceChildren(headings());
  grid.tHead.querySelectorAll("th").forEach((one) => one.classList.toggle("marked", asked.family !== "" && one.dataset.column === asked.family));
  entry();
  hideTip();
  // For paper: everything, now.
  draw.rest = () => { delete grid.dataset.drawing; while (waiting.length) body.append(...waiting.splice(0, CHUNK).map((one) => one())); };
  return ordered;
}

const cellsOf = (row) => [...row.children];
function entry() {
  if (!grid.querySelector('tbody [tabindex="0"]')) body.rows[0]?.cells[0].setAttribute("tabindex", "0");
}
function reach(cell) {
  grid.querySelectorAll('tbody [tabindex="0"]').forEach((one) => one.removeAttribute("tabindex"));
  cell.setAttribute("tabindex", "0");
  cell.focus();
  cell.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function keys(event) {
  const cell = event.target.closest("tbody th, tbody td");
  if (!cell) return;
  const row = cell.parentElement;
  const column = cellsOf(row).indexOf(cell);
  const at = (other, place) => other && cellsOf(other)[Math.min(place, other.children.length - 1)];
  const page = [...body.rows];
  const here = page.indexOf(row);
  const next = {
    ArrowRight: () => at(row, column + 1), ArrowLeft: () => at(row, Math.max(column - 1, 0)),
    ArrowDown: () => at(page[here + 1], column), ArrowUp: () => at(page[here - 1], column),
    Home: () => at(event.ctrlKey ? page[0] : row, 0), End: () => at(event.ctrlKey ? page[page.length - 1] : row, 999),
    PageDown: () => at(page[Math.min(here + 15, page.length - 1)], column), PageUp: () => at(page[Math.max(here - 15, 0)], column),
  }[event.key];
  if (next) {
    event.preventDefault();
    const target = next();
    if (target) reach(target);
  } else if ((event.key === "Enter" || event.key === " ") && row.dataset.server) {
    event.preventDefault();
    openServer(Number(row.dataset.server), cell.dataset.family);
  }
}

// The note of a cell: which controls make it so, and what repairs them.
function showTip(cell) {
  const row = cell.closest("tr");
  if (!row || !row.dataset.server || cell.dataset.family === undefined) return hideTip();
  const server = SERVERS[Number(row.dataset.server)];
  const family = Number(cell.dataset.family);
  const made = server.cells[family];
  if (!made) return hideTip();
  const list = make("ul", {});
  const told = made.letter === "p" || made.letter === "n" ? [] : CONTROLS_OF[family].filter((place) => "fevwa".includes(server.s[place]));
  for (const place of told.sort((a, b) => DATA.worst.indexOf(server.s[a]) - DATA.worst.indexOf(server.s[b])).slice(0, 8)) {
    const control = DATA.controls[place];
    const detail = detailOf(server, place);
    const letter = server.s[place];
    const repairing = detail && (letter === "f" || letter === "e");
    list.append(make("li", {}, `${control[0]} ${control[2]}: ${DATA.words[letter]}`, detail ? ` – ${text(detail[1])}` : "",
      repairing ? make("br") : "", repairing ? `${SAY.repair}: ` : "", repairing ? (detail[5] ? make("code", {}, detail[5]) : control[3]) : ""));
  }
  if (told.length > 8) list.append(make("li", {}, fill(SAY.more, { count: told.length - 8 })));
  const title = make("strong", {}, `${DATA.families[family][2]} · `, make("bdi", {}, server.d));
  tip.replaceChildren(title, list.children.length ? list : make("p", {}, fill(SAY.all_met, { count: made.having.length })));
  tip.hidden = false;
  cell.setAttribute("aria-describedby", "tip");
  const box = cell.getBoundingClientRect();
  const mine = tip.getBoundingClientRect();
  // On a phone the note lies at the bottom: the cell moves up, so that it stays in sight.
  const covered = innerWidth <= 704 ? box.bottom - (innerHeight - mine.height - 16) : 0;
  if (covered > 0) scrollBy(0, covered);
  tip.style.left = `${Math.max(8, Math.min(box.left, innerWidth - mine.width - 8))}px`;
  tip.style.top = `${box.bottom + mine.height + 8 < innerHeight ? box.bottom + 4 : Math.max(8, box.top - mine.height - 4)}px`;
}
function hideTip() {
  tip.hidden = true;
  grid.querySelectorAll("[aria-describedby]").forEach((one) => one.removeAttribute("aria-describedby"));
}

function wireMatrix() {
  grid.addEventListener("keydown", keys);
  grid.addEventListener("focusin", (event) => showTip(event.target));
  grid.addEventListener("focusout", hideTip);
  let pending = 0;
  // A note that the pointer may enter: it goes only when both are left.
  const later = () => { pending = setTimeout(hideTip, 200); };
  grid.addEventListener("pointerover", (event) => { clearTimeout(pending); if (event.target.closest("td.c")) showTip(event.target.closest("td.c")); });
  grid.addEventListener("pointerout", later);
  tip.addEventListener("pointerover", () => clearTimeout(pending));
  tip.addEventListener("pointerout", later);
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") hideTip(); });
  grid.addEventListener("click", (event) => {
    const button = event.target.closest("[data-sort]");
    if (button) {
      sorted = { by: button.dataset.sort, down: sorted.by === button.dataset.sort && !sorted.down };
      draw();
      grid.querySelector(`[data-sort="${sorted.by}"]`).focus();
      return;
    }
    const cell = event.target.closest("td.c");
    if (cell) { reach(cell); showTip(cell); }
  });
  grid.addEventListener("dblclick", (event) => {
    const cell = event.target.closest("td.c");
    if (cell) openServer(Number(cell.closest("tr").dataset.server), cell.dataset.family);
  });
  byId("families").append(...DATA.families.map((one) => make("li", {}, make("b", {}, one[1]), ` ${one[2]}`)));
}
