import { drawChart, format } from "./chart.js";

const INTERVAL = 1000;
const STEPS = ["fetching", "proving", "committed", "probation", "applied"];
/** The refusals that come out of the proof; all others come before it. */
const PROOF_CODES = ["writesDenied", "tableUnusable", "credentialsRefused", "timedOut"];
/** How long a thing takes to carry out a rotation and to say so: some seconds to fetch, to prove and to wait for the probation's end. */
const VERDICT_SECONDS = 15;
const DAY = 86_400_000;
const MOST_TROUBLES = 5;
/** With so few things there is nothing to look for. */
const FEW_THINGS = 5;
/** What the charts begin with where the readings have it, and the units of what is known. */
const PREFERRED = { left: "temperature", right: "humidity" };
const UNITS = { temperature: " °C", humidity: " %" };
const $ = (id) => document.getElementById(id);

/** Which things are listed, by what a person calls them. */
const STATES = {
  "all things": () => true,
  "in trouble": (device) => Boolean(device.trouble),
  "down": (device) => stateOf(device)[0] === "bad",
  "behind": isBehind,
  "readings waiting": (device) => device.spoolReadings > 0,
  "online": (device) => stateOf(device)[0] === "good",
};
/** In which order; equals stay in the order of their names. */
const ORDERS = {
  "by name": () => 0,
  "worst first": (device) => ({ bad: 0, warn: 1, good: 2 })[stateOf(device)[0]],
  "most waiting": (device) => -(device.spoolReadings ?? 0),
  "longest silent": (device) => Date.parse(device.lastArrival) || 0,
  "by role alias": (device) => device.roleAlias ?? "",
};

let status = null;
/** The attributes that the viewer chose for the axes; null: those of PREFERRED. */
const chosen = { left: null, right: null };
/** The jobs whose cards are open, with what is known of their executions. */
const opened = new Map();
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
  if (device.faults.network) return ["bad", "network down"];
  if (!device.agentRunning) return ["bad", device.lastRequest ? `no agent since ${clock(device.lastRequest)}` : "no agent yet"];
  if (device.trouble) return ["warn", "in trouble"];
  if (!device.connected) return ["warn", "no control connection"];
  if (isBehind(device)) return ["warn", `behind: ${device.wantedRoleAlias} wanted`];
  return ["good", "online"];
}

/** Whether a thing has another role alias than the shadow or the newest job wants of it. */
function isBehind(device) {
  return Boolean(device.wantedRoleAlias) && device.wantedRoleAlias !== device.roleAlias;
}

function complaintOf({ trouble }) {
  return trouble ? `Since ${clock(trouble.since)}: ${trouble.text}` : "";
}

/** As the terminal and the agents' logs write it. */
function clock(time) {
  return `${new Date(time).toISOString().slice(11, 19)} UTC`;
}

function left(expiration) {
  if (!expiration) return "none yet";
  const seconds = Math.round((Date.parse(expiration) - Date.now()) / 1000);
  if (seconds <= 0) return "expired";
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), seconds % 60];
  return h ? `in ${h} h ${m} min` : m ? `in ${m} min` : `in ${s} s`;
}

/** The attributes on the two axes, for readings that have these; null where there is none. */
function seriesOf(names) {
  const pick = (side, others) =>
    names.find((n) => n === chosen[side]) ?? (chosen[side] === "" ? null : names.find((n) => n.toLowerCase() === PREFERRED[side] && !others.includes(n)) ?? names.find((n) => !others.includes(n)) ?? null);
  const left = pick("left", []);
  return { left, right: pick("right", [left]) };
}

function valueOf(reading, name) {
  const value = reading?.values[name];
  return typeof value === "number" ? format(value) + (UNITS[name.toLowerCase()] ?? "") : "–";
}

function summaryOf(reading) {
  if (!reading) return "–";
  const series = seriesOf(Object.keys(reading.values));
  return [series.left, series.right].filter(Boolean).map((name) => valueOf(reading, name)).join(" · ") || "–";
}

