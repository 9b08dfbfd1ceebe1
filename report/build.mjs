// Makes the page and the picture of the report.
//
//   node build.mjs DATA.json OUT        writes OUT.html and OUT.svg
//
// DATA.json is what data.sql prints. The same data give the same bytes: nothing here asks for the time, the time zone, the
// locale or the network. The page holds each chart twice: as SVG, for those who have no JavaScript, and as Vega specification
// that the script on the page makes live, so that it has tooltips and can be filtered.

import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import * as vega from "vega";
import { expressionInterpreter } from "vega-interpreter";
import { compile } from "vega-lite";
import { WIDTH, config, layout } from "./layout.mjs";
import { emptyNote, escape, heading, kpi, kpis, table, thousands } from "./words.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const read = (name) => readFileSync(join(here, name), "utf8");

// Without a browser nobody knows how wide text is. Vega then takes all letters for wide ones and cuts labels short; these are
// widths of a rather wide sans serif, so that labels fit with any. It is the same on every machine, as no measured width would be.
vega.textMetrics.width = (item, text) => {
  const em = (c) => (c >= "\u2e80" ? 1 : /[ijlI.,:;'|!()[\]ft ]/.test(c) ? 0.38 : /[mwMW%@]/.test(c) ? 0.95 : /[A-Z0-9_]/.test(c) ? 0.66 : 0.6);
  const width = [...String(text ?? "").trim()].reduce((sum, c) => sum + em(c), 0) * (item.fontSize ?? 11);
  return item.limit > 0 ? Math.min(item.limit, width) : width;
};

// --- charts -------------------------------------------------------------------------------------------------------------

// A panel's Vega specification, its SVG, and what is said about it.
async function panel(name, data) {
  const chart = JSON.parse(read(`specs/${name}.vl.json`));
  const { text, subtitle } = chart.title;
  const rows = data[chart.data.name];
  delete chart.title;
  if (!rows?.length) blank(chart);
  const { spec } = compile(
    { width: WIDTH, autosize: { type: "fit-x", contains: "padding" }, ...chart, description: `${text}. ${subtitle}` },
    { config, logger: strict },
  );
  const named = spec.data.find((d) => d.name === chart.data.name);
  const runtime = vega.parse({ ...spec, data: spec.data.map((d) => (d === named ? { ...d, values: rows ?? [] } : d)) }, null, { ast: true });
  const view = new vega.View(runtime, { renderer: "none", loader: noLoader(), expr: expressionInterpreter });
  const svg = own(await view.toSVG(), name);
  view.finalize();
  return { name, text, subtitle, spec, svg, view: chart.data.name, note: emptyNote(chart.data.name, rows) };
}

// Blank axes need little room, and some things cannot be made of nothing: as many steps as there are rows, the range of an
// axis, a legend of no names.
function blank(chart) {
  chart.height = 120;
  const encodings = [chart, ...(chart.layer ?? [])].map((part) => part.encoding ?? {});
  for (const axis of ["x", "y"]) {
    const channels = encodings.map((e) => e[axis]).filter(Boolean);
    const numbers = channels.filter((channel) => channel.type === "quantitative" || channel.bin);
    if (numbers.some((channel) => channel.scale?.domain)) continue;
    const lines = channels.map((channel) => channel.datum).filter(Number.isFinite);
    for (const channel of numbers) channel.scale = { domain: [0, channel.bin ? 100 : Math.max(1, ...lines.map((n) => n + 1))] };
  }
  for (const { color } of encodings) if (color?.field && !color.scale?.domain) color.legend = null;
}

// What Vega-Lite warns of is a mistake in a specification, but for that a height made of steps is not fitted: it should not be.
const strict = {
  level: () => strict, info: () => strict, debug: () => strict, error: fail,
  warn: (message) => (/fit-y/.test(message) ? strict : fail(message)),
};

function fail(message) {
  throw new Error(message);
}

// Nothing may be loaded, whatever a specification says.
function noLoader() {
  const refuse = () => Promise.reject(new Error("this report loads nothing"));
  return { options: {}, load: refuse, sanitize: refuse, http: refuse, file: refuse };
}

// Several SVGs stand in one document, so their names for clipping paths and gradients must differ. Vega counts them through.
let charts = 0;
function own(svg, name) {
  charts++;
  return svg
    .replace(/\b(id="|url\(#)((?:clip|gradient_)\d+)/g, `$1${name}-$2`)
    .replace(' xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"', "");
}

// --- the page -----------------------------------------------------------------------------------------------------------

function page(data, sections) {
  const css = read("page.css");
  const script = buildSync({
    entryPoints: [join(here, "page.mjs")], bundle: true, minify: true, write: false, format: "iife",
    target: "es2020", charset: "ascii", legalComments: "none", logLevel: "error",
  }).outputFiles[0].text.replace(/<\/(script)/gi, "<\\/$1").replace(/<!--/g, "\\x3c!--");
  const panels = sections.flatMap((s) => s.columns.flat());
  const live = json({ data: pick(data, panels), panels: panels.map(({ name, spec, view }) => ({ name, spec, view })) });
  const policy = `default-src 'none'; script-src ${hash(script)}; style-src ${hash(css)}; base-uri 'none'; form-action 'none'`;
  const title = heading(data);
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title.text)}</title>
<style>${css}</style>
</head>
<body>
<header>
<h1><bdi>${escape(title.text)}</bdi></h1>
<p>${escape(title.subtitle)}</p>
${filter(data)}
</header>
<main>
${kpis(data)}
${sections.map((s) => section(s, data)).join("\n")}
</main>
<script type="application/json" id="report">${live}</script>
<script>${script}</script>
</body>
</html>
`;
}

// Text between script tags must not end the script, nor begin a comment.
function json(value) {
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (c) => "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0"));
}

function hash(text) {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}

// The rows that charts are drawn from, short: names of columns once, and no seventh digit, which nobody sees.
function pick(data, panels) {
  const short = (value) => (typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value);
  const table = (rows) => ({ columns: Object.keys(rows[0] ?? {}), rows: rows.map((r) => Object.values(r).map(short)) });
  return Object.fromEntries([...new Set(panels.map((p) => p.view))].map((name) => [name, table(data[name] ?? [])]));
}

// Useless without JavaScript, and so the script shows it.
function filter(data) {
  const choice = (value, text, checked) =>
    `<label><input type="radio" name="tier" value="${escape(value)}"${checked ? " checked" : ""}> <bdi>${escape(text)}</bdi></label>`;
  const tiers = (data.tier ?? []).map((t) => choice(`tier ${t.tier}`, t.tier));
  return `<fieldset id="filter" hidden><legend>Show tier</legend>${[choice("", "all", true), ...tiers].join("")}</fieldset>`;
}

function section({ title, id, columns, rows }, data) {
  const body = rows ? table(data) : `<div class="columns">${columns.map((c) => `<div>${c.map(figure).join("\n")}</div>`).join("\n")}</div>`;
  return `<section aria-labelledby="${id}">\n<h2 id="${id}">${title}</h2>\n${body}\n</section>`;
}

function figure({ name, text, subtitle, svg, note }) {
  return `<figure id="${name}">
<figcaption><h3>${text}</h3><p>${subtitle}</p></figcaption>
<div class="chart">${svg}</div>
${note ? `<p class="note">${escape(note)}</p>\n` : ""}</figure>`;
}

// --- the picture --------------------------------------------------------------------------------------------------------

// All charts in one SVG, below each other in two columns, for readers who want no HTML.
function picture(data, sections) {
  const margin = 24, gap = 32, half = WIDTH + gap, full = margin * 2 + WIDTH * 2 + gap;
  const parts = [];
  const say = (x, y, size, text, more = "") => parts.push(`<text x="${x}" y="${y}" font-size="${size}" ${more}>${escape(text)}</text>`);
  const bold = 'font-weight="600"', grey = 'fill="#444"';
  const title = heading(data);
  say(margin, 42, 24, title.text, bold);
  say(margin, 64, 13, title.subtitle, grey);
  let top = 92;

  const tiles = (data.kpi ?? []).map(kpi), wide = (full - 2 * margin) / 5;
  tiles.forEach((t, i) => {
    const x = margin + (i % 5) * wide, y = top + Math.floor(i / 5) * 72;
    say(x, y + 12, 12, t.label, grey);
    say(x, y + 36, 20, t.value, bold);
    say(x, y + 53, 11, t.more, grey);
  });
  top += Math.ceil(tiles.length / 5) * 72 + 12;

  for (const { title, columns, rows } of sections) {
    if (rows) continue;
    say(margin, top + 18, 18, title, bold);
    const bottoms = columns.map((column, i) => {
      const x = margin + i * half;
      let y = top + 44;
      for (const p of column) {
        say(x, y, 14, p.text, bold);
        for (const line of wrap(p.subtitle, 96)) say(x, (y += 17), 12, line, grey);
        if (p.note) say(x, (y += 17), 12, p.note, 'fill="#a33c00"');
        parts.push(p.svg.replace("<svg", `<svg x="${x}" y="${y + 8}"`));
        y += 8 + Number(/ height="([\d.]+)"/.exec(p.svg)[1]) + 28;
      }
      return y;
    });
    top = Math.max(...bottoms) + 4;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${full}" height="${top}" viewBox="0 0 ${full} ${top}" font-family="${escape(config.font)}" fill="#1a1a1a" role="img" aria-label="${escape(title.text)}">
<rect width="100%" height="100%" fill="#fff"/>
${parts.join("\n")}
</svg>
`;
}

function wrap(text, width) {
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = lines[lines.length - 1];
    if (line && line.length + word.length >= width) lines.push(word);
    else lines[lines.length - 1] = line ? `${line} ${word}` : word;
  }
  return lines;
}

// ------------------------------------------------------------------------------------------------------------------------

const [input, out] = process.argv.slice(2);
if (!out) fail("expected: node build.mjs DATA.json OUT");
const data = JSON.parse(readFileSync(input, "utf8"));
const sections = [];
for (const s of layout) {
  const columns = [];
  // One after the other, so that Vega's counters run the same way each time.
  for (const names of s.columns ?? []) {
    const column = [];
    for (const name of names) column.push(await panel(name, data));
    columns.push(column);
  }
  sections.push({ ...s, columns });
}
writeFileSync(`${out}.html`, page(data, sections));
writeFileSync(`${out}.svg`, picture(data, sections));
console.log(`${out}.html and ${out}.svg: ${charts} charts, ${thousands((data.portrait ?? []).length ? data.tier.reduce((n, t) => n + t.account_count, 0) : 0)} accounts`);
