// Search in the index that was built with the book, and what keys and printing need. No page needs it to be read.
"use strict";

const query = document.getElementById("query");
const found = document.getElementById("found");
const state = document.getElementById("search-state");
const MOST = 40;
let loading = null;

function index() {
  loading ??= new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = "search-index.js";
    script.onload = () => done(window.clausebookIndex.map((entry) => [...entry, `${entry[1]} ${entry[3]}`.toLowerCase()]));
    script.onerror = failed;
    document.head.append(script);
  });
  return loading;
}

function rank([, name, , , all], words) {
  if (!words.every((word) => all.includes(word))) return -1;
  const title = name.toLowerCase();
  return words.filter((word) => title.includes(word)).length * 2 + (title.startsWith(words.join(" ")) ? 1 : 0);
}

function item([kind, name, address]) {
  const link = document.createElement("a");
  const sort = document.createElement("span");
  link.href = address;
  sort.className = "kind";
  sort.textContent = kind;
  link.append(sort, name);
  const entry = document.createElement("li");
  entry.append(link);
  return entry;
}

async function search() {
  const words = query.value.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.join("")) return close();
  const ranked = (await index()).map((entry) => [rank(entry, words), entry]).filter(([score]) => score >= 0);
  ranked.sort(([one], [other]) => other - one);
  found.replaceChildren(...ranked.slice(0, MOST).map(([, entry]) => item(entry)));
  found.hidden = !ranked.length;
  state.textContent = ranked.length > MOST ? `${MOST} of ${ranked.length} found` : `${ranked.length} found`;
}

function close() {
  found.hidden = true;
  found.replaceChildren();
  state.textContent = "";
}

function move(event) {
  const links = [query, ...found.querySelectorAll("a")];
  const at = links.indexOf(document.activeElement);
  const next = { ArrowDown: at + 1, ArrowUp: at - 1 }[event.key];
  if (at >= 0 && next !== undefined && links[next]) {
    event.preventDefault();
    links[next].focus();
  } else if (event.key === "Escape" && at >= 0) {
    close();
    query.focus();
  }
}

document.getElementById("search").addEventListener("submit", (event) => {
  event.preventDefault();
  found.querySelector("a")?.focus();
});
query.addEventListener("input", search);
document.getElementById("search").addEventListener("keydown", move);
document.addEventListener("click", (event) => {
  if (!document.getElementById("search").contains(event.target)) close();
});
document.addEventListener("keydown", (event) => {
  const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName);
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    query.focus();
  }
});
window.addEventListener("beforeprint", () => {
  for (const folded of document.querySelectorAll("details:not(.graph)")) folded.open = true;
});