/** Whether a reading was made long before it arrived, as those of a recording are. */
function isRecorded(device) {
  const made = Date.parse(device.lastReading?.timestamp);
  return Math.abs((device.lastArrival ? Date.parse(device.lastArrival) : Date.now()) - made) > DAY;
}

function countBy(items, of) {
  const counts = new Map();
  for (const item of items) counts.set(of(item), (counts.get(of(item)) ?? 0) + 1);
  return [...counts].map(([name, count]) => `${count} ${name}`).join(", ") || "–";
}

function showFacts(list, facts) {
  keep(list, facts, (f) => f[0], ([name]) => create("div", "", create("dt", "", name), create("dd", "", create("span"), create("small"))), (div, [, value, note]) => {
    put(div.lastChild.firstChild, String(value));
    put(div.lastChild.lastChild, note ?? "");
  });
}

function showFleet({ devices }) {
  showFacts($("fleet-facts"), [
    ["Things", countBy(devices, (d) => ({ good: "online", warn: "in trouble", bad: "down" })[stateOf(d)[0]])],
    ["Active role aliases", countBy(devices, (d) => d.roleAlias ?? "without one yet")],
    ["Behind", devices.filter(isBehind).length.toLocaleString("en"), "have another role alias than was asked for"],
    ["Waiting in the spools", devices.reduce((sum, d) => sum + (d.spoolReadings ?? 0), 0).toLocaleString("en")],
  ]);
  const troubled = devices.filter((d) => d.trouble);
  keep($("troubles"), troubled.slice(0, MOST_TROUBLES), (d) => d.thingName, makeTrouble, (li, device) => put(li.firstChild.firstChild, `${device.thingName}: ${complaintOf(device)}`));
}

