// A menu closes when the reader clicks elsewhere or presses Escape. Without this script it closes by its own summary.
"use strict";

const openMenus = () => document.querySelectorAll("details.sb-menu[open]");

document.addEventListener("click", (event) => {
  for (const menu of openMenus()) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of openMenus()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// After a refused form the summary of its errors takes the focus, so that it is read out first.
const summary = document.querySelector(".sb-errors");
if (summary) summary.focus();
