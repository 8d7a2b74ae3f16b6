// Tables: sorted by their headers, folded where long, and cut to what is chosen.
const listed = (row, field) => JSON.parse(row.dataset[field] || "[]");
const tables = [...document.querySelectorAll("table")].map((table) => ({
  table,
  body: table.tBodies[0],
  rows: [...table.tBodies[0].rows].map((row) => ({
    row, agent: listed(row, "agents"), model: listed(row, "models"),
    project: listed(row, "projects"), user: listed(row, "users"),
  })),
  folded: Math.min(Number(table.dataset.folded || 0), innerWidth < 640 ? 5 : Infinity),
}));

function show({ table, body, rows, folded, more }) {
  const matching = rows.filter((row) => ["agent", "model", "project", "user"].every((field) =>
    !choice[field].value || !row[field].length || row[field].includes(choice[field].value)));
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
