// Wires filters, figures and the map to the matrix and the sections, and draws them.
const FIELDS = ["search", "province", "level", "answer", "family", "status"];

function show() {
  const ordered = draw();
  // After the matrix is on the screen: the sections lie below it.
  show.sections = () => { show.sections = null; drawSections(ordered); };
  setTimeout(() => show.sections && show.sections(), 0);
  byId("state").textContent = ordered.length || body.rows.length
    ? fill(SAY.shown, { count: counted.format(ordered.length), all: counted.format(SERVERS.length) })
    : SERVERS.length ? SAY.none : fill(SAY.shown, { count: 0, all: 0 });
  document.querySelectorAll("[data-quick]").forEach((one) => one.setAttribute("aria-pressed", String(one.dataset.quick === asked.quick)));
  document.querySelectorAll("[data-province]").forEach((one) => one.setAttribute("aria-pressed", String(one.dataset.province === asked.province)));
  const chosen = asked.quick && document.querySelector(`[data-quick="${asked.quick}"]`);
  byId("quick").hidden = !chosen;
  byId("quick").textContent = chosen ? `✕ ${chosen.childNodes[1].textContent} (${SAY.remove})` : "";
}

function wire() {
  DATA.families.forEach((one, place) => byId("family").append(make("option", { value: place }, one[2])));
  // Browsers keep what was typed when a page is loaded again.
  byId("filters").reset();
  let typed = 0;
  for (const id of FIELDS) {
    byId(id).addEventListener("input", () => {
      asked[id] = byId(id).value;
      clearTimeout(typed);
      typed = setTimeout(show, id === "search" ? 80 : 0);
    });
  }
  byId("gaps").addEventListener("change", () => { asked.gaps = byId("gaps").checked; show(); });
  byId("filters").addEventListener("submit", (event) => event.preventDefault());
  byId("filters").addEventListener("reset", () => {
    for (const id of FIELDS) asked[id] = "";
    asked.gaps = false;
    asked.quick = "";
    show();
  });
  byId("quick").addEventListener("click", () => { asked.quick = ""; show(); byId("search").focus(); });
  document.querySelectorAll("[data-quick]").forEach((one) => one.addEventListener("click", () => {
    asked.quick = asked.quick === one.dataset.quick ? "" : one.dataset.quick;
    show();
  }));
  document.querySelectorAll("[data-province]").forEach((one) => one.addEventListener("click", () => {
    asked.province = asked.province === one.dataset.province ? "" : one.dataset.province;
    byId("province").value = asked.province;
    show();
  }));
  const follow = () => {
    const found = /^#server-(\d+)$/.exec(location.hash);
    if (found) { show.sections && show.sections(); openServer(Number(found[1])); }
  };
  addEventListener("hashchange", follow);
  body.addEventListener("click", (event) => {
    const way = event.target.closest("a[href^='#server-']");
    if (way && way.hash === location.hash) follow();
  });
  // On paper the whole matrix, and the findings where a filter left a few servers.
  addEventListener("beforeprint", () => {
    draw.rest();
    if (show.sections) show.sections();
    if (sections.children.length <= 20) [...sections.children].forEach((one) => { one.open = true; fillSection(SERVERS[Number(one.id.slice(7))]); });
  });
  follow();
}

wireMatrix();
show();
wire();
document.documentElement.dataset.ready = "1";
