"use strict";

const SHELL = "seedbed-field-{{ stamp }}";
const ADDRESSES = {% autoescape off %}{{ addresses }}{% endautoescape %};

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(SHELL).then((cache) => cache.addAll([...ADDRESSES, "/field/"])).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const old = (names) => names.filter((name) => name.startsWith("seedbed-field-") && name !== SHELL);
  event.waitUntil(caches.keys().then((names) => Promise.all(old(names).map((name) => caches.delete(name)))).then(() => self.clients.claim()));
});

// The network first, so that nobody works on an old page; the kept page when there is none.
self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  const kept = url.pathname === "/field/" || ADDRESSES.includes(url.pathname);
  if (event.request.method !== "GET" || url.origin !== self.location.origin || !kept) return;
  event.respondWith(fetch(event.request).catch(() => caches.match(url.pathname)));
});
