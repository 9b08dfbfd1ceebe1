// The script on the page: makes the charts live, with tooltips, and filters by tier. Without it, the page shows the same.

import { View, parse } from "vega";
import { expressionInterpreter } from "vega-interpreter";
import { Handler } from "vega-tooltip";

const { data, panels } = JSON.parse(document.getElementById("report").textContent);
const refuse = () => Promise.reject(new Error("this report loads nothing"));
const loader = { options: {}, load: refuse, sanitize: refuse, http: refuse, file: refuse };
// Its style is in the page's own sheet; the policy forbids to add one.
const tooltip = new Handler({ disableDefaultStyle: true }).call;

function live({ name, spec, view: source }) {
  const { columns, rows } = data[source];
  const values = rows.map((row) => Object.fromEntries(columns.map((column, i) => [column, row[i]])));
  const runtime = parse({ ...spec, data: spec.data.map((d) => (d.name === source ? { ...d, values } : d)) }, null, { ast: true });
  const container = document.querySelector(`#${name} .chart`);
  const view = new View(runtime, { renderer: "svg", hover: true, loader, tooltip, expr: expressionInterpreter });
  return view.initialize(container).runAsync();
}

const views = (async () => {
  const made = [];
  for (const panel of panels) made.push(await live(panel));
  document.documentElement.dataset.live = "yes";
  return made;
})();

async function show(tier) {
  for (const row of document.querySelectorAll("#accounts tbody tr")) row.hidden = tier !== null && row.dataset.tier !== tier;
  for (const view of await views) {
    if (view.getState().signals.tier_shown !== undefined) await view.signal("tier_shown", tier).runAsync();
  }
  document.documentElement.dataset.tier = tier ?? "";
}

const filter = document.getElementById("filter");
filter.hidden = false;
filter.addEventListener("change", ({ target }) => show(target.value ? target.value.slice("tier ".length) : null));
