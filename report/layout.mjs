// Where each chart of specs/ stands, and what all of them look like.

// Of a chart, all of it. Two of them, and what is around them, go into 1,280 pixels.
export const WIDTH = 574;

export const layout = [
  { id: "who", title: "Who fits the portrait", columns: [["fit_score"], ["tier"]] },
  { id: "best", title: "What the best share, and what gives points", columns: [["best_trait", "field_coverage"], ["scorecard"]] },
  { id: "next", title: "Whom to win next, and why", rows: "best_account" },
  { id: "deals", title: "Open deals, and the people who decide", columns: [["qualification"], ["committee"]] },
  { id: "money", title: "What customers bring, and what they cost", columns: [["cohort_economics", "retention"], ["cohort_ratio", "tier_ratio"]] },
  { id: "sure", title: "How sure we are", columns: [["auc", "gain"], ["calibration"]] },
];

// Colours that differ for the colour-blind too (Okabe and Ito's), dark on white.
export const config = {
  background: null,
  font: "system-ui, -apple-system, 'Segoe UI', 'Noto Sans', 'Noto Sans CJK SC', 'Microsoft YaHei', sans-serif",
  padding: 2,
  view: { stroke: null },
  axis: {
    labelColor: "#1a1a1a", titleColor: "#444", labelFontSize: 12, titleFontSize: 12, titleFontWeight: "normal", titlePadding: 8,
    gridColor: "#e4e7eb", domainColor: "#8a939e", tickColor: "#8a939e", labelPadding: 5,
  },
  axisY: { titleAnchor: "end" },
  legend: { labelColor: "#1a1a1a", titleColor: "#444", labelFontSize: 12, titleFontSize: 12, titleFontWeight: "normal", orient: "top", symbolType: "square", titleOrient: "left", symbolOpacity: 1 },
  bar: { tooltip: true },
  tick: { opacity: 1 },
  point: { tooltip: true },
  text: { fontSize: 12, color: "#1a1a1a" },
};
