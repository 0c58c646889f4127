// A person at the page of an agent, in Chromium that we did not write:
//   node device-page.mjs LINK THING [SCREENSHOT-FOLDER]
// LINK is what `device-agent page` prints. Looks at it on a desktop and on a phone, light and dark: state, readings, charts and log are there, nothing is cut,
// lies over something else or is too faint to read, nothing comes from elsewhere, and without the token nothing of the device is shown. Ends with 0 when
// everything was as it should be.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from 'playwright-core'

const [link, thing, folder] = process.argv.slice(2)
const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync)
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
const origin = new URL(link).origin
const problems = []

async function open(address, viewport, colorScheme) {
  // A context each: what one keeps, the other must not have.
  const context = await browser.newContext({ viewport, colorScheme })
  const page = await context.newPage()
  page.setDefaultTimeout(60_000)
  page.on('console', (message) => message.type() === 'error' && !/401|ERR_FAILED/.test(message.text()) && problems.push(message.text()))
  page.on('pageerror', (error) => problems.push(String(error)))
  page.on('request', (request) => request.url().startsWith('data:') || new URL(request.url()).origin === origin || problems.push(`foreign request ${request.url()}`))
  await page.goto(address)
  return page
}

// What a person would see at once: texts that stick out of their box or the window, boxes over boxes, too little contrast (WCAG AA: 4.5).
const flaws = (page) => page.evaluate(() => {
  const found = []
  const shown = (e) => e.getClientRects().length > 0
  if (document.documentElement.scrollWidth > innerWidth) found.push(`wider than the window: ${document.documentElement.scrollWidth} > ${innerWidth}`)
  for (const e of document.querySelectorAll('main *')) {
    if (!shown(e) || e.closest('svg')) continue
    const box = e.getBoundingClientRect()
    if (box.right > innerWidth + 0.5 || box.left < -0.5) found.push(`${e.tagName} ${e.textContent.slice(0, 30)} sticks out`)
    if (e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0 && getComputedStyle(e).display !== 'inline') found.push(`${e.tagName} ${e.textContent.slice(0, 30)} is cut`)
  }
  for (const text of document.querySelectorAll('svg text')) {
    const box = text.getBoundingClientRect(), around = text.ownerSVGElement.getBoundingClientRect()
    if (box.left < around.left - 1 || box.right > around.right + 1 || box.top < around.top - 1 || box.bottom > around.bottom + 1) found.push(`label ${text.textContent} is cut`)
  }
  const apart = (list) => list.forEach((a, i) => list.slice(i + 1).forEach((b) => {
    const [p, q] = [a.getBoundingClientRect(), b.getBoundingClientRect()]
    if (p.left < q.right - 1 && q.left < p.right - 1 && p.top < q.bottom - 1 && q.top < p.bottom - 1) found.push(`'${a.textContent.slice(0, 20)}' lies over '${b.textContent.slice(0, 20)}'`)
  }))
  for (const group of ['main > *', '#facts > div', '#readings > div', '#charts > figure']) apart([...document.querySelectorAll(group)].filter(shown))
  for (const svg of document.querySelectorAll('svg')) apart([...svg.querySelectorAll('text')])
  const rgb = (c) => c.match(/[\d.]+/g).map(Number)
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255).map((v) => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4).reduce((s, v, i) => s + v * [0.2126, 0.7152, 0.0722][i], 0)
  const behind = (e) => { for (let at = e; at; at = at.parentElement) { const c = rgb(getComputedStyle(at).backgroundColor); if (c.length < 4 || c[3] > 0) return c } return [255, 255, 255] }
  for (const e of document.querySelectorAll('main *')) {
    if (!shown(e) || ![...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim())) continue
    const style = getComputedStyle(e), [a, b] = [light(rgb(e.closest('svg') ? style.fill : style.color)), light(behind(e.closest('svg')?.parentElement ?? e))]
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
    if (contrast < 4.5) found.push(`${e.tagName} '${e.textContent.slice(0, 20)}' has a contrast of ${contrast.toFixed(1)}`)
  }
  return found
})

