import { drawChart } from "./chart.js";

const INTERVAL = 1000;
const STEPS = ["fetching", "proving", "committed", "probation", "applied"];
/** The refusals that come out of the proof; all others come before it. */
const PROOF_CODES = ["writesDenied", "tableUnusable", "credentialsRefused", "timedOut"];
const $ = (id) => document.getElementById(id);

let status = null;
let selected = decodeURIComponent(location.hash.slice(1)) || null;

async function ask(path, method, body) {
  const response = await fetch(path, method ? { method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) } : {});
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.message ?? `HTTP ${response.status}`);
  return answer;
}

/** Keeps elements by key, so that focus and scrolling survive an update. */
function keep(list, items, keyOf, make, update) {
  const known = new Map([...list.children].map((e) => [e.dataset.key, e]));
  const wanted = items.map((item) => {
    const key = keyOf(item);
    const element = known.get(key) ?? make(item);
    element.dataset.key = key;
    update(element, item);
    known.delete(key);
    return element;
  });
  for (const gone of known.values()) gone.remove();
  wanted.forEach((element, index) => {
    if (list.children[index] !== element) list.insertBefore(element, list.children[index] ?? null);
  });
}

function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function create(tag, className = "", ...children) {
  const element = document.createElement(tag);
  element.className = className;
  element.append(...children);
  return element;
}

function stateOf(device) {
  if (!device.agentRunning) return ["bad", "agent not running"];
  if (device.faults.network) return ["bad", "network down"];
  if (!device.connected) return ["warn", "no control connection"];
  if (isTroubled(device)) return ["warn", `${device.health.split(":")[0]} in trouble`];
  return ["good", "online"];
}

function isTroubled(device) {
  return Boolean(device.health) && device.health !== "ok";
}

/** What the device says is wrong now; else the last thing that was. */
function complaintOf(device) {
  if (isTroubled(device)) return device.health;
  return device.lastError ? `Last trouble: ${device.lastError}` : "";
}

function left(expiration) {
  if (!expiration) return "none yet";
  const seconds = Math.round((Date.parse(expiration) - Date.now()) / 1000);
  if (seconds <= 0) return "expired";
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), seconds % 60];
  return h ? `in ${h} h ${m} min` : m ? `in ${m} min` : `in ${s} s`;
}

function degrees(reading) {
  return typeof reading?.temperature === "number" ? `${reading.temperature.toFixed(1)} °C` : "–";
}

function percent(reading) {
  return typeof reading?.humidity === "number" ? `${reading.humidity.toFixed(1)} %` : "–";
}

function showTotals({ devices, jobs }) {
  const total = (of) => devices.reduce((sum, d) => sum + of(d), 0);
  const figures = [
    [devices.filter((d) => d.connected).length + " / " + devices.length, "connected"],
    [total((d) => d.rows).toLocaleString("en"), "readings stored"],
    [total((d) => d.rowsPerSecond).toFixed(1), "a second"],
    [jobs.filter((j) => j.status === "IN_PROGRESS").length, "jobs running"],
  ];
  keep($("totals"), figures, (f) => f[1], () => create("li", "", create("b"), " ", create("span")), (li, [figure, name]) => {
    put(li.children[0], String(figure));
    put(li.children[1], name);
  });
}

function showThings(devices) {
  keep($("things"), devices, (d) => d.thingName, makeCard, (li, device) => {
    const [kind, words] = stateOf(device);
    const card = li.firstChild;
    card.className = `thing-card ${kind}`;
    card.setAttribute("aria-pressed", String(device.thingName === selected));
    put(card.querySelector(".name"), device.thingName);
    put(card.querySelector(".reading"), `${degrees(device.lastReading)} · ${percent(device.lastReading)}`);
    put(card.querySelector(".sub"), `${device.roleAlias ?? "no role alias yet"} · ${words}`);
  });
}

function makeCard(device) {
  const card = create("button", "thing-card", create("span", "line", create("span", "name"), create("span", "reading")), create("span", "sub"));
  card.type = "button";
  card.addEventListener("click", () => select(device.thingName));
  return create("li", "", card);
}

function select(thing) {
  selected = thing;
  history.replaceState(null, "", `#${encodeURIComponent(thing)}`);
  put($("outcome"), "");
  refresh();
}

function showThing(device) {
  $("thing").hidden = !device;
  if (!device) return;
  const [kind, words] = stateOf(device);
  put($("thing-title"), device.thingName);
  $("thing-state").className = `badge ${kind}`;
  put($("thing-state"), words);
  $("thing-complaint").hidden = !complaintOf(device);
  put($("thing-complaint"), complaintOf(device));
  const facts = [
    ["Active role alias", device.roleAlias ?? "–"],
    ["Credentials expire", left(device.credentialExpiration)],
    ["Waiting in the spool", device.spoolReadings ?? "–"],
    ["Readings in the table", `${device.rows.toLocaleString("en")} (${device.rowsPerSecond.toFixed(1)}/s)`],
    ["Last reading", device.lastReading ? device.lastReading.timestamp.slice(0, 19).replace("T", " ") : "–"],
    ["Certificate", device.certificateId ? device.certificateId.slice(0, 8) + "…" : "–"],
  ];
  keep($("thing-facts"), facts, (f) => f[0], ([name]) => create("div", "", create("dt", "", name), create("dd")), (div, [, value]) => put(div.lastChild, String(value)));
  put($("now-temperature"), degrees(device.lastReading));
  put($("now-humidity"), percent(device.lastReading));
  for (const input of $("faults").querySelectorAll("input")) {
    if (!input.disabled) input.checked = device.faults[input.name];
  }

  showChange(device.change);
}

