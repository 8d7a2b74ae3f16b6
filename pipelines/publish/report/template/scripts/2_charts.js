// Charts: each source gives the rows of one, from what is chosen; a chart without rows says so in one line.
const views = {}, kindsShown = 12, agentsShown = 15, projectsShown = 12, labelWidth = 70;
const years = new Set(activity.map((row) => row.from.slice(0, 4)));

function label(day) {
  const [year, month, date] = day.split("-");
  const name = new Date(`${day}T00:00Z`).toLocaleString("en", { month: "short", timeZone: "UTC" });
  const short = data.period === "month" ? name : `${Number(date)} ${name}`;
  return years.size > 1 ? `${short} ’${year.slice(2)}` : short;
}

// The newest periods that have spawns: empty ones, and what a screen cannot show, are left out.
function newest(rows, width) {
  const all = [...new Set(rows.map((row) => row.from))].sort(), most = Math.max(8, Math.floor(width / 24));
  const kept = new Set(all.slice(-most));
  return rows.filter((row) => kept.has(row.from));
}

function agents() {
  return grouped(chosen(activity), "agent").map((rows) => ({ name: rows[0].agent, ...success(rows) }))
    .filter((row) => row.known).sort((a, b) => b.spawns - a.spawns || a.name.localeCompare(b.name)).slice(0, agentsShown);
}

function evidence() {
  const seen = data.evidence.filter((row) => row.tasks > 0);
  const own = seen.filter((row) => row.agent === choice.agent.value);
  const scope = own.length ? own : seen.filter((row) => row.agent === "*");
  const kinds = [...new Set(scope.map((row) => row.id))], shown = kinds.slice(0, kindsShown);
  byId("note-evidence").textContent = "A diamond is the model that is chosen; models without an outcome are left out. "
    + (own.length ? `This is the evidence for ${choice.agent.value}.`
      : choice.agent.value ? `${choice.agent.value} has no evidence of its own: this is that of all agents.`
        : "Choose an agent for its own evidence.")
    + (kinds.length > kindsShown ? ` Shown are the ${kindsShown} largest of ${kinds.length} kinds; the table has all.` : "");
  return scope.filter((row) => shown.includes(row.id) && (!choice.model.value || row.model === choice.model.value))
    .map((row) => ({ ...row, place: shown.indexOf(row.id) }));
}

function overTime(width) {
  return newest(grouped(chosen(activity), "from", "model").map((rows) => ({
    from: rows[0].from, label: label(rows[0].from), model: rows[0].model, ...success(rows),
    cost: sum(rows, "cost"), estimated: sum(rows, "estimated"),
  })), width).sort((a, b) => a.from.localeCompare(b.from) || a.model.localeCompare(b.model));
}

function projects() {
  return grouped(chosen(activity), "project").map((rows) => ({
    name: data.short[rows[0].project] || rows[0].project, full: rows[0].project,
    cost: sum(rows, "cost"), counted: sum(rows, "cost") - sum(rows, "estimated"), spawns: sum(rows, "spawns"),
  })).filter((row) => row.cost > 0).sort((a, b) => b.cost - a.cost).slice(0, projectsShown);
}

function causes() {
  return grouped(chosen(failures), "fault", "cause").map((rows) => ({
    fault: rows[0].fault, cause: rows[0].cause.replaceAll("_", " "), meaning: rows[0].meaning,
    spawns: sum(rows, "spawns"),
  })).sort((a, b) => b.spawns - a.spawns).slice(0, 12);
}

// A name is left out where it would cover that of a larger kind.
function labels(width, height) {
  const shown = new Set(chosen(data.points, "recommended").map((point) => point.kind)), placed = [];
  for (const each of data.labels.filter(({ kind }) => shown.has(kind))) {
    const x = each.x * width / 2, y = each.y * height / 2;
    if (placed.every((other) => Math.abs(other.x - x) > labelWidth || Math.abs(other.y - y) > 20)) {
      placed.push({ each, x, y });
    }
  }
  return placed.map(({ each }) => each);
}

