// Draws <canvas data-chart="bar|line" data-table="id"> from the table with that id: the first column names the points,
// every other column is a series. The table stays on the page: it is what those read who do not see the drawing.
"use strict";

const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

const amount = (text) => {
  const figures = text.replace(/\u2212/g, "-").replace(/[^0-9.-]/g, "");
  return figures === "" ? null : Number(figures);
};

const hatched = (colour, number) => {
  if (number === 0) return colour;
  const tile = document.createElement("canvas");
  tile.width = tile.height = 8;
  const pen = tile.getContext("2d");
  pen.strokeStyle = pen.fillStyle = colour;
  pen.lineWidth = 3;
  if (number === 1) {
    pen.moveTo(0, 8);
    pen.lineTo(8, 0);
    pen.stroke();
  } else if (number === 3) {
    pen.fillRect(2, 2, 4, 4);
  } else {
    return "transparent";
  }
  return pen.createPattern(tile, "repeat");
};

const readTable = (table) => {
  const heads = [...table.tHead.rows[0].cells].map((cell) => cell.textContent.trim());
  const rows = [...table.tBodies[0].rows].map((row) => [...row.cells].map((cell) => cell.textContent.trim()));
  return { heads, rows };
};

const draw = (canvas) => {
  const { heads, rows } = readTable(document.getElementById(canvas.dataset.table));
  const kind = canvas.dataset.chart === "line" ? "line" : "bar";
  const datasets = heads.slice(1, 5).map((label, number) => {
    const colour = token(`--sb-chart-${number + 1}`);
    return {
      label,
      data: rows.map((row) => amount(row[number + 1] || "")),
      borderColor: colour,
      backgroundColor: kind === "bar" ? hatched(colour, number) : colour,
      borderWidth: 2,
      borderDash: kind === "line" ? [[], [6, 4], [2, 3], [8, 3, 2, 3]][number] : [],
      pointStyle: ["circle", "rect", "triangle", "rectRot"][number],
    };
  });
  const scale = { beginAtZero: true, ticks: { color: token("--sb-quiet") }, grid: { color: token("--sb-line") } };
  const options = {
    animation: false,
    maintainAspectRatio: false,
    plugins: { legend: { display: datasets.length > 1, labels: { color: token("--sb-ink") } } },
    scales: { x: { ...scale, grid: { display: false } }, y: scale },
  };
  return new window.Chart(canvas, { type: kind, data: { labels: rows.map((row) => row[0]), datasets }, options });
};

for (const canvas of document.querySelectorAll("canvas[data-chart]")) draw(canvas);
