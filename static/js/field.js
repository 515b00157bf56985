// The field app: ordinary forms, kept on the phone with their answers, sealed under a code (PBKDF2, AES-GCM), sent to
// their ordinary addresses when there is a network. Every answer keeps its idempotency key, so sending twice is harmless.
"use strict";

const root = document.querySelector("[data-field]");
const part = (name) => root.querySelector(`[data-${name}]`);
const word = (name) => root.querySelector(`[data-word="${name}"]`).textContent;
const ROUNDS = 600000;
const KEPT_DAYS = 14;
const LONGEST_SIDE = 1600;
let key = null;
let packing = null;
let armed = false;

// The store -------------------------------------------------------------------------------------------------------

const database = () => new Promise((resolve, reject) => {
  const asked = indexedDB.open("seedbed-field", 1);
  asked.onupgradeneeded = () => {
    asked.result.createObjectStore("meta");
    asked.result.createObjectStore("things");
  };
  asked.onsuccess = () => resolve(asked.result);
  asked.onerror = () => reject(asked.error);
});

const act = async (store, mode, work) => {
  const db = await database();
  try {
    return await new Promise((resolve, reject) => {
      const run = db.transaction(store, mode);
      const asked = work(run.objectStore(store));
      run.oncomplete = () => resolve(asked ? asked.result : undefined);
      run.onerror = () => reject(run.error);
      run.onabort = () => reject(run.error);
    });
  } finally {
    db.close();
  }
};
const read = (store, id) => act(store, "readonly", (rows) => rows.get(id));
const write = (store, id, value) => act(store, "readwrite", (rows) => rows.put(value, id));
const remove = (store, id) => act(store, "readwrite", (rows) => rows.delete(id));

const derive = async (code, salt) => {
  const raw = await crypto.subtle.importKey("raw", new TextEncoder().encode(code), "PBKDF2", false, ["deriveKey"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations: ROUNDS };
  return crypto.subtle.deriveKey(how, raw, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
};
const seal = async (thing) => {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, new TextEncoder().encode(JSON.stringify(thing)));
  return { iv, data };
};
const unseal = async ({ iv, data }) =>
  JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, data)));
const keep = async (id, thing) => write("things", id, await seal(thing));
const everything = async () => {
  const ids = await act("things", "readonly", (rows) => rows.getAllKeys());
  const found = [];
  for (const id of ids) found.push({ id, ...(await unseal(await read("things", id))) });
  return found;
};

// The code ---------------------------------------------------------------------------------------------------------

const say = (text) => {
  part("state").textContent = text;
  part("state").hidden = text === "";
};
const show = (name) => {
  for (const one of ["code", "open", "form"]) part(one).hidden = one !== name;
};

const askCode = async () => {
  const meta = await read("meta", "lock");
  part("code-hint").textContent = meta ? word("enter") : word("choose");
  part("code").querySelector("[data-wipe]").hidden = !meta;
  say(meta || navigator.onLine ? "" : word("first"));
  show("code");
};

const refuseCode = (name) => {
  part("code-error").textContent = word(name);
  part("code-error").hidden = false;
  part("code").elements.code.setAttribute("aria-invalid", "true");
  part("code").elements.code.focus();
};

part("code").addEventListener("submit", async (event) => {
  event.preventDefault();
  const code = part("code").elements.code.value;
  const meta = await read("meta", "lock");
  if (!meta && code.length < 8) return refuseCode("short");
  const salt = meta ? meta.salt : crypto.getRandomValues(new Uint8Array(16));
  key = await derive(code, salt);
  if (meta) {
    try {
      await unseal(meta.check);
    } catch {
      key = null;
      return refuseCode("wrong");
    }
  } else {
    await write("meta", "lock", { salt, check: await seal("open") });
  }
  part("code").elements.code.value = "";
  part("code-error").hidden = true;
  await forgetOld();
  await list();
  if (navigator.onLine) await exchange();
  return undefined;
});

