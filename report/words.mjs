// What the page says beside its charts: escaped, and the same in every locale.

export function escape(text) {
  return String(text).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

export function thousands(n) {
  return Math.round(n).toString().replace(/\B(?=(\d{3})+$)/g, ",");
}

const percent = (n, digits = 0) => `${(100 * n).toFixed(digits)} %`;

export function heading({ portrait }) {
  const [p] = portrait ?? [];
  if (!p) return { text: "Customer portrait", subtitle: "No portrait is saved under the name that the views were made with." };
  return {
    text: p.title ? `Customer portrait: ${p.title}` : "Customer portrait",
    subtitle: `Portrait “${p.portrait_name}”, version ${p.portrait_version}. Accounts fit from ${p.is_in_points ? "" : "a score of "}${p.fit_score_from}${p.is_in_points ? " points" : " of 100"} up.`,
  };
}

export function emptyNote(view, rows) {
  if (!rows) return `There is no view ${view}: report/views.sql was run without what it needs.`;
  return rows.length ? "" : `The view ${view} has no rows.`;
}

// --- a few numbers ------------------------------------------------------------------------------------------------------

const units = {
  count: thousands,
  share: (n) => percent(n, 1),
  ratio: (n) => `${n.toFixed(2)} ×`,
  auc: (n) => n.toFixed(3),
  months: (n) => `${n.toFixed(1)} months`,
};

const verdicts = { pass: "three times or more", fail: "less than three times", uncertain: "three times or not: not sure yet" };

export function kpi({ kpi, value, low, high, unit, status }) {
  const write = units[unit] ?? thousands;
  const limits = low != null && high != null ? `${write(low)} to ${write(high)}` : "";
  return {
    label: unit in units || unit === "money" ? kpi : `${kpi} (${unit})`,
    value: value == null ? "not known" : write(value),
    more: [limits, verdicts[status] ?? status ?? ""].filter(Boolean).join("; "),
  };
}

export function kpis({ kpi: rows }) {
  if (!rows?.length) return `<p class="note">${emptyNote("kpi", rows)}</p>`;
  const tile = ({ label, value, more }) => `<div><dt>${escape(label)}</dt><dd>${escape(value)}<small>${escape(more)}</small></dd></div>`;
  return `<dl id="kpis">${rows.map(kpi).map(tile).join("\n")}</dl>`;
}

// --- the best accounts --------------------------------------------------------------------------------------------------

// What comes from the database stands in <bdi>, so that a name written from right to left does not turn its line around.
export function table({ best_account: rows }) {
  const note = emptyNote("best_account", rows);
  const cell = (text, kind = "") => `<td${kind && ` class="${kind}"`}><bdi>${escape(text ?? "")}</bdi></td>`;
  const row = (r) =>
    `<tr data-tier="${escape(r.tier)}">${cell(r.tier)}${cell(r.account_rank, "n")}${cell(r.account_name ?? r.account_id)}` +
    `${cell(r.fit_score.toFixed(0), "n")}${cell(percent(r.coverage), "n")}${cell(r.points_for)}${cell(r.lost_points_for)}</tr>`;
  return `${note ? `<p class="note">${escape(note)}</p>\n` : ""}<div class="scroll"><table id="accounts">
<caption>The highest scores of each tier that are no customers yet, ten of each at most</caption>
<thead><tr><th>Tier</th><th class="n">Place</th><th>Account</th><th class="n">Score</th><th class="n">Known</th><th>Won points by</th><th>Lost points for</th></tr></thead>
<tbody>
${(rows ?? []).map(row).join("\n")}
</tbody>
</table></div>`;
}
