// Makes the dashboard for Grafana, as Classic JSON: Dashboards, New, Import asks for the data source.
//
//   node grafana/build.mjs DATA.json SCHEMA OUT.json
//
// SCHEMA is where the views of views.sql are; a panel whose view DATA.json, printed by data.sql, does not have is left out.

import { readFileSync, writeFileSync } from "node:fs";
import * as barchart from "@grafana/grafana-foundation-sdk/barchart";
import * as bargauge from "@grafana/grafana-foundation-sdk/bargauge";
import * as common from "@grafana/grafana-foundation-sdk/common";
import * as dashboard from "@grafana/grafana-foundation-sdk/dashboard";
import * as stat from "@grafana/grafana-foundation-sdk/stat";
import * as table from "@grafana/grafana-foundation-sdk/table";
import * as timeseries from "@grafana/grafana-foundation-sdk/timeseries";

const [input, schema, out] = process.argv.slice(2);
const data = JSON.parse(readFileSync(input, "utf8"));
const at = (view) => `"${schema.replaceAll('"', '""')}".${view}`;
const source = { type: "grafana-postgresql-datasource", uid: "${DS_POSTGRES}" };

// The SDK knows no queries of PostgreSQL.
const sql = (rawSql, format = "table") => ({
  build: () => ({ refId: "A", datasource: source, format, editorMode: "code", rawQuery: true, rawSql }),
});

// Whatever all panels have in common. Of 24 columns, w are taken.
function panel(builder, title, description, w, h, query, unit) {
  builder.title(title).description(description).datasource(source).span(w).height(h).withTarget(query);
  return unit ? builder.unit(unit) : builder;
}

const legend = () => new common.VizLegendOptionsBuilder().showLegend(true).displayMode(common.LegendDisplayMode.List).placement(common.LegendPlacement.Bottom).calcs([]);
const everyRow = () => new common.ReduceDataOptionsBuilder().values(true).calcs([]).fields("");
const palette = () => new dashboard.FieldColorBuilder().mode("palette-classic");
const plain = () => new dashboard.ThresholdsConfigBuilder().mode("absolute").steps([{ value: null, color: "blue" }]);

function number(title, rank, unit, description) {
  return panel(new stat.PanelBuilder(), title, description, 4, 4, sql(`SELECT value FROM ${at("kpi")} WHERE kpi_rank = ${rank}`), unit)
    .graphMode(common.BigValueGraphMode.None).reduceOptions(new common.ReduceDataOptionsBuilder().values(false).calcs(["lastNotNull"]).fields("")).thresholds(plain()).noValue("not known");
}

function bars(title, description, w, query, unit, x) {
  return panel(new barchart.PanelBuilder(), title, description, w, 9, query, unit).xField(x).legend(legend()).colorScheme(palette());
}

// Cohorts have a day, and so a place on the axis of time; series are told apart by "metric".
function cohorts(title, description, query, unit) {
  return panel(new timeseries.PanelBuilder(), title, description, 12, 9, sql(query, "time_series"), unit)
    .legend(legend()).colorScheme(palette()).showPoints("always").spanNulls(false);
}

const time = (day) => `${day}::timestamp AT TIME ZONE 'UTC' AS "time"`;
const one = (view, metric, value, day) =>
  `SELECT ${time(day)}, '${metric}' AS metric, ${value} AS value FROM ${at(view)} WHERE $__timeFilter(${day})`;