const forgetOld = async () => {
  const packed = await read("meta", "packed");
  if (!packed || Date.now() - Date.parse(packed.at) < KEPT_DAYS * 86400000) return;
  for (const one of await everything()) if (one.kind === "form") await remove("things", one.id);
  say(word("old"));
};

for (const button of root.querySelectorAll("[data-wipe]")) {
  button.addEventListener("click", async () => {
    if (!armed) {
      armed = true;
      say(word("sure"));
      return;
    }
    await act("things", "readwrite", (rows) => rows.clear());
    await act("meta", "readwrite", (rows) => rows.clear());
    location.reload();
  });
}

// Lists ------------------------------------------------------------------------------------------------------------

const line = (title, why, state, open) => {
  const item = document.createElement("li");
  item.className = "sb-task";
  const what = document.createElement("div");
  what.className = "sb-task__what";
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-link p-0 text-start";
  button.textContent = title;
  button.addEventListener("click", open);
  what.append(button);
  const because = document.createElement("div");
  because.className = "sb-task__why";
  because.textContent = why;
  const tag = document.createElement("div");
  tag.className = "sb-task__state";
  tag.textContent = state;
  item.append(what, because, tag);
  return item;
};

const fillList = (name, items) => {
  if (items.length === 0) {
    const none = document.createElement("li");
    none.className = "sb-quiet";
    none.textContent = word("none");
    items = [none];
  }
  part(name).replaceChildren(...items);
};

const list = async () => {
  const things = await everything();
  const forms = things.filter((one) => one.kind === "form").sort((a, b) => (a.due || "9").localeCompare(b.due || "9"));
  const entries = things.filter((one) => one.kind === "entry");
  const taken = new Set(entries.filter((one) => !one.repeat).map((one) => one.url));
  fillList("waiting", entries.map((one) =>
    line(one.title, one.why, one.said ? word("refused") : word("waits"), () => open(forms.find((form) => form.url === one.url), one))));
  fillList("along", forms.filter((one) => !taken.has(one.url)).map((one) => line(one.title, one.why, one.due, () => open(one, null))));
  show("open");
  const packed = await read("meta", "packed");
  if (!navigator.onLine) say(word("offline"));
  else if (packed && part("state").hidden) say(`${word("packed")} ${new Date(packed.at).toLocaleString(document.documentElement.lang)}`);
};

// One form ---------------------------------------------------------------------------------------------------------

const open = (form, entry) => {
  part("form-title").textContent = (form || entry).title;
  const said = document.createElement("div");
  if (entry && entry.said) {
    said.className = "sb-notice sb-notice--stop";
    for (const sentence of entry.said) {
      const paragraph = document.createElement("p");
      paragraph.textContent = sentence;
      said.append(paragraph);
    }
  }
  part("form-said").replaceChildren(said);
  part("drop").hidden = !entry;
  part("drop").onclick = async () => {
    await remove("things", entry.id);
    await list();
  };
  if (form) showForm(form, entry);
  else part("form-body").textContent = word("stale");
  show("form");
  part("form-title").focus();
};

const showForm = (form, entry) => {
  const page = new DOMParser().parseFromString(form.html, "text/html").querySelector("form");
  for (const link of page.querySelectorAll("a")) link.remove();
  const buttons = [...page.querySelectorAll("button[type=submit]")];
  buttons.slice(1).forEach((button) => button.remove());
  buttons[0].textContent = word("keep");
  const body = document.importNode(page, true);
  if (entry) fill(body, entry.pairs);
  body.addEventListener("submit", async (event) => {
    event.preventDefault();
    const pairs = await pairsOf(body, event.submitter);
    const id = entry ? entry.id : crypto.randomUUID();
    const own = pairs.find((pair) => pair[0] === "key");
    if (own) own[1] = entry ? entry.key : id;
    await keep(id, { kind: "entry", url: form.url, title: form.title, why: form.why, repeat: form.repeat, key: own ? own[1] : "", pairs });
    await list();
    if (navigator.onLine) await exchange();
  });
  part("form-body").replaceChildren(body);
};

