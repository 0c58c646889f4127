// One or two lines over the time of the readings, one with the left axis, one with the right. Plain SVG.

const NS = "http://www.w3.org/2000/svg";
const PAD = { left: 56, right: 56, top: 10, bottom: 22 };

/** How a number of a reading is written: a few digits, whatever its size. */
export function format(value) {
  return Number.isInteger(value) ? String(value) : Math.abs(value) >= 10 ? value.toFixed(1) : String(Number(value.toPrecision(3)));
}

/** `series` are the two attributes: { left, right }; null for none. */
export function drawChart(svg, readings, series) {
  const { width, height } = svg.getBoundingClientRect();
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.replaceChildren();
  const points = readings.map((r) => ({ at: Date.parse(r.timestamp), left: r.values[series.left], right: r.values[series.right] })).filter((p) => !Number.isNaN(p.at));
  if (points.length < 2) {
    text(svg, width / 2, height / 2, points.length ? "one reading so far" : "no readings yet", "middle");
    return;
  }

  const x = scale(points[0].at, points.at(-1).at, PAD.left, width - PAD.right);
  for (const side of ["left", "right"]) {
    const shown = points.filter((p) => typeof p[side] === "number");
    if (shown.length === 0) continue;
    const ticks = niceTicks(Math.min(...shown.map((p) => p[side])), Math.max(...shown.map((p) => p[side])), 4);
    const y = scale(ticks[0], ticks.at(-1), height - PAD.bottom, PAD.top);
    for (const tick of ticks) {
      if (side === "left") element(svg, "line", { x1: PAD.left, x2: width - PAD.right, y1: y(tick), y2: y(tick), class: "grid" });
      text(svg, side === "left" ? PAD.left - 6 : width - PAD.right + 6, y(tick) + 4, String(Number(tick.toPrecision(6))), side === "left" ? "end" : "start");
    }

    element(svg, "path", { class: side, d: shown.map((p, i) => `${i ? "L" : "M"}${x(p.at).toFixed(1)} ${y(p[side]).toFixed(1)}`).join("") });
    const last = shown.at(-1);
    element(svg, "circle", { class: side, cx: x(last.at), cy: y(last[side]), r: 3.5 });
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
  const span = Math.max(max - min, Math.abs(max) * 0.01) || 1;
  const rough = span / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough);
  const ticks = [];
  for (let tick = Math.floor(min / step) * step; tick < max + step * 0.999; tick += step) ticks.push(tick);
  return ticks;
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
