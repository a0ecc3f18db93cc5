// What is asked for, and which servers fit. `quick` is one of the figures on the first screen.
const asked = { search: "", province: "", level: "", answer: "", family: "", status: "", gaps: false, quick: "" };

const QUICK = {
  yes: (one) => one.a === "yes",
  no: (one) => one.a === "no",
  unknown: (one) => one.a === "unknown",
  drill: (one) => one.dr === 1,
  expired: (one) => one.xx.length > 0,
  expiring: (one) => one.xs.length > 0,
  old: (one) => one.old === 1,
  better: (one) => one.c === "better",
  worse: (one) => one.c === "worse",
};

// Every word of the search has to be found, as part of a name or a code.
function matches(sought) {
  const words = plain(asked.search).split(" ").filter(Boolean);
  const whole = tight(asked.search);
  return whole === "" || words.every((word) => sought.includes(word)) || sought.includes(whole);
}

function fits(server) {
  if (asked.quick && !QUICK[asked.quick](server)) return false;
  if (asked.province && (asked.province === "?" ? server.k === 1 : server.p !== asked.province)) return false;
  if (asked.level && server.l !== asked.level) return false;
  if (asked.answer && server.a !== asked.answer) return false;
  const cells = asked.family === "" ? server.cells : [server.cells[Number(asked.family)]];
  if (asked.status && !cells.some((cell) => cell && cell.letter === asked.status)) return false;
  // A family alone: the servers where something in it is open.
  if (asked.family !== "" && !asked.status && !cells.some((cell) => cell && (cell.letter === "f" || cell.letter === "e"))) return false;
  return matches(server.sought);
}

// A region without an audit fits only what can be asked of a region.
function gapFits(region) {
  const [code, name, level] = region;
  if (!asked.gaps || asked.quick || asked.answer || asked.family !== "" || asked.status) return false;
  if (asked.province && !code.startsWith(asked.province)) return false;
  if (asked.level && level !== asked.level) return false;
  return matches(` ${plain(name)} ${tight(name)} ${plain(code)} ${tight(code)} ${plain(PROVINCES.get(code.slice(0, 2)))}`);
}
