// A section a server. Its summary is there at once, its findings when it is opened.
const sections = byId("sections");
const made = [];

function finding(server, place) {
  const control = DATA.controls[place];
  const letter = server.s[place];
  const detail = detailOf(server, place);
  const list = make("dl", {});
  const add = (name, ...what) => list.append(make("dt", {}, name), make("dd", {}, ...what));
  if (detail) {
    add(SAY.observed, text(detail[1]));
    add(SAY.expected, text(detail[2]));
    if (detail[3] >= 0) add(SAY.since, text(detail[3]));
    if (letter === "f" || letter === "e") add(SAY.repair, detail[5] ? make("code", {}, detail[5]) : control[3]);
  }
  const until = detail && detail[4] ? make("span", { class: "badge s-w" }, fill(SAY.until, { date: detail[4] })) : "";
  const minimum = control[5] ? make("span", { class: "badge s-f" }, SAY.minimum) : "";
  return make("div", { class: "finding", "data-family": control[1] },
    make("h4", {}, `${control[0]} ${control[2]} `, make("span", { class: `badge s-${letter}` }, DATA.words[letter]), " ", minimum, " ", until), list);
}

const named = (ids) => ids.slice(0, 30).join(", ") + (ids.length > 30 ? ` … (${ids.length})` : "");

function content(server) {
  const box = make("div", { class: "body" });
  const facts = make("dl", {});
  const add = (name, ...what) => facts.append(make("dt", {}, name), make("dd", {}, ...what));
  if (server.f) box.append(make("p", {}, make("strong", {}, SAY.no_answer), ` ${server.f}`));
  add(SAY.measured, server.t + (server.old ? ` · ${SAY.old}` : ""));
  add(SAY.signature, server.gt);
  add(SAY.drill, server.dt);
  add(SAY.change, DATA.directions[server.c]);
  if (server.new.length) add(SAY.new, named(server.new));
  if (server.ok.length) add(SAY.repaired, named(server.ok));
  for (const [control, date] of server.xx) add(SAY.expired, `${control} (${date})`);
  add(SAY.audits, counted.format(server.h));
  box.append(facts);
  if (server.u) box.append(make("p", {}, make("a", { href: server.u }, SAY.own_report)));
  const all = [...server.s].map((_letter, place) => place);
  const open = all.filter((place) => "fe".includes(server.s[place]));
  const excused = all.filter((place) => "vw".includes(server.s[place]));
  const first = (a, b) => DATA.controls[b][5] - DATA.controls[a][5];
  box.append(make("h3", {}, SAY.open_findings));
  box.append(...(open.length ? open.sort(first).map((place) => finding(server, place)) : [make("p", {}, SAY.nothing_open)]));
  if (excused.length) box.append(make("h3", {}, SAY.excused), ...excused.map((place) => finding(server, place)));
  return box;
}

function sectionOf(server) {
  const label = make("summary", {},
    make("span", { class: "t" }, make("bdi", {}, server.d), " ", make("small", {}, `${server.r} · `, make("bdi", {}, server.n))),
    make("span", { class: `badge ${ANSWER_CLASS[server.a]}` }, `${ANSWER_SIGN[server.a]} ${DATA.answers[server.a]}`),
    make("span", { class: "meta" }, `${SAY.open_findings}: ${counted.format(server.open)}`));
  const section = make("details", { class: "server section", id: `server-${server.place}` }, label);
  section.addEventListener("toggle", () => fillSection(server));
  return section;
}

function fillSection(server) {
  const section = made[server.place];
  if (section && section.open && section.children.length === 1) section.append(content(server));
}

function drawSections(ordered) {
  sections.replaceChildren(...ordered.map((one) => (made[one.place] ||= sectionOf(one))));
}

// Opens a server's section and goes to it, at its first finding of a family if one is named.
function openServer(place, family) {
  const server = SERVERS[place];
  if (!server) return;
  const section = (made[place] ||= sectionOf(server));
  if (!section.isConnected) sections.prepend(section);
  section.open = true;
  fillSection(server);
  hideTip();
  const target = (family !== undefined && section.querySelector(`.finding[data-family="${Number(family)}"]`)) || section;
  section.querySelector("summary").focus({ preventScroll: true });
  target.scrollIntoView({ block: "start" });
}
