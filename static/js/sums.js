// Totals while one types. The server works them out again when the form is saved; without this script it alone does.
"use strict";

const MARKS = /[\s'’]/g;

// Whole minor units of an amount as typed: "1,200.00", "1 200,00". NaN for what is none.
const parse = (text, digits) => {
  const bare = text.replace(MARKS, "");
  if (bare === "") return 0;
  if (!/^[0-9.,]*[0-9][0-9.,]*$/.test(bare)) return NaN;
  const last = Math.max(bare.lastIndexOf("."), bare.lastIndexOf(","));
  const marks = bare.replace(/[0-9]/g, "");
  const groups = last >= 0 && new Set(marks).size === 1 &&
    (marks.length > 1 || (bare[last] === "," && bare.length - last - 1 === 3 && digits !== 3));
  const whole = last < 0 || groups ? bare.replace(/[.,]/g, "") : bare.slice(0, last).replace(/[.,]/g, "");
  const fraction = last < 0 || groups ? "" : bare.slice(last + 1);
  if (fraction.length > digits) return NaN;
  return Number((whole || "0") + fraction.padEnd(digits, "0"));
};

const print = (minor, digits) => {
  if (Number.isNaN(minor)) return "";
  const figures = String(Math.abs(minor)).padStart(digits + 1, "0");
  const whole = figures.slice(0, figures.length - digits).replace(/\B(?=(\d{3})+$)/g, ",");
  return (minor < 0 ? "\u2212" : "") + whole + (digits ? "." + figures.slice(-digits) : "");
};

const put = (cell, minor, digits) => {
  if (!cell) return;
  cell.textContent = print(minor, digits);
  cell.classList.toggle("neg", minor < 0);
};

const ADDERS = {
  investments(table, digits) {
    const sums = { own: 0, programme: 0, total: 0 };
    for (const row of table.tBodies[0].rows) {
      const value = (name) => parse(row.querySelector(`input[name$="-${name}"]`).value, digits);
      const named = row.querySelector('input[name$="-label"]').value.trim() !== "";
      const total = Number(row.querySelector('input[name$="-quantity"]').value) * value("unit_amount");
      const own = value("own_amount");
      const shows = named || total > 0;
      put(row.querySelector('[data-sum="total"]'), shows ? total : NaN, digits);
      put(row.querySelector('[data-sum="programme"]'), shows ? total - own : NaN, digits);
      if (shows) {
        sums.total += total;
        sums.own += own;
        sums.programme += total - own;
      }
    }
    for (const name of Object.keys(sums)) put(table.tFoot.querySelector(`[data-sum="${name}"]`), sums[name], digits);
  },
  finance(table, digits) {
    let sum = 0;
    for (const input of table.querySelectorAll('input[name$="-amount"]')) sum += parse(input.value, digits);
    put(table.tFoot.querySelector('[data-sum="amount"]'), sum, digits);
  },
  cash(table, digits) {
    const before = {};
    const totals = { left: 0, after: 0 };
    const start = document.querySelector('input[name="cash_at_start_amount"]');
    let cash = start ? parse(start.value, digits) : 0;
    for (const row of table.tBodies[0].rows) {
      let left = 0;
      for (const input of row.querySelectorAll("input[data-sign]")) {
        const line = input.name.split("-")[1];
        before[line] = input.value.trim() === "" ? before[line] || 0 : parse(input.value, digits);
        totals[line] = (totals[line] || 0) + before[line];
        left += Number(input.dataset.sign) * before[line];
      }
      const after = left - Number(row.querySelector('[data-sum="instalment"]').dataset.minor);
      cash += after;
      totals.left += left;
      totals.after += after;
      put(row.querySelector('[data-sum="left"]'), left, digits);
      put(row.querySelector('[data-sum="after"]'), after, digits);
      put(row.querySelector('[data-sum="cash"]'), cash, digits);
    }
    for (const cell of table.tFoot.querySelectorAll("[data-total]")) put(cell, totals[cell.dataset.total], digits);
  },
};

for (const table of document.querySelectorAll("table[data-sums]")) {
  const add = () => ADDERS[table.dataset.sums](table, Number(table.dataset.digits));
  table.closest("form").addEventListener("input", add);
  add();
}