const rows = [
  ["Who fits the portrait", [
    ["kpi", () => number("Accounts", 1, "short", "All accounts")],
    ["kpi", () => number("Accounts that fit", 2, "short", "Accounts that fit the portrait")],
    ["kpi", () => number("Best of those that fit", 3, "percentunit", "Share of the fitting accounts that is best")],
    ["kpi", () => number("AUC", 9, "none", "How often a best account has the higher score of two; 0.5 is a coin's")],
    ["cohort_economics", () => number("LTV / CAC", 7, "none", "Lifetime value of 36 months divided by the cost of acquisition; 3 is wanted")],
    ["cohort_economics", () => number("Payback, months", 8, "none", "Months until a customer has paid back its cost")],
    ["tier", () => bars("Accounts by tier", "How many accounts are in each tier, and how many of these are best", 12,
      sql(`SELECT tier, account_count AS accounts, best_count AS best FROM ${at("tier")} ORDER BY tier_rank`), "short", "tier")],
    ["fit_score_by_tier", () => bars("Accounts by fit score", "In steps of one twentieth of the scale", 12,
      sql(`SELECT score_from::text AS score, sum(account_count) AS accounts FROM ${at("fit_score_by_tier")} GROUP BY score_from ORDER BY score_from`), "short", "score")],
  ]],
  ["What the best share, and whom to win next", [
    ["best_trait", () => panel(new table.PanelBuilder(), "What the best share", "Traits that more of the best have than of the rest; lift with 95 % limits", 12, 9,
      sql(`SELECT trait, best_share AS "of the best", rest_share AS "of the rest", lift, lift_low AS "from", lift_high AS "to", q_value AS q FROM ${at("best_trait")} ORDER BY trait_rank`))
      .overrideByRegexp("/^of the/", [{ id: "unit", value: "percentunit" }])],
    ["scorecard", () => panel(new table.PanelBuilder(), "The scorecard", "What gives points, and how many accounts get them", 12, 9,
      sql(`SELECT characteristic, attribute, points, account_count AS accounts, best_rate AS "best of these" FROM ${at("scorecard")} ORDER BY characteristic_rank, attribute_rank`))
      .overrideByName("best of these", [{ id: "unit", value: "percentunit" }])],
    ["best_account", () => panel(new table.PanelBuilder(), "Whom to win next", "The highest scores of each tier that are no customers yet", 24, 10,
      sql(`SELECT tier, account_name AS account, fit_score AS score, coverage AS known, points_for AS "won points by", lost_points_for AS "lost points for" FROM ${at("best_account")} WHERE tier IN (\${tier:sqlstring}) ORDER BY tier_rank, account_rank`))
      .overrideByName("known", [{ id: "unit", value: "percentunit" }])],
  ]],
  ["Open deals, and the people who decide", [
    ["qualification", () => bars("Qualification by dimension", "Open deals by what each dimension of the framework says", 12,
      sql(`SELECT framework || ' ' || dimension AS dimension, sum(deal_count) FILTER (WHERE status = 'met') AS met, sum(deal_count) FILTER (WHERE status = 'unmet') AS unmet, sum(deal_count) FILTER (WHERE status = 'unknown') AS unknown FROM ${at("qualification")} GROUP BY framework, qualification.dimension, dimension_rank ORDER BY framework, dimension_rank`), "short", "dimension")
      .stacking(common.StackingMode.Normal)],
    ["committee_role", () => bars("Buying committee", "Accounts with open deals, by whether somebody in that role is known and not against us", 12,
      sql(`SELECT role, sum(account_count) FILTER (WHERE status = 'covered') AS covered, sum(account_count) FILTER (WHERE status = 'missing') AS missing FROM ${at("committee_role")} GROUP BY role, role_rank ORDER BY role_rank`), "short", "role")
      .stacking(common.StackingMode.Normal)],
  ]],
  ["What customers bring, and what they cost", [
    ["cohort_economics", () => cohorts("What a customer brings, and what it cost", "By quarter of acquisition",
      `${one("cohort_economics", "LTV, 36 months", "ltv", "cohort_quarter")} UNION ALL ${one("cohort_economics", "CAC", "cac", "cohort_quarter")} UNION ALL ${one("cohort_economics", "3 × CAC", "ltv_wanted", "cohort_quarter")} ORDER BY 1, 2`, "short")],
    ["cohort_economics", () => cohorts("LTV / CAC", "By quarter of acquisition, with 95 % limits; 3 is wanted",
      `${one("cohort_economics", "LTV / CAC", "ltv_cac_ratio", "cohort_quarter")} UNION ALL ${one("cohort_economics", "from", "ltv_cac_ratio_low", "cohort_quarter")} UNION ALL ${one("cohort_economics", "to", "ltv_cac_ratio_high", "cohort_quarter")} ORDER BY 1, 2`, "none")
      .thresholds(new dashboard.ThresholdsConfigBuilder().mode("absolute").steps([{ value: null, color: "orange" }, { value: 3, color: "blue" }]))
      .thresholdsStyle(new common.GraphThresholdsStyleConfigBuilder().mode(common.GraphThresholdsStyleMode.Dashed))],
    ["retention", () => cohorts("How many customers stay", "Share of the customers won in a month that is charged again 1, 3, 6, 12 and 24 months later",
      `SELECT ${time("cohort_month")}, 'after ' || to_char(age_months, 'FM00') || ' months' AS metric, retention_rate AS value FROM ${at("retention")} WHERE age_months IN (1, 3, 6, 12, 24) AND $__timeFilter(cohort_month) ORDER BY 1, 2`, "percentunit").min(0).max(1)],
    ["tier_economics", () => bars("LTV / CAC by tier", "Lifetime value of 36 months divided by the cost of acquisition; 3 is wanted", 12,
      sql(`SELECT tier, ltv_cac_ratio AS "LTV / CAC" FROM ${at("tier_economics")} ORDER BY tier_rank`), "none", "tier")],
  ]],
  ["How sure we are", [
    ["score_gain", () => bars("How many of the best are found", "Lift of each tenth of the accounts, the highest scores first; 1 is chance", 12,
      sql(`SELECT bucket::text AS tenth, lift FROM ${at("score_gain")} ORDER BY bucket`), "none", "tenth")],
    ["field_coverage", () => panel(new bargauge.PanelBuilder(), "How much is known", "Share of accounts of which the field is known", 12, 9,
      sql(`SELECT field AS metric, known_share AS value FROM ${at("field_coverage")} ORDER BY known_share, field`), "percentunit")
      .reduceOptions(everyRow()).orientation(common.VizOrientation.Horizontal).min(0).max(1).thresholds(plain())],
  ]],
];

