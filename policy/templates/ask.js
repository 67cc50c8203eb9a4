// The question box: what is asked goes to the server that these pages come from, and comes back as a part of a page.
"use strict";

const box = document.getElementById("ask");
let asked = 0; // what comes back late is not shown under a later question

async function ask(event) {
  event.preventDefault();
  const answer = document.getElementById("answer");
  const chosen = document.getElementById("case").selectedOptions[0];
  const request = {
    question: document.getElementById("question").value,
    case: chosen.value,
    part: chosen.dataset.part ?? "",
  };
  const number = ++asked;
  answer.textContent = "Asking …";
  try {
    const headers = { "Content-Type": "application/json", Accept: "text/html" };
    const reply = await fetch("api/ask", { method: "POST", headers, body: JSON.stringify(request) });
    const said = reply.ok ? await reply.text() : refused(await reply.json(), request.case === "");
    if (number !== asked) return;
    if (reply.ok) answer.innerHTML = said;
    else answer.replaceChildren(said);
  } catch {
    if (number === asked) answer.textContent = "The server does not answer.";
  }
}

function refused({ error, errors }, withoutFacts) {
  const told = document.createElement("pre");
  told.className = "problem";
  const lines = (errors ?? []).flatMap(({ code, message, expected, nearest }) => [
    `${code}: ${message}`,
    ...(expected.length ? [`expected: ${expected.join("; ")}`] : []),
    ...(nearest.length ? [`nearest: ${nearest.join("; ")}`] : []),
    ...(code === "E0114" && withoutFacts ? ["Choose whose facts it is about, above."] : []),
  ]);
  told.textContent = error ?? lines.join("\n");
  return told;
}

box?.addEventListener("submit", ask);
document.getElementById("question")?.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    box.requestSubmit();
  }
});

// While the book is being made, its being ready is waited for; nothing that is typed is lost.
const making = document.getElementById("making");

async function look() {
  try {
    const { made, failed } = await (await fetch("api/made")).json();
    if (!made && !failed) return void setTimeout(look, 1000);
    if (failed) return void (making.textContent = `The review book could not be made: ${failed}`);
    const link = document.createElement("a");
    link.href = "index.html";
    link.textContent = "The review book is ready.";
    making.replaceChildren(link);
  } catch {
    making.textContent = "The server does not answer.";
  }
}

if (making) look();
