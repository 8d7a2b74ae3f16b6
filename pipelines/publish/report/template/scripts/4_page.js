// The views, the figures at the top, the age of the data, and the address.
const sections = [...document.querySelectorAll("main > [data-view]")];
const links = [...document.querySelectorAll("nav.views a")];
let view = "today";

function age(moment) {
  const hours = (Date.now() - moment) / 3_600_000;
  return hours < 1 ? "less than an hour" : hours < 48 ? counted(Math.floor(hours), "hour") : counted(Math.floor(hours / 24), "day");
}

function tellAge() {
  const made = new Date(byId("learned").dateTime), newest = new Date(byId("newest").dateTime);
  byId("age").textContent = `learned ${age(made)} ago, newest spawn ${age(newest)} ago`;
  byId("age").classList.toggle("old", Date.now() - made > 48 * 3_600_000);
}

function figures() {
  const rows = chosen(activity), spawns = sum(rows, "spawns");
  const good = sum(rows, "success"), known = good + sum(rows, "own"), unknown = sum(rows, "unknown");
  const spent = sum(rows, "cost"), guessed = sum(rows, "estimated"), read = sum(rows, "read");
  const share = (part, whole) => (whole ? percent(part / whole) : "–");
  byId("tile-spawns").textContent = spawns.toLocaleString("en");
  byId("note-spawns").textContent = ["agent", "project", "user"].map((field) =>
    counted(new Set(rows.map((row) => row[field])).size, field === "user" ? "person" : field).replace("persons", "people")).join(", ");
  byId("tile-success").textContent = share(good, known);
  byId("note-success").textContent = `of ${counted(known, "outcome")} that tell of the agent; ${share(unknown, spawns)} unknown`;
  byId("tile-cost").textContent = sum(rows, "priced") ? usd(spent) : "–";
  const part = guessed < 0.00005 ? "" : guessed < spent / 200 ? "less than 1% estimated, " : `${share(guessed, spent)} estimated, `;
  byId("note-cost").textContent = `${part}${counted(spawns - sum(rows, "priced"), "spawn")} of unknown cost; `
    + `${share(sum(rows, "cached"), read)} of what was read came from the cache`;
  return spawns;
}

function address() {
  const state = new URLSearchParams();
  if (view !== "today") state.set("view", view);
  for (const field of fields) if (field.value) state.set(field.id, field.value);
  history.replaceState(null, "", `${state}` ? `#${state}` : location.pathname + location.search);
}

function apply() {
  document.body.classList.toggle("filtered", isChosen());
  byId("reset").hidden = !isChosen();
  const spawns = figures(), { project, user, agent, model, from, to } = choice;
  const parts = [agent.value && `of ${agent.value}`, model.value && `on ${model.value}`, user.value && `by ${user.value}`,
    project.value && `in ${data.short[project.value] || project.value}`,
    from.value && `from ${from.value}`, to.value && `to ${to.value}`].filter(Boolean);
  byId("state").textContent = parts.length ? `${counted(spawns, "spawn")} ${parts.join(" ")}` : "";
  tables.forEach(show);
  for (const card of document.querySelectorAll("[data-agent]")) {
    card.hidden = Boolean(agent.value) && !["*", agent.value].includes(card.dataset.agent);
  }
  address();
  return drawAll();
}

function open(name, place) {
  view = sections.some((section) => section.dataset.view === name) ? name : "today";
  for (const section of sections) section.hidden = section.dataset.view !== view;
  for (const link of links) link.toggleAttribute("aria-current", link.dataset.view === view);
  address();
  return drawAll().then(() => place?.scrollIntoView());
}

for (const link of document.querySelectorAll("a[data-view]")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    const place = byId(link.dataset.place || "");
    open(link.dataset.view, place);
    if (!place) scrollTo(0, 0);
  });
}
for (const button of document.querySelectorAll("button.copy")) {
  button.addEventListener("click", async () => {
    await navigator.clipboard?.writeText(button.previousElementSibling.textContent);
    button.textContent = "Copied";
  });
}

const asked = new URLSearchParams(location.hash.slice(1));
for (const field of fields) {
  const value = asked.get(field.id) || "";
  if (!field.options || [...field.options].some((option) => option.value === value)) field.value = value;
  field.addEventListener("change", apply);
}
byId("reset").addEventListener("click", () => { for (const field of fields) field.value = ""; apply(); byId("project").focus(); });
byId("filters").open = innerWidth > 640 || isChosen();
let width = innerWidth;
addEventListener("resize", () => { if (innerWidth !== width) { width = innerWidth; drawAll(); } });
tellAge();
open(asked.get("view") || "today").then(apply).then(() => { document.body.dataset.drawn = "yes"; });