/** How far the last change has come: the steps, then the outcome in words. */
function showChange(change) {
  const over = change?.outcome;
  const reached = over === "applied" ? STEPS.length
    : over === "rolledBack" ? STEPS.indexOf("probation")
    : over ? STEPS.indexOf(PROOF_CODES.includes(change.code) ? "proving" : "fetching")
    : STEPS.indexOf(change?.step);
  keep($("steps"), change ? STEPS : [], (s) => s, (s) => create("li", "", s), (li, step) => {
    const index = STEPS.indexOf(step);
    li.className = index < reached ? "done" : index === reached ? (over && over !== "applied" ? "failed" : "now") : "";
  });
  if (!change) return;
  const subject = `${{ roleAlias: "Role alias", "rotate-role-alias": "Job" }[change.operation] ?? change.operation} ${change.reference ?? ""}`.trim();
  const outcome = $("outcome");
  outcome.className = `outcome ${over === "applied" ? "good" : over ? "bad" : ""}`;
  put(outcome, !over ? `${subject}: ${change.step ?? "waiting for the agent"} …`
    : over === "applied" ? `${subject}: applied`
    : `${subject}: ${over === "rolledBack" ? "rolled back" : "rejected"} (${change.code}). ${change.reason ?? ""}`);
}

function showAliases(aliases) {
  for (const list of [$("rotate-alias"), $("all-alias")]) keep(list, aliases, (a) => a, (a) => create("option", "", a), () => {});
}

function showJobs(jobs) {
  keep($("jobs"), jobs, (j) => j.jobId, makeJob, (li, job) => {
    put(li.querySelector(".name"), job.jobId);
    const badge = li.querySelector(".badge");
    badge.className = `badge ${{ COMPLETED: "good", CANCELED: "bad" }[job.status] ?? "warn"}`;
    put(badge, job.status.toLowerCase().replace("_", " "));
    put(li.querySelector("small"), `${job.description ?? ""}`);
    const bar = li.querySelector(".bar");
    for (const [index, name] of ["succeeded", "inProgress", "failed", "ended"].entries()) bar.children[index].style.width = `${(100 * job[name]) / Math.max(1, job.targets)}%`;
    put(li.querySelector(".counts"), `${job.succeeded} succeeded, ${job.inProgress} in progress, ${job.failed} failed, ${job.ended} cancelled, of ${job.targets}`);
  });
}

function makeJob() {
  const bar = create("div", "bar", ...["succeeded", "inProgress", "failed", "ended"].map((name) => create("i", name)));
  return create("li", "", create("div", "line", create("span", "name"), create("span", "badge"), create("small")), bar, create("small", "counts"));
}

async function refresh() {
  try {
    status = await ask("status");
    const device = status.devices.find((d) => d.thingName === selected) ?? status.devices[0];
    selected = device?.thingName ?? null;
    showTotals(status);
    showThings(status.devices);
    showAliases(status.roleAliases);
    showThing(device);
    showJobs(status.jobs);
    if (device) {
      const readings = await ask(`things/${encodeURIComponent(device.thingName)}/readings`);
      drawChart($("chart"), readings);
    }

    $("lost").hidden = true;
  } catch {
    $("lost").hidden = false;
  }
}

async function run() {
  await refresh();
  setTimeout(run, INTERVAL);
}

/** Sends what a form asks for and says how that went. */
async function submit(button, outcome, send) {
  button.disabled = true;
  try {
    outcome.className = "outcome";
    put(outcome, await send());
  } catch (error) {
    outcome.className = "outcome bad";
    put(outcome, error.message);
  } finally {
    button.disabled = false;
    refresh();
  }
}

$("rotate").addEventListener("submit", (event) => {
  event.preventDefault();
  submit(event.submitter, $("outcome"), async () => {
    await ask(`things/${encodeURIComponent(selected)}/role-alias`, "PUT", { roleAlias: $("rotate-alias").value });
    return "Asked for; waiting for the agent …";
  });
});

$("rotate-all").addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.target;
  submit(event.submitter, $("all-outcome"), async () => {
    const job = await ask("jobs", "POST", {
      roleAlias: form.roleAlias.value,
      perMinute: Number(form.perMinute.value),
      abortPercentage: Number(form.abortPercentage.value),
      abortAfter: Number(form.abortAfter.value),
    });
    return `Created ${job.jobId}.`;
  });
});

$("faults").addEventListener("change", async (event) => {
  const input = event.target;
  input.disabled = true;
  try {
    await ask(`things/${encodeURIComponent(selected)}/faults`, "PUT", { [input.name]: input.checked });
  } catch (error) {
    $("thing-complaint").hidden = false;
    put($("thing-complaint"), error.message);
  } finally {
    input.disabled = false;
    refresh();
  }
});

run();
