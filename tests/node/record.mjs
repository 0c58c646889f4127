// Records what a program shows on a terminal, as asciicast v2 and as an SVG that plays it:
//   node record.mjs OUT COLUMNS ROWS TITLE COMMAND      writes OUT.cast and OUT.svg
// COMMAND is given to sh on a terminal of its own (util-linux' script). The picture is made by xterm.js, a terminal that we did not write. Pauses are cut to
// three seconds, and a picture stands for a quarter of a second at least. Ends with the exit code of COMMAND.
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import xterm from '@xterm/headless'

const [out, columns, rows, title, command] = process.argv.slice(2)
const [width, height] = [Number(columns), Number(rows)]
const LONGEST_PAUSE = 3
const FRAME = 0.25
const LAST_FRAME = 5
const [CELL_WIDTH, CELL_HEIGHT, PADDING, TITLE_BAR] = [8.43, 18, 14, 30]
const PALETTE = ['#3b4252', '#f07178', '#8fd18a', '#f0c674', '#7aa6da', '#c397d8', '#70c0b1', '#d5dbe3', '#7c8794', '#ff8b92', '#a7e8a1', '#ffd98a', '#98c1ff', '#dcb6f0', '#8fe0d2', '#ffffff']
const [GROUND, INK] = ['#12181f', '#d5dbe3']

const child = spawn('script', ['-qfec', `stty cols ${width} rows ${height}; ${command}`, '/dev/null'], {
  stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, TERM: 'xterm-256color', COLUMNS: columns, LINES: rows },
})
const began = process.hrtime.bigint()
const events = []
let clock = 0
let before = 0
child.stdout.setEncoding('utf8')
child.stdout.on('data', (text) => {
  const now = Number(process.hrtime.bigint() - began) / 1e9
  clock += Math.min(now - before, LONGEST_PAUSE)
  before = now
  events.push([clock, text])
})
const code = await new Promise((resolve) => child.on('close', resolve))

const header = { version: 2, width, height, title, env: { TERM: 'xterm-256color' } }
writeFileSync(`${out}.cast`, [header, ...events.map(([at, text]) => [Number(at.toFixed(3)), 'o', text])].map((line) => JSON.stringify(line)).join('\n') + '\n')

const terminal = new xterm.Terminal({ cols: width, rows: height, allowProposedApi: true, scrollback: 0, convertEol: false })
const frames = []
for (const [index, [at, text]] of events.entries()) {
  await new Promise((resolve) => terminal.write(text, resolve))
  // What follows at once belongs to the same picture.
  if (events[index + 1]?.[0] - at < 0.02) continue
  const lines = screen()
  const last = frames.at(-1)
  if (last && last.lines.join('\n') === lines.join('\n')) continue
  if (last && at - last.at < FRAME) last.lines = lines
  else frames.push({ at, lines })
}
writeFileSync(`${out}.svg`, picture())
console.log(`${out}.svg: ${frames.length} pictures, ${Math.round(clock)} s, exit code ${code}`)
process.exitCode = code

/** Each line as runs of the same look: SVG. */
function screen() {
  const { active } = terminal.buffer
  return Array.from({ length: height }, (_, y) => {
    const line = active.getLine(active.viewportY + y)
    const runs = []
    for (let x = 0; x < width; x++) {
      const cell = line?.getCell(x)
      if (!cell || cell.getWidth() === 0) continue
      const look = lookOf(cell)
      const text = cell.getChars() || ' '
      if (runs.at(-1)?.look === look) runs.at(-1).text += text
      else runs.push({ x, look, text })
    }
    return runs.filter((run) => run.text.trim() || run.look.includes('ground')).map(({ x, look, text }) => runOf(x, look, text.trimEnd() || text)).join('')
  })
}

