// Two lines over the time of the readings: temperature on the left axis, humidity on the right one. Plain SVG.

const NS = "http://www.w3.org/2000/svg";
const PAD = { left: 40, right: 40, top: 10, bottom: 22 };

export function drawChart(svg, readings) {
  const { width, height } = svg.getBoundingClientRect();
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.replaceChildren();
  const points = readings.map((r) => ({ at: Date.parse(r.timestamp), temperature: r.temperature, humidity: r.humidity })).filter((p) => !Number.isNaN(p.at));
  if (points.length < 2) {
    text(svg, width / 2, height / 2, points.length ? "one reading so far" : "no readings yet", "middle");
    return;
  }

  const x = scale(points[0].at, points.at(-1).at, PAD.left, width - PAD.right);
  const lines = [
    { name: "temperature", unit: "°", side: "left" },
    { name: "humidity", unit: "%", side: "right" },
  ];
  for (const line of lines) {
    const shown = points.filter((p) => typeof p[line.name] === "number");
    if (shown.length === 0) continue;
    const ticks = niceTicks(Math.min(...shown.map((p) => p[line.name])), Math.max(...shown.map((p) => p[line.name])), 4);
    const y = scale(ticks[0], ticks.at(-1), height - PAD.bottom, PAD.top);
    for (const tick of ticks) {
      if (line.side === "left") element(svg, "line", { x1: PAD.left, x2: width - PAD.right, y1: y(tick), y2: y(tick), class: "grid" });
      text(svg, line.side === "left" ? PAD.left - 6 : width - PAD.right + 6, y(tick) + 4, format(tick) + line.unit, line.side === "left" ? "end" : "start");
    }

    element(svg, "path", { class: line.name, d: shown.map((p, i) => `${i ? "L" : "M"}${x(p.at).toFixed(1)} ${y(p[line.name]).toFixed(1)}`).join("") });
    const last = shown.at(-1);
    element(svg, "circle", { class: line.name, cx: x(last.at), cy: y(last[line.name]), r: 3.5 });
  }

  text(svg, PAD.left, height - 6, clock(points[0].at), "start");
  text(svg, width - PAD.right, height - 6, clock(points.at(-1).at), "end");
}

function scale(from, to, low, high) {
  const span = to - from || 1;
  return (value) => low + ((value - from) / span) * (high - low);
}

/** Round values around the range, a few steps apart; a flat line gets some room. */
function niceTicks(min, max, count) {
  const span = Math.max(max - min, Math.abs(max) * 0.01, 0.5);
  const rough = span / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough);
  const ticks = [];
  for (let tick = Math.floor(min / step) * step; tick < max + step * 0.999; tick += step) ticks.push(tick);
  return ticks;
}

function format(value) {
  return Number(value.toFixed(2)).toString();
}

function clock(at) {
  return new Date(at).toISOString().slice(0, 16).replace("T", " ");
}

function text(svg, x, y, content, anchor) {
  element(svg, "text", { x, y, "text-anchor": anchor }).textContent = content;
}

function element(svg, name, attributes) {
  const made = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  svg.append(made);
  return made;
}
