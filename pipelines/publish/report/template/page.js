"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const byId = (id) => document.getElementById(id);
  const agent = byId("agent"), model = byId("model"), reset = byId("reset"), views = {};
  const kindsShown = 14, labelWidth = 70;

  const sum = (rows, field) => rows.reduce((total, row) => total + row[field], 0);
  const chosen = (rows, field = "model") => rows.filter((row) =>
    (!agent.value || row.agent === agent.value) && (!model.value || row[field] === model.value));
  const usd = (amount) => amount.toLocaleString("en", { style: "currency", currency: "USD" });
  const counted = (number, noun) => `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;

  // Charts -----------------------------------------------------------------
  function evidence() {
    const own = data.evidence.filter((row) => row.agent === agent.value);
    const scope = own.length ? own : data.evidence.filter((row) => row.agent === "*");
    const kinds = [...new Set(scope.map((row) => row.id))];
    const places = new Map(kinds.slice(0, kindsShown).map((id, place) => [id, place]));
    const rows = scope.filter((row) => places.has(row.id) && (!model.value || row.model === model.value));
    const titles = [...new Map(rows.map((row) => [row.id, { ...row, model: row.model, slot: "" }])).values()];
    byId("note-evidence").textContent = "A diamond is the model that is chosen. "
      + (own.length ? `This is the evidence for ${agent.value}.`
        : agent.value ? `${agent.value} has no evidence of its own: this is that of all agents.`
          : "Choose an agent above for its own evidence.")
      + (kinds.length > kindsShown ? ` Shown are the ${kindsShown} largest of ${kinds.length} kinds; the table has all.` : "");
    return [...titles, ...rows.map((row) => ({ ...row, slot: row.model }))]
      .map((row) => ({ ...row, place: places.get(row.id) }));
  }

  // A name is left out where it would cover that of a larger kind.
  function labels(width, height) {
    const shown = new Set(chosen(data.points, "recommended").map((point) => point.kind)), placed = [];
    for (const label of data.labels.filter((each) => shown.has(each.kind))) {
      const x = label.x * width / 2, y = label.y * height / 2;
      if (placed.every((other) => Math.abs(other.x - x) > labelWidth || Math.abs(other.y - y) > 20)) {
        placed.push({ ...label, x, y, label });
      }
    }
    return placed.map((each) => each.label);
  }

  const sources = {
    outcomes_over_time: () => ({ rows: chosen(data.activity) }),
    costs_over_time: () => ({ rows: chosen(data.activity) }),
    evidence: () => ({ rows: evidence() }),
    task_map: (width) => ({ rows: chosen(data.points, "recommended"), labels: labels(width, data.charts.task_map.height) }),
  };

  // The chart of evidence is as high as its kinds need; the others are as their specification says.
  function height(name, { rows }) {
    const { height: own, encoding } = data.charts[name];
    return name === "evidence" ? own * encoding.yOffset.scale.domain.length * Math.max(1, new Set(rows.map((row) => row.id)).size) : own;
  }

  const config = {
    background: null,
    font: "system-ui, 'Segoe UI', Roboto, 'Noto Sans', sans-serif",
    view: { stroke: null },
    axis: { labelColor: "var(--soft)", titleColor: "var(--soft)", titleFontWeight: "normal", labelFontSize: 12,
      titleFontSize: 12, gridColor: "var(--line)", domainColor: "var(--line)", tickColor: "var(--line)" },
    legend: { orient: "top", labelColor: "var(--ink)", labelFontSize: 12.5, symbolSize: 90, labelLimit: 180,
      columns: 4, columnPadding: 14 },
    text: { fontSize: 12 },
  };

  // The expression interpreter (ast) needs no eval, which the page's policy forbids.
  async function draw(name) {
    const container = byId(`chart-${name}`), width = container.clientWidth;
    const legend = { ...config.legend, columns: width < 500 ? 2 : 8 };
    // A choice without rows has no extent: nothing to warn of (log level 1 is errors).
    const options = { ast: true, actions: false, renderer: "svg", logLevel: 1, config: { ...config, legend } };
    const datasets = sources[name](width), autosize = { type: "fit-x", contains: "padding" };
    const spec = { ...data.charts[name], datasets, autosize, height: height(name, datasets) };
    ({ view: views[name] } = await window.vegaEmbed(container, spec, options));
  }

  async function fill(name) {
    const view = views[name];
    const datasets = sources[name](view.width());
    for (const [source, rows] of Object.entries(datasets)) view.data(source, rows);
    await view.height(height(name, datasets)).resize().runAsync();
  }

  // Tables -----------------------------------------------------------------
  const tables = [...document.querySelectorAll("table")].map((table) => ({
    table,
    body: table.tBodies[0],
    rows: [...table.tBodies[0].rows].map((row) => ({
      row, agents: JSON.parse(row.dataset.agents), models: JSON.parse(row.dataset.models),
    })),
    folded: Math.min(Number(table.dataset.folded || 0), innerWidth < 640 ? 5 : Infinity),
  }));

  function show({ table, body, rows, folded, more }) {
    const matching = rows.filter(({ agents, models }) =>
      (!agent.value || !agents.length || agents.includes(agent.value))
      && (!model.value || !models.length || models.includes(model.value)));
    const kept = new Set(matching.map(({ row }) => row));
    let place = 0;
    for (const row of body.rows) {
      row.hidden = !kept.has(row) || (folded > 0 && place >= folded);
      place += kept.has(row) ? 1 : 0;
    }
    if (more) {
      more.hidden = !folded || matching.length <= folded;
      more.textContent = `Show all ${matching.length}`;
    }
    table.caption.classList.toggle("nothing", rows.length > 0 && !matching.length);
  }

  for (const each of tables) {
    if (each.rows.length > each.folded && each.folded) {
      each.more = document.createElement("button");
      each.more.type = "button";
      each.more.addEventListener("click", () => { each.folded = 0; show(each); });
      each.table.parentElement.after(each.more);
    } else {
      each.folded = 0;
    }
    [...each.table.tHead.rows[0].cells].forEach((header, column) => {
      header.firstElementChild.addEventListener("click", () => sort(each, header, column));
    });
  }

  function sort(each, header, column) {
    const direction = header.getAttribute("aria-sort") === "descending" ? "ascending" : "descending";
    for (const other of header.parentElement.cells) other.removeAttribute("aria-sort");
    header.setAttribute("aria-sort", direction);
    const value = (row) => row.cells[column].dataset.order;
    const numeric = [...each.body.rows].every((row) => value(row) === "" || !Number.isNaN(Number(value(row))));
    const compare = numeric ? (a, b) => Number(value(a)) - Number(value(b)) : (a, b) => value(a).localeCompare(value(b));
    const sorted = [...each.body.rows].sort(compare);
    each.body.append(...(direction === "ascending" ? sorted : sorted.reverse()));
    show(each);
  }

  // Filters ----------------------------------------------------------------
  function tiles() {
    const rows = chosen(data.activity), spawns = sum(rows, "spawns");
    const good = sum(rows, "success"), known = good + sum(rows, "own"), unknown = sum(rows, "unknown");
    const spent = sum(rows, "cost");
    const share = (part, whole) => (whole ? `${Math.round(100 * part / whole)}%` : "–");
    byId("tile-spawns").textContent = spawns.toLocaleString("en");
    byId("note-spawns").textContent = counted(new Set(rows.map((row) => row.agent)).size, "agent");
    byId("tile-success").textContent = share(good, known);
    byId("note-success").textContent = `of ${counted(known, "outcome")} that tell of the agent; ${share(unknown, spawns)} unknown`;
    byId("tile-cost").textContent = sum(rows, "priced") ? usd(spent) : "–";
    const guessed = sum(rows, "estimated"), part = guessed < 0.00005 ? "" : guessed < spent / 200 ? "less than 1% estimated, " : `${share(guessed, spent)} estimated, `;
    byId("note-cost").textContent = `${part}${counted(spawns - sum(rows, "priced"), "spawn")} of unknown cost`;
    return spawns;
  }

  function apply() {
    const isFiltered = Boolean(agent.value || model.value);
    document.body.classList.toggle("filtered", isFiltered);
    reset.hidden = !isFiltered;
    const spawns = tiles();
    byId("state").textContent = isFiltered ? `${counted(spawns, "spawn")} of ${agent.value || "all agents"} on ${model.value || "all models"}` : "";
    tables.forEach(show);
    const state = new URLSearchParams();
    if (agent.value) state.set("agent", agent.value);
    if (model.value) state.set("model", model.value);
    history.replaceState(null, "", isFiltered ? `#${state}` : location.pathname + location.search);
    return Promise.all(Object.keys(views).map(fill));
  }

  const asked = new URLSearchParams(location.hash.slice(1));
  for (const select of [agent, model]) {
    const value = asked.get(select.id);
    if ([...select.options].some((option) => option.value === value)) select.value = value;
    select.addEventListener("change", apply);
  }
  reset.addEventListener("click", () => { agent.value = model.value = ""; apply(); agent.focus(); });
  if (agent.value || model.value) apply(); else { tiles(); tables.forEach(show); }
  Promise.all(Object.keys(data.charts).map(draw)).then(() => { document.body.dataset.drawn = "yes"; });
})();