function makeTrouble(device) {
  const button = create("button", "", create("span"));
  button.type = "button";
  button.addEventListener("click", () => select(device.thingName));
  return create("li", "", button);
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

/** The things that the viewer looks for, in their order. */
function found(devices) {
  const { words, state, order } = $("finder");
  const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
  const isFound = (device) => {
    const text = [device.thingName, device.roleAlias, device.certificateId, stateOf(device)[1], complaintOf(device)].join(" ").toLowerCase();
    return wanted.every((word) => text.includes(word)) && (STATES[state.value] ?? STATES["all things"])(device);
  };
  const rank = ORDERS[order.value] ?? ORDERS["by name"];
  return devices.filter(isFound).map((device) => [rank(device), device])
    .sort(([a, first], [b, second]) => (a < b ? -1 : a > b ? 1 : first.thingName.localeCompare(second.thingName, "en", { numeric: true }))).map(([, device]) => device);
}

function showThings(devices) {
  $("finder").hidden = devices.length <= FEW_THINGS;
  const shown = $("finder").hidden ? devices : found(devices);
  put($("found"), shown.length === devices.length ? `${devices.length} things` : `${shown.length} of ${devices.length} things`);
  keep($("things"), shown, (d) => d.thingName, makeCard, (li, device) => {
    const [kind, words] = stateOf(device);
    const card = li.firstChild;
    card.className = `thing-card ${kind}`;
    card.setAttribute("aria-pressed", String(device.thingName === selected));
    put(card.querySelector(".name"), device.thingName);
    put(card.querySelector(".reading"), summaryOf(device.lastReading));
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
  put($("rotate-note"), "");
  refresh().then(() => {
    // Where the columns stand one below the other, what was asked for is out of sight.
    if ($("thing").getBoundingClientRect().top > innerHeight / 2) $("thing").scrollIntoView({ block: "start" });
  });
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
  showFacts($("thing-facts"), [
    ["Active role alias", device.roleAlias ?? "–"],
    ["Credentials expire", left(device.credentialExpiration)],
    ["Waiting in the spool", device.spoolReadings ?? "–"],
    ["Readings in the table", `${device.rows.toLocaleString("en")} (${device.rowsPerSecond.toFixed(1)}/s)`],
    ["Last reading", device.lastReading ? device.lastReading.timestamp.slice(0, 19).replace("T", " ") : "–", arrivalOf(device)],
    ["Certificate", device.certificateId ? device.certificateId.slice(0, 8) + "…" : "–"],
  ]);
  offer($("rotate-alias"), status.roleAliases, (alias) => alias === device.roleAlias, () => "active", device.thingName);
  for (const input of $("faults").querySelectorAll("input")) {
    if (!input.disabled) input.checked = device.faults[input.name];
  }

  showChange(device.change);
}

function arrivalOf(device) {
  if (!device.lastReading) return "";
  const arrived = device.lastArrival ? `arrived ${clock(device.lastArrival)}` : "arrived before this start";
  return isRecorded(device) ? `the recording's time; ${arrived}` : arrived;
}

function showChart(device, readings) {
  const names = [...new Set(readings.flatMap((r) => Object.keys(r.values)))].sort();
  const series = seriesOf(names);
  for (const side of ["left", "right"]) {
    const list = $(`series-${side}`);
    keep(list, side === "right" ? [...names, ""] : names, (n) => n, (n) => new Option(n || "none", n), () => {});
    if (document.activeElement !== list) list.value = series[side] ?? "";
    put($(`now-${side}`), series[side] ? valueOf(device.lastReading, series[side]) : "");
  }

  $("chart-note").hidden = !isRecorded(device);
  drawChart($("chart"), readings, series);
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

/** Offers the aliases, and proposes one that is not active: to rotate to the active one changes nothing. */
function offer(list, aliases, isActive, words, subject) {
  keep(list, aliases, (a) => a, (a) => new Option(a, a), (option, alias) => put(option, isActive(alias) ? `${alias} (${words(alias)})` : alias));
  const situation = `${subject} ${aliases.filter(isActive)}`;
  if (list.dataset.situation === situation || document.activeElement === list) return;
  list.dataset.situation = situation;
  if (isActive(list.value)) list.value = aliases.find((a) => !isActive(a)) ?? list.value;
}

function showRollout({ devices, roleAliases }) {
  const holders = (alias) => devices.filter((d) => d.roleAlias === alias).length;
  offer($("all-alias"), roleAliases, (a) => devices.length > 0 && holders(a) === devices.length, () => "active everywhere", "all");
  const warning = warningOf($("rotate-all"), devices.length);
  $("all-warning").hidden = !warning;
  put($("all-warning"), warning);
}

/** That a job reaches more things before the first verdict than its abort criterion lets fail; empty when it does not. */
function warningOf(form, things) {
  const [perMinute, percentage, after] = [form.perMinute, form.abortPercentage, form.abortAfter].map((i) => Number(i.value));
  const begun = Math.min(things, 1 + Math.floor((perMinute * VERDICT_SECONDS) / 60));
  const bearable = Math.max(after, Math.ceil((things * percentage) / 100));
  if (begun <= bearable) return "";
  const slower = Math.max(1, Math.ceil((bearable * 60) / VERDICT_SECONDS) - 1);
  return `A verdict takes about ${VERDICT_SECONDS} s: at ${perMinute} a minute ${begun} of ${things} things have begun by then, and with a bad alias all of these fail before the job aborts. `
    + `At ${slower} a minute it stops after about ${bearable}.`;
}

function showJobs(jobs) {
  keep($("jobs"), jobs, (j) => j.jobId, makeJob, (li, job) => {
    put(li.querySelector(".name"), job.jobId);
    const badge = li.querySelector(".badge");
    badge.className = `badge ${{ COMPLETED: "good", CANCELED: "bad" }[job.status] ?? "warn"}`;
    put(badge, job.status.toLowerCase().replace("_", " "));
    put(li.querySelector("small"), [job.description, job.comment].filter(Boolean).join(" · "));
    const bar = li.querySelector(".bar");
    for (const [index, name] of ["succeeded", "inProgress", "failed", "ended"].entries()) bar.children[index].style.width = `${(100 * job[name]) / Math.max(1, job.targets)}%`;
    put(li.querySelector(".counts"), `${job.succeeded} succeeded, ${job.inProgress} in progress, ${job.failed} failed, ${job.ended} cancelled, of ${job.targets}`);
    put(li.querySelector(".reasons"), job.reasons.map((r) => `${r.count} × ${r.code}${r.reason ? `: ${r.reason}` : ""}`).join(" · "));
    keep(li.querySelector(".executions"), (opened.get(job.jobId) ?? []).toSorted((a, b) => rankOf(a) - rankOf(b)), (e) => e.thingName, () => create("li", "", create("b"), create("span", "badge"), create("span")), (row, execution) => {
      put(row.children[0], execution.thingName);
      row.children[1].className = `badge ${{ SUCCEEDED: "good", FAILED: "bad", REJECTED: "bad", TIMED_OUT: "bad" }[execution.status] ?? ""}`;
      put(row.children[1], execution.status.toLowerCase().replaceAll("_", " "));
      put(row.children[2], [execution.code, execution.reason].filter(Boolean).join(": "));
    });
  });
}

/** What went wrong is read first, then what is under way. */
function rankOf({ status }) {
  return { FAILED: 0, REJECTED: 0, TIMED_OUT: 0, IN_PROGRESS: 1, QUEUED: 2, SUCCEEDED: 4 }[status] ?? 3;
}

function makeJob(job) {
  const bar = create("div", "bar", ...["succeeded", "inProgress", "failed", "ended"].map((name) => create("i", name)));
  const summary = create("summary", "", create("div", "line", create("span", "name"), create("span", "badge"), create("small")), bar, create("small", "counts"), create("small", "reasons"));
  const details = create("details", "", summary, create("ul", "executions"));
  details.addEventListener("toggle", () => {
    if (details.open) opened.set(job.jobId, []);
    else opened.delete(job.jobId);
    refresh();
  });
  return create("li", "", details);
}

async function askExecutions(jobs) {
  for (const jobId of opened.keys()) {
    if (jobs.some((j) => j.jobId === jobId)) opened.set(jobId, await ask(`jobs/${encodeURIComponent(jobId)}/executions`));
    else opened.delete(jobId);
  }
}

async function refresh() {
  try {
    status = await ask("status");
    const device = status.devices.find((d) => d.thingName === selected) ?? status.devices[0];
    selected = device?.thingName ?? null;
    showTotals(status);
    showFleet(status);
    showThings(status.devices);
    showRollout(status);
    showThing(device);
    await askExecutions(status.jobs);
    showJobs(status.jobs);
    if (device) showChart(device, await ask(`things/${encodeURIComponent(device.thingName)}/readings`));

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
  submit(event.submitter, $("rotate-note"), async () => {
    const alias = $("rotate-alias").value;
    const device = status.devices.find((d) => d.thingName === selected);
    if (device?.roleAlias === alias && !isBehind(device)) return `${alias} is the active role alias already: nothing to rotate.`;
    await ask(`things/${encodeURIComponent(selected)}/role-alias`, "PUT", { roleAlias: alias });
    return "";
  });
});

$("rotate-all").addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.target;
  submit(event.submitter, $("all-outcome"), async () => {
    if (status.devices.every((d) => d.roleAlias === form.roleAlias.value && !isBehind(d))) return `${form.roleAlias.value} is the active role alias of every thing already: nothing to rotate.`;
    const job = await ask("jobs", "POST", {
      roleAlias: form.roleAlias.value,
      perMinute: Number(form.perMinute.value),
      abortPercentage: Number(form.abortPercentage.value),
      abortAfter: Number(form.abortAfter.value),
    });
    return `Created ${job.jobId}.`;
  });
});

$("rotate-all").addEventListener("input", () => showRollout(status));

for (const [name, choices] of [["state", STATES], ["order", ORDERS]]) $("finder")[name].append(...Object.keys(choices).map((choice) => new Option(choice)));
$("finder").addEventListener("input", () => showThings(status.devices));
$("finder").addEventListener("submit", (event) => event.preventDefault());

for (const side of ["left", "right"]) {
  $(`series-${side}`).addEventListener("change", (event) => {
    chosen[side] = event.target.value;
    event.target.blur();
    refresh();
  });
}

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
