// Saves a box of a report while one writes in it, and puts figures into it. Without this script the buttons do.
"use strict";

const PAUSE = 1500;
const picker = document.getElementById("figures");

for (const form of document.querySelectorAll("form[data-autosave]")) {
  const text = form.querySelector("textarea");
  const version = form.querySelector("input[name=version]");
  const said = form.querySelector("[data-said]");
  const error = form.querySelector("[data-error]");
  let kept = text.value;
  let timer = 0;
  let sending = false;
  let stopped = false;

  const refuse = (sentence) => {
    error.textContent = sentence;
    error.hidden = !sentence;
    text.toggleAttribute("aria-invalid", Boolean(sentence));
  };

  // One request at a time: what is typed meanwhile goes with the next one, which then knows the new version.
  const save = async () => {
    window.clearTimeout(timer);
    if (sending || stopped || text.value === kept) return;
    sending = true;
    const sent = text.value;
    try {
      const answer = await fetch(form.action, {
        method: "POST", body: new FormData(form), headers: { Accept: "application/json" }, credentials: "same-origin",
      });
      const body = await answer.json();
      if (answer.ok) {
        kept = sent;
        version.value = body.version;
        said.textContent = body.said;
        refuse("");
      } else {
        // Somebody else wrote in this box: saving on would write over their words.
        stopped = answer.status === 409;
        refuse(body.error);
      }
    } catch {
      refuse(form.dataset.lost);
    } finally {
      sending = false;
      if (text.value !== sent) timer = window.setTimeout(save, PAUSE);
    }
  };

  text.addEventListener("input", () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(save, PAUSE);
  });
  text.addEventListener("blur", save);
  form.addEventListener("submit", () => { kept = text.value; });
  window.addEventListener("beforeunload", (event) => {
    if (text.value !== kept) event.preventDefault();
  });

  const bar = picker.content.firstElementChild.cloneNode(true);
  const choice = bar.querySelector("select");
  bar.querySelector("button").addEventListener("click", () => {
    if (!choice.value) {
      choice.focus();
      return;
    }
    text.setRangeText(`[[${choice.value}]]`, text.selectionStart, text.selectionEnd, "end");
    text.focus();
    text.dispatchEvent(new Event("input", { bubbles: true }));
  });
  form.insertBefore(bar, error);
}