const sources = {
  agents: () => ({ rows: agents() }),
  evidence: () => ({ rows: evidence() }),
  outcomes_over_time: (width) => ({ rows: overTime(width).filter((row) => row.known) }),
  costs_over_time: (width) => ({ rows: overTime(width).filter((row) => row.cost > 0) }),
  projects: () => ({ rows: projects() }),
  failures: () => ({ rows: causes() }),
  task_map: (width) => ({ rows: chosen(data.points, "recommended"), labels: labels(width, data.charts.task_map.height) }),
};
const lines = { agents: "name", evidence: "id", projects: "name", failures: "cause" };  // a line of the chart for each

const config = {
  background: null,
  font: "system-ui, 'Segoe UI', Roboto, 'Noto Sans', sans-serif",
  view: { stroke: null },
  axis: { labelColor: "var(--soft)", titleColor: "var(--soft)", titleFontWeight: "normal", labelFontSize: 12,
    titleFontSize: 12, gridColor: "var(--line)", domainColor: "var(--line)", tickColor: "var(--line)" },
  header: { labelColor: "var(--ink)", labelFontSize: 12.5, labelFontWeight: 600, title: null },
  legend: { orient: "top", labelColor: "var(--ink)", labelFontSize: 12.5, symbolSize: 90, labelLimit: 180,
    columnPadding: 14, title: null },
  text: { fontSize: 12, color: "var(--ink)" },
};

// A legend names only what is drawn.
function present(part, rows) {
  const encoding = { ...part.encoding };
  for (const name of ["color", "shape"].filter((each) => encoding[each]?.scale?.domain)) {
    const { field, scale } = encoding[name];
    const kept = scale.domain.map((value, place) => [value, scale.range?.[place % scale.range.length]])
      .filter(([value]) => rows.some((row) => row[field] === value));
    const range = scale.range && { range: kept.map(([, drawn]) => drawn) };
    encoding[name] = { ...encoding[name], scale: { ...scale, domain: kept.map(([value]) => value), ...range } };
  }
  return part.encoding ? { ...part, encoding } : part;
}
function presentOnly(part, rows) {
  const layer = part.layer && { layer: part.layer.map((each) => present(each, rows)) };
  const spec = part.spec && { spec: presentOnly(part.spec, rows) };
  return { ...present(part, rows), ...layer, ...spec };
}

function specification(name, width, datasets) {
  const own = presentOnly(data.charts[name], datasets.rows), legend = { ...config.legend, columns: width < 500 ? 3 : 8 };
  const axisY = { labelLimit: width < 500 ? 130 : 260 };
  const shared = { ...own, datasets, config: { ...config, legend, axisY } };
  if (own.spec) return { ...shared, spec: { ...own.spec, width: Math.max(180, width - 60) } };
  const count = lines[name] ? new Set(datasets.rows.map((row) => row[lines[name]])).size : 0;
  const height = count ? Math.max(60, count * own.height) : own.height;
  return { ...shared, height, autosize: { type: "fit-x", contains: "padding" } };
}

// Drawn again for every choice: the expression interpreter (ast) needs no eval, which the page's policy forbids.
async function draw(name) {
  const container = byId(`chart-${name}`), width = container.clientWidth;
  if (!width) return;  // in a view that is not shown
  const datasets = sources[name](width);
  container.classList.toggle("empty", !datasets.rows.length);
  views[name]?.finalize();
  if (!datasets.rows.length) { container.textContent = "Nothing to show for this choice."; return; }
  const options = { ast: true, actions: false, renderer: "svg", logLevel: 1 };
  ({ view: views[name] } = await window.vegaEmbed(container, specification(name, width, datasets), options));
}
const drawAll = () => Promise.all(Object.keys(data.charts).map(draw));
