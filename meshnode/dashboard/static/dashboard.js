"use strict";

// Everything is readable without this file. It sends forms as JSON, which no page of another site can; it asks for the
// page again when the node has news; and it lets running timers run.

const QUIET = 400; // Milliseconds between two looks at the page, however much news there is.

async function send(form, button) {
  const fields = Object.fromEntries(new FormData(form));
  if (button && button.name) fields[button.name] = button.value;
  const said = form.querySelector(".said");
  for (const each of form.querySelectorAll("button")) each.disabled = true;
  if (said) said.classList.remove("done");
  try {
    const headers = { "Content-Type": "application/json", "Idempotency-Key": form.dataset.key || "" };
    const answer = await fetch(form.getAttribute("action"), { method: "POST", headers, body: JSON.stringify(fields) });
    const told = await answer.json();
    if (answer.ok && told.says && said) {
      said.classList.add("done");
      said.textContent = "Signed and saved. But mind: " + told.says.join("; ") + ".";
      form.reset();
      form.dataset.key = told.key; // What is sent next is something else.
      look();
    } else if (answer.ok) {
      const [path, place] = told.go.split("#");
      if (path === location.pathname + location.search && !place) location.reload();
      else location.assign(told.go);
      return;
    } else if (said) said.textContent = told.detail + (told.hint ? " What helps: " + told.hint : "");
  } catch {
    if (said) said.textContent = "The node does not answer. Press again once it does: nothing is done twice.";
  }
  for (const each of form.querySelectorAll("button")) each.disabled = false;
}

document.addEventListener("submit", (event) => {
  if (!event.target.matches("form[data-send]")) return;
  event.preventDefault();
  send(event.target, event.submitter);
});

// A part is left alone while somebody types in it, has it open, or has marked some of it.
function busy(part) {
  return part.contains(document.activeElement) || part.querySelector("details[open]") !== null;
}

async function renew() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll("[data-live]")) {
    const other = fresh.getElementById(part.id);
    if (!other || busy(part) || plain(other) === plain(part)) continue;
    part.replaceChildren(...other.childNodes);
  }
  document.body.dataset.news = fresh.body.dataset.news;
  tick();
}

// Keys of forms and running seconds differ each time and are no news.
function plain(part) {
  return part.innerHTML.replace(/data-(key|seconds|since)="[^"]*"/g, "").replace(/\d+:\d\d:\d\d/g, "");
}

function tick() {
  for (const each of document.querySelectorAll("[data-seconds]")) {
    if (each.dataset.since === undefined) each.dataset.since = Date.now();
    const more = "capped" in each.dataset ? 0 : Math.floor((Date.now() - each.dataset.since) / 1000);
    const all = Number(each.dataset.seconds) + more;
    const two = (number) => String(number).padStart(2, "0");
    each.textContent = Math.floor(all / 3600) + ":" + two(Math.floor(all / 60) % 60) + ":" + two(all % 60);
  }
}

let wanted = false;
let looking = false;

async function look() {
  wanted = true;
  if (looking || document.hidden) return;
  looking = true;
  while (wanted) {
    wanted = false;
    try { await renew(); } catch { break; }
    await new Promise((done) => setTimeout(done, QUIET));
  }
  looking = false;
}

function listen() {
  const lost = document.getElementById("lost");
  if (!lost) return;
  const news = new EventSource("/live");
  news.onopen = () => { lost.hidden = true; };
  news.onerror = () => { if (news.readyState !== EventSource.OPEN) lost.hidden = false; };
  news.onmessage = (event) => {
    lost.hidden = true;
    // The first event tells how it is now: more may have happened since the page was drawn, or heard of last.
    if (event.data !== document.body.dataset.news) look();
  };
  document.addEventListener("visibilitychange", look);
  window.addEventListener("pagehide", () => news.close());
}

tick();
setInterval(tick, 1000);
listen();