const made = new dashboard.DashboardBuilder("Customer portrait").uid("icp-portrait").tags(["icp_portrait"]).timezone("utc")
  .time({ from: "now-4y", to: "now" }).refresh("").editable()
  .withVariable(new dashboard.QueryVariableBuilder("tier").label("Tier").datasource(source)
    .query(`SELECT tier FROM ${at("tier")} ORDER BY tier_rank`).definition(`SELECT tier FROM ${at("tier")} ORDER BY tier_rank`)
    .multi(true).includeAll(true).current({ selected: true, text: ["All"], value: ["$__all"] }).refresh(1).sort(0));
const plugins = new Set();
for (const [title, panels] of rows) {
  const there = panels.filter(([view]) => data[view]);
  if (there.length) made.withRow(new dashboard.RowBuilder(title));
  for (const [, build] of there) {
    const built = build();
    made.withPanel(built);
    plugins.add(built.build().type);
  }
}

// What asks, at import, for the data source and says what is needed.
const classic = {
  __inputs: [{ name: "DS_POSTGRES", label: "PostgreSQL", description: "The database with the views of icp_portrait's report", type: "datasource", pluginId: source.type, pluginName: "PostgreSQL" }],
  __requires: [
    { type: "grafana", id: "grafana", name: "Grafana", version: "10.4.0" },
    { type: "datasource", id: source.type, name: "PostgreSQL", version: "1.0.0" },
    ...[...plugins].sort().map((id) => ({ type: "panel", id, name: id, version: "" })),
  ],
  ...made.build(),
  id: null,
};
writeFileSync(out, JSON.stringify(classic, null, 2) + "\n");