// A device in trouble, with the longest texts that there can be.
function ail(s) {
  const long = 'No IoT policy lets the certificate use the role alias (403 "Access Denied"), and averyveryverylongwordwithoutanyplacetobreakit_'.repeat(4)
  Object.assign(s.health, { uploads: false, problem: `credentials: ${long}`, seconds_since_upload: 12345 })
  s.credentials = { valid: false, expiration: null, age_seconds: null, next_refresh: null, fetching: false, last_failure: { message: long, remedy: long } }
  Object.assign(s.role_alias, { in_force: 'a'.repeat(128), configured: 'b'.repeat(128), phase: 'proving', candidate: 'c'.repeat(128), last_change: { role_alias: 'd'.repeat(128), result: 'rejected', code: 'writesDenied', reason: long } })
  Object.assign(s.upload, { mode: 'parked', reason: long, remedy: long, next_attempt_in_seconds: 110 })
  Object.assign(s.spool, { on_disk: false, memory_reason: long, dead_letters: 12, count: 1234567, oldest_age_seconds: 1e6 })
  s.control.problem = long
  s.last_problem = { time: s.time, level: 'error', component: 'upload', event: 2203, message: long }
  s.sensors = [{ name: 'x'.repeat(60), problem: long }]
  s.last_readings = Array.from({ length: 16 }, (_, i) => ({ serial_number: `${i}`.repeat(60), timestamp: s.time, ['n'.repeat(200)]: 1e300, text: '<img src=x onerror=alert(1)>'.repeat(9), list: [1, 2] }))
  return s
}

try {
  const stranger = await open(`${origin}/`, { width: 390, height: 844 }, 'light')
  await stranger.locator('#ask').waitFor()
  assert.ok(!(await stranger.locator('main').innerText()).includes(thing), 'without the token the thing is named')
  assert.deepEqual(await flaws(stranger), [])
  await stranger.locator('#token').fill(new URL(link).hash.slice(1))
  await stranger.locator('#ask button').click()
  await stranger.locator('#verdict.good').waitFor()

  const grounds = new Set()
  for (const [size, viewport] of [['desktop', { width: 1440, height: 900 }], ['phone', { width: 390, height: 844 }]]) {
    for (const scheme of ['light', 'dark']) {
      const page = await open(link, viewport, scheme)
      await page.locator('#verdict.good', { hasText: 'healthy' }).waitFor()
      assert.equal(await page.locator('#thing').textContent(), thing)
      assert.ok(!page.url().includes('#'), 'the token stays in the address')
      for (const name of ['Credentials', 'Role alias', 'Certificate', 'Upload', 'Spool', 'Data', 'Remote control', 'Source']) await page.locator('#facts dt', { hasText: name }).first().waitFor()
      await page.locator('#facts div', { hasText: 'Upload' }).filter({ hasText: /last upload .* ago/ }).waitFor()
      await page.locator('#readings li', { hasText: /Temperature [0-9.]+/ }).first().waitFor()
      await page.locator('#charts figure', { hasText: 'Waiting in the spool' }).locator('path.curve').waitFor()
      await page.locator('#charts figure', { hasText: 'Temperature' }).locator('path.curve').waitFor()
      await page.locator('#log li', { hasText: 'agent[2300]' }).first().waitFor({ state: 'attached' })
      if (size === 'desktop') {
        const chart = page.locator('#charts figure', { hasText: 'Temperature' })
        await chart.locator('svg').scrollIntoViewIfNeeded()
        const box = await chart.locator('svg').boundingBox()
        await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
        await chart.locator('figcaption span', { hasText: /\d\d:\d\d/ }).waitFor()
        await page.mouse.move(0, 0)
      }
      assert.deepEqual(await flaws(page), [], `${size}, ${scheme}`)
      grounds.add(await page.evaluate(() => getComputedStyle(document.body).backgroundColor))
      await page.locator('#problems').check()
      await page.locator('#log li').first().waitFor({ state: 'attached' })
      assert.equal(await page.locator('#log b', { hasText: 'info ' }).count(), 0)
      await page.locator('#problems').uncheck()
      if (folder) await page.screenshot({ path: join(folder, `device-page-${size}-${scheme}.png`), fullPage: true })
      await page.context().close()
    }
  }

  for (const [viewport, scheme] of [[{ width: 390, height: 844 }, 'dark'], [{ width: 1440, height: 900 }, 'light']]) {
    const page = await open('about:blank', viewport, scheme)
    let status = 'ill'
    await page.route('**/v1/status', async (route) => status === 'ill' ? route.fulfill({ json: ail(await (await route.fetch()).json()) }) : route.abort())
    await page.goto(link)
    await page.locator('#verdict.bad', { hasText: 'NOT uploading since' }).waitFor()
    await page.locator('#charts path.curve').first().waitFor()
    assert.deepEqual(await flaws(page), [], `in trouble, ${scheme}`)
    assert.equal(await page.locator('main img').count(), 0, 'a reading became an element of the page')
    if (scheme === 'dark') {
      status = 'gone'
      await page.locator('#stale', { hasText: 'No answer' }).waitFor()
      assert.deepEqual(await flaws(page), [], 'without an answer')
    }

    await page.context().close()
  }

  assert.equal(grounds.size, 2, 'light and dark look the same')
  assert.deepEqual(problems, [])
  console.log(`${thing}: state, readings, charts and log at 390 and 1440 pixels, light and dark`)
} finally {
  await browser.close()
}
