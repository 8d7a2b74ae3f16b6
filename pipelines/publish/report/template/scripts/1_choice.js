// What is chosen, kept in the address, and the rows that it leaves.
const data = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);
const fields = ["project", "user", "agent", "model", "from", "to"].map(byId);
const choice = Object.fromEntries(fields.map((field) => [field.id, field]));
const isChosen = () => fields.some((field) => field.value);

// Rows come as arrays of numbers, names as places in lists: a page of a large history stays small.
const unpacked = ({ names, columns, rows }) => rows.map((row) => Object.fromEntries(columns.map((column, place) =>
  [column, names[column] ? names[column][row[place]] : row[place]])));
const activity = unpacked(data.activity), failures = unpacked(data.failures);

const sum = (rows, field) => rows.reduce((total, row) => total + row[field], 0);
const matches = (row, field) => !choice[field].value || row[field] === undefined || row[field] === choice[field].value;
const chosen = (rows, model = "model") => rows.filter((row) =>
  ["project", "user", "agent"].every((field) => matches(row, field))
  && (!choice.model.value || row[model] === choice.model.value)
  && (!choice.from.value || (row.until || row.day) > choice.from.value)
  && (!choice.to.value || (row.from || row.day) <= choice.to.value));
const grouped = (rows, ...names) => [...rows.reduce((groups, row) => {
  const key = JSON.stringify(names.map((name) => row[name])), group = groups.get(key);
  if (group) group.push(row); else groups.set(key, [row]);
  return groups;
}, new Map()).values()];

const usd = (amount) => data.quota ? `${(100 * amount / data.quota).toLocaleString("en", { maximumSignificantDigits: 2 })}% of the quota`
  : amount.toLocaleString("en", { style: "currency", currency: "USD" });
const percent = (share) => `${Math.round(100 * share)}%`;
const counted = (number, noun) => `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;

// Wilson's interval of a rate, two-sided 90 %, as marts.trials has it.
function interval(good, known) {
  const z = 1.6449, rate = good / known, middle = (good + z * z / 2) / (known + z * z);
  const half = z * Math.sqrt(known * rate * (1 - rate) + z * z / 4) / (known + z * z);
  return { rate, low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}
function success(rows) {
  const good = sum(rows, "success"), known = good + sum(rows, "own");
  return { spawns: sum(rows, "spawns"), known, ...(known ? interval(good, known) : {}) };
}
