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

// The whole packet: one figure a box, and on to the next. Enter and the arrows move as in a sheet.
for (const form of document.querySelectorAll("form[data-card-table]")) {
  const reasoned = form.dataset.reasoned.split(" ").filter(Boolean);
  const boxes = [...form.querySelectorAll("input[data-value]")];
  const columns = boxes.length ? boxes[0].closest("tr").querySelectorAll("input[data-value]").length : 1;
  const go = (box) => {
    if (!box) return;
    box.focus();
    box.select();
  };
  const dress = (box) => {
    const field = form.querySelector(`[data-reason="${box.name.slice(2)}"]`);
    if (!field) return;
    field.hidden = !reasoned.includes(box.value.trim()) && !field.querySelector("input").value && !field.querySelector(".sb-error");
    const row = field.closest("tr");
    row.hidden = ![...row.querySelectorAll("[data-reason]")].some((one) => !one.hidden);
  };
  let isKept = true;
  form.addEventListener("input", (event) => {
    isKept = false;
    const box = event.target;
    if (!box.matches("[data-value]")) return;
    dress(box);
    const text = box.value.trim().toLowerCase();
    const top = Number(box.dataset.top);
    const isWhole = text === "n" || (/^[0-9]$/.test(text) && top < 10 && Number(text) <= top);
    if (isWhole && event.inputType === "insertText") go(boxes[boxes.indexOf(box) + 1]);
  });
  const onEnter = (box) => {
    const reason = box.closest("[data-reason]");
    const named = reason && boxes.find((one) => one.name.slice(2) === reason.dataset.reason);
    const last = [...box.closest("tr").querySelectorAll("input[data-value]")].pop();
    go(boxes[boxes.indexOf(named || last) + 1]);
  };
  form.addEventListener("keydown", (event) => {
    const box = event.target;
    if (!box.matches("input") || event.ctrlKey || event.altKey || event.metaKey) return;
    if (!box.matches("[data-value]")) {
      // Without this Enter in a reason or a comment would send the form.
      if (event.key === "Enter") {
        event.preventDefault();
        onEnter(box);
      }
      return;
    }
    const steps = { ArrowUp: -columns, ArrowDown: columns, Enter: columns };
    const caret = box.selectionStart === box.selectionEnd ? box.selectionStart : null;
    if (caret === null || caret === 0) steps.ArrowLeft = -1;
    if (caret === null || caret === box.value.length) steps.ArrowRight = 1;
    if (!(event.key in steps)) return;
    event.preventDefault();
    go(boxes[boxes.indexOf(box) + steps[event.key]]);
  });
  // A hundred figures are not lost by a link beside them: the browser asks first.
  form.addEventListener("submit", () => { isKept = true; });
  addEventListener("beforeunload", (event) => { if (!isKept) event.preventDefault(); });
  for (const hint of form.querySelectorAll("[data-keys]")) hint.hidden = false;
}

// Votes on many cases: figures choose in the order of the words, and go on to the next case.
for (const form of document.querySelectorAll("form:has([data-ballot])")) {
  const ballots = [...form.querySelectorAll("[data-ballot]")];
  form.addEventListener("keydown", (event) => {
    const ballot = event.target.closest("[data-ballot]");
    if (!ballot || event.ctrlKey || event.altKey || event.metaKey) return;
    const isEnter = event.key === "Enter";
    const radio = /^[1-9]$/.test(event.key) ? ballot.querySelectorAll("input[type=radio]")[Number(event.key)] : null;
    if (!isEnter && !radio) return;
    event.preventDefault();
    if (radio) radio.checked = true;
    const row = ballot.closest("tr");
    const reason = row.querySelector("[data-why] input");
    const next = ballots[ballots.indexOf(ballot) + 1];
    if (radio && ballot.dataset.ballot.split(" ").includes(radio.value) && reason) reason.focus();
    else if (next) (next.querySelector("input:checked") || next.querySelector("input")).focus();
    else form.querySelector("button[type=submit]").focus();
  });
  for (const hint of document.querySelectorAll("[data-keys]")) hint.hidden = false;
}
