// The score card by keys, and the table of cards. Everything is an ordinary form: without this script nothing is lost.
"use strict";

// One case: figures choose, N is not applicable. Keys work while the focus is in the card and nobody types a text.
for (const card of document.querySelectorAll("form[data-grid]")) {
  const rows = [...card.querySelectorAll("[data-criterion]")];
  const chosen = (row) => row.querySelector("input[type=radio]:checked");
  const isText = (node) => node.matches("textarea, select, input:not([type=radio]):not([type=checkbox])");
  const start = (row) => (chosen(row) || row.querySelector("input[type=radio]")).focus({ preventScroll: false });

  // A reason shows once the value asks for one, or when something is written there; a meaning once a value is chosen.
  const dress = (row) => {
    const value = chosen(row) ? chosen(row).value : "";
    const field = row.querySelector("[data-reason]");
    if (field) {
      const due = field.dataset.reason.split(" ").includes(value);
      field.hidden = !due && !field.querySelector("input").value && !field.classList.contains("sb-field--error");
    }
    const line = row.querySelector("[data-guide]");
    if (line) {
      const meaning = row.querySelector(`[data-value="${value}"]`);
      line.textContent = meaning ? meaning.textContent : "";
      line.hidden = !meaning;
    }
    return field && !field.hidden && field.dataset.reason.split(" ").includes(value) ? field.querySelector("input") : null;
  };

  const goOn = (row) => {
    const next = rows[rows.indexOf(row) + 1];
    if (next) start(next);
    else card.querySelector("button[type=submit]").focus();
  };

  card.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const row = event.target.closest("[data-criterion]");
    if (isText(event.target)) {
      if (event.key === "Enter" && row) {
        event.preventDefault();
        goOn(row);
      }
      return;
    }
    const here = row || rows.find((one) => !chosen(one));
    const value = event.key.toLowerCase() === "n" ? "na" : event.key;
    const radio = here && /^[0-9]$|^na$/.test(value) ? here.querySelector(`input[value="${value}"]`) : null;
    if (!radio) return;
    event.preventDefault();
    radio.checked = true;
    const reason = dress(here);
    if (reason) reason.focus();
    else goOn(here);
  });
  card.addEventListener("change", (event) => {
    const row = event.target.closest("[data-criterion]");
    if (row) dress(row);
  });
  rows.forEach(dress);
  for (const hint of card.querySelectorAll("[data-keys]")) hint.hidden = false;

  // Who handed in the last card by keys goes on by keys; everybody else starts at the top of the page.
  let byKeys = false;
  card.addEventListener("keydown", () => { byKeys = true; });
  card.addEventListener("pointerdown", () => { byKeys = false; });
  card.addEventListener("submit", () => sessionStorage.setItem("grid-by-keys", byKeys ? "yes" : ""));
  const first = rows.find((one) => !chosen(one));
  if (first && sessionStorage.getItem("grid-by-keys") === "yes" && !document.querySelector(".sb-errors")) {
    first.querySelector("input[type=radio]").focus({ preventScroll: true });
  }
}