function lookOf(cell) {
  let [ink, ground] = [colourOf(cell, 'Fg'), colourOf(cell, 'Bg')]
  if (cell.isInverse()) [ink, ground] = [ground ?? GROUND, ink ?? INK]
  return [ink && `fill="${ink}"`, cell.isBold() && 'font-weight="bold"', cell.isDim() && 'opacity=".6"', ground && `ground="${ground}"`].filter(Boolean).join(' ')
}

function colourOf(cell, side) {
  if (cell[`is${side}Default`]()) return null
  const value = cell[`get${side}Color`]()
  if (cell[`is${side}RGB`]()) return `#${value.toString(16).padStart(6, '0')}`
  if (value < 16) return PALETTE[value]
  if (value >= 232) return `#${(8 + (value - 232) * 10).toString(16).padStart(2, '0').repeat(3)}`
  const level = (n) => (n ? 55 + n * 40 : 0).toString(16).padStart(2, '0')
  return `#${level(Math.floor((value - 16) / 36))}${level(Math.floor((value - 16) / 6) % 6)}${level((value - 16) % 6)}`
}

function runOf(x, look, text) {
  const ground = /ground="([^"]*)"/.exec(look)?.[1]
  const left = (PADDING + x * CELL_WIDTH).toFixed(1)
  const span = (text.length * CELL_WIDTH).toFixed(1)
  const box = ground ? `<rect x="${left}" y="-13.5" width="${span}" height="${CELL_HEIGHT}" fill="${ground}"/>` : ''
  // The length is given, so that any monospaced font fits.
  return `${box}<text x="${left}" textLength="${span}" lengthAdjust="spacingAndGlyphs" ${look.replace(/ ?ground="[^"]*"/, '')}>${escape(text)}</text>`
}

function escape(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** Every line that differs is defined once; a picture is a list of lines; the pictures stand side by side and pass by. */
function picture() {
  const [w, h] = [Math.ceil(width * CELL_WIDTH + 2 * PADDING), height * CELL_HEIGHT + TITLE_BAR + 2 * PADDING]
  const ends = frames.map((frame, i) => frames[i + 1]?.at ?? frame.at + LAST_FRAME)
  const [start, end] = [frames[0].at, ends.at(-1)]
  const names = new Map()
  const shown = frames.map(({ lines }, i) => {
    const uses = lines.map((line, y) => {
      if (!line) return ''
      if (!names.has(line)) names.set(line, `l${names.size}`)
      return `<use href="#${names.get(line)}" y="${TITLE_BAR + PADDING + 13.5 + y * CELL_HEIGHT}"/>`
    })
    return `<g transform="translate(${i * w})">${uses.join('')}</g>`
  })
  const steps = frames.map(({ at }, i) => `${((100 * (at - start)) / (end - start)).toFixed(3)}%{transform:translateX(${-i * w}px)}`)
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${w} ${h}" width="${w}" height="${h}" fill="${INK}" role="img">
<title>${escape(title)}</title>
<style>
text{font:14px ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace;white-space:pre}
#film{animation:pass ${(end - start).toFixed(2)}s step-end infinite}
@keyframes pass{${steps.join('')}100%{transform:translateX(${-(frames.length - 1) * w}px)}}
@media (prefers-reduced-motion:reduce){#film{animation:none;transform:translateX(${-(frames.length - 1) * w}px)}}
</style>
<defs>${[...names].map(([line, id]) => `<g id="${id}">${line}</g>`).join('\n')}</defs>
<rect width="${w}" height="${h}" rx="8" fill="${GROUND}"/>
<circle cx="20" cy="16" r="5" fill="#f07178"/><circle cx="38" cy="16" r="5" fill="#f0c674"/><circle cx="56" cy="16" r="5" fill="#8fd18a"/>
<text x="${w / 2}" y="20" text-anchor="middle" opacity=".7">${escape(title.length > 80 ? `${title.slice(0, 79)}…` : title)}</text>
<svg width="${w}" height="${h}"><g id="film">
${shown.join('\n')}
</g></svg>
</svg>
`
}