// A changed version or a new token of the form stays as the fresh page has it; answers come from the phone.
const fill = (body, pairs) => {
  for (const control of body.elements) {
    if (!control.name || ["version", "key", "csrfmiddlewaretoken"].includes(control.name) || control.type === "file") continue;
    const values = pairs.filter((pair) => pair[0] === control.name).map((pair) => pair[1]);
    if (control.type === "radio" || control.type === "checkbox") control.checked = values.includes(control.value);
    else if (control.multiple) for (const option of control.options) option.selected = values.includes(option.value);
    else if (values.length) control.value = values[0];
  }
};

const pairsOf = async (body, submitter) => {
  const pairs = [];
  for (const [name, value] of new FormData(body, submitter)) {
    if (name === "csrfmiddlewaretoken") continue;
    if (!(value instanceof File)) pairs.push([name, value]);
    else if (value.size) pairs.push([name, await picture(value)]);
  }
  return pairs;
};

// A photo is drawn smaller, which also leaves behind where and with what it was taken.
const picture = async (file) => {
  let blob = file;
  try {
    const image = await createImageBitmap(file);
    const ratio = Math.min(1, LONGEST_SIDE / Math.max(image.width, image.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(image.width * ratio);
    canvas.height = Math.round(image.height * ratio);
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.85));
  } catch {
    blob = file;
  }
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return { name: file.name, type: blob.type, data: btoa(text) };
};

part("back").addEventListener("click", list);
part("send").addEventListener("click", () => exchange());

// The network ------------------------------------------------------------------------------------------------------

const away = (answer) => answer.redirected && new URL(answer.url).pathname.startsWith("/accounts/");

const ask = async () => {
  const answer = await fetch("/field/packing.json", { cache: "no-store" });
  if (away(answer) || !answer.ok) return null;
  return answer.json();
};

const exchange = async () => {
  say("");
  try {
    packing = await ask();
    if (!packing) return say(word("signin"));
    const owner = await read("meta", "owner");
    if (owner && owner !== packing.owner) return say(word("owner"));
    await write("meta", "owner", packing.owner);
    // What was sent may be on the list no more: it is asked again.
    if (await send()) packing = (await ask()) || packing;
    await pack();
  } catch (wrong) {
    if (!(wrong instanceof TypeError)) throw wrong;
    say(word("offline"));
  }
  return list();
};

const send = async () => {
  let sent = 0;
  for (const one of await everything()) {
    if (one.kind !== "entry") continue;
    const data = new FormData();
    for (const [name, value] of one.pairs) {
      if (typeof value === "string") data.append(name, value);
      else data.append(name, new File([Uint8Array.from(atob(value.data), (sign) => sign.charCodeAt(0))], value.name, { type: value.type }));
    }
    const answer = await fetch(one.url, { method: "POST", body: data, headers: { "X-CSRFToken": packing.token } });
    if (away(answer)) return sent;
    if (answer.ok && answer.redirected) {
      await remove("things", one.id);
      sent += 1;
    } else if (answer.status < 500) {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const found = page.querySelectorAll(".sb-errors li, .sb-blocked li");
      const said = [...(found.length ? found : page.querySelectorAll("main h1, main .sb-notice p"))].map((item) => item.textContent.trim());
      await keep(one.id, { ...one, id: undefined, said });
    }
  }
  return sent;
};

const pack = async () => {
  const wanted = new Set(packing.forms.map((form) => form.url));
  for (const one of await everything()) if (one.kind === "form" && !wanted.has(one.url)) await remove("things", one.id);
  for (const form of packing.forms) {
    const answer = await fetch(form.url, { cache: "no-store" });
    if (away(answer)) continue;
    if (!answer.ok) {
      await remove("things", `form:${form.url}`);
      continue;
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector('main form[method="post"]');
    if (page) await keep(`form:${form.url}`, { kind: "form", ...form, html: page.outerHTML });
  }
  await write("meta", "packed", { at: packing.at });
};

window.addEventListener("online", () => key && exchange());
window.addEventListener("offline", () => key && list());
if ("serviceWorker" in navigator) navigator.serviceWorker.register("/field/worker.js", { scope: "/field/" });
askCode();
