// A person at the testbed's page, in Chromium that we did not write:
//   node page.mjs URL THING ALIAS [SCREENSHOT-FOLDER]
// Rotates the role alias of THING to ALIAS by the page and sees it proven and committed, then to one that may not write and sees it refused,
// charts another attribute, breaks and mends its network and its writes, rotates all things by a job and looks at their outcomes, on a desktop
// and on a phone; then looks for things in a fleet of 200. Ends with 0 when everything was as it should be.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from 'playwright-core'

const [url, thing, alias, folder] = process.argv.slice(2)
const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync)
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
const patience = 120_000

async function open(viewport, colorScheme) {
  const page = await browser.newPage({ viewport, colorScheme })
  page.setDefaultTimeout(patience)
  page.problems = []
  page.on('console', (message) => message.type() === 'error' && page.problems.push(message.text()))
  page.on('pageerror', (error) => page.problems.push(String(error)))
  page.on('request', (request) => new URL(request.url()).origin === new URL(url).origin || page.problems.push(`foreign request ${request.url()}`))
  await page.goto(`${url}#${thing}`)
  await page.locator('#thing-title', { hasText: thing }).waitFor()
  await page.locator('#chart path.left').waitFor()
  return page
}

/** The fleet of the testbed as if it had 200 things: one down, three behind, one in trouble with a long story. */
async function pretendFleet(page) {
  await page.route('**/status', async (route) => {
    const response = await route.fetch()
    const status = await response.json()
    const [one] = status.devices
    status.devices = Array.from({ length: 200 }, (_, i) => ({
      ...one, thingName: `thermostat-${i + 1}`, trouble: null, wantedRoleAlias: one.roleAlias, connected: true, agentRunning: true, spoolReadings: 0, faults: { ...one.faults, network: i === 41 },
    }))
    for (const i of [6, 7, 8]) status.devices[i].wantedRoleAlias = 'device-agent-of-another-time'
    Object.assign(status.devices[99], { spoolReadings: 12345, trouble: { since: new Date().toISOString(), text: `ProvisionedThroughputExceededException: ${'the-rate-'.repeat(60)}` } })
    await route.fulfill({ response, json: status })
  })
  await page.route('**/things/*/readings', (route) => route.continue({ url: `${url}things/${thing}/readings` }))
  await page.goto('about:blank')
  await page.goto(`${url}#thermostat-100`)
  await page.locator('#found', { hasText: '200 things' }).waitFor()
}

const names = (page) => page.locator('#things .name').allTextContents()

/** What is cut off, lies over something else, or out of the window. */
const misplaced = (page) => page.evaluate(() => {
  const found = []
  const called = (e) => `${e.tagName.toLowerCase()}${e.id ? `#${e.id}` : ''}.${e.className} "${(e.textContent ?? '').trim().slice(0, 30)}"`
  const visible = new Set([...document.querySelectorAll('body *')].filter((e) => e.checkVisibility() && !e.closest('svg') && e.getClientRects().length))
  for (const e of visible) {
    const style = getComputedStyle(e)
    const box = e.getBoundingClientRect()
    if (style.position === 'absolute' || box.width === 0) continue
    if (box.right > innerWidth + 1 || box.left < -1) found.push(`out of the window: ${called(e)}`)
    if (style.overflowX === 'visible' && style.display !== 'inline' && e.scrollWidth > e.clientWidth + 1 && !e.closest('select')) found.push(`wider than its place: ${called(e)}`)
    const siblings = [...(e.parentElement?.children ?? [])].filter((s) => s !== e && visible.has(s) && getComputedStyle(s).position !== 'absolute')
    for (const s of siblings) {
      const other = s.getBoundingClientRect()
      const [x, y] = [Math.min(box.right, other.right) - Math.max(box.left, other.left), Math.min(box.bottom, other.bottom) - Math.max(box.top, other.top)]
      if (x > 2 && y > 2 && style.display !== 'inline' && getComputedStyle(s).display !== 'inline') found.push(`lies over ${called(s)}: ${called(e)}`)
    }
  }
  return found.slice(0, 10)
})

async function shoot(page, name) {
  if (folder) await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true })
}

async function rotate(page, to) {
  await page.selectOption('#rotate-alias', to)
  await page.locator('#rotate button').click()
}

const fact = (page, name) => page.locator('#thing-facts div', { hasText: name }).locator('dd')

try {
  const desktop = await open({ width: 1280, height: 900 }, 'light')
  await desktop.locator('#thing-state.good').waitFor()
  assert.match(await desktop.locator('#now-left').textContent(), /^\d+(\.\d)? °C$/)
  assert.match(await desktop.locator('#now-right').textContent(), /^\d+(\.\d)? %$/)
  await fact(desktop, 'Last reading').filter({ hasText: /^2015-02-.*the recording's time; arrived [0-9:]{8} UTC$/ }).waitFor()
  assert.notEqual(await desktop.locator('#rotate-alias').inputValue(), await fact(desktop, 'Active role alias').textContent())

  await desktop.selectOption('#series-left', 'CO2')
  await desktop.locator('#now-left', { hasText: /^\d+(\.\d)?$/ }).waitFor()
  await desktop.selectOption('#series-right', '')
  await desktop.locator('#chart path.right').waitFor({ state: 'detached' })

  await rotate(desktop, alias)
  await desktop.locator('#outcome.good', { hasText: `${alias}: applied` }).waitFor()
  await fact(desktop, 'Active role alias').filter({ hasText: alias }).waitFor()
  assert.equal(await desktop.locator('#steps li.done').count(), await desktop.locator('#steps li').count())
  await shoot(desktop, 'desktop')

  await rotate(desktop, 'device-agent-readonly')
  await desktop.locator('#outcome.bad', { hasText: 'writesDenied' }).waitFor()
  assert.equal((await fact(desktop, 'Active role alias').textContent()).trim(), alias)
  await desktop.locator('#thing-state.warn', { hasText: 'behind: device-agent-readonly wanted' }).waitFor()
  await shoot(desktop, 'refused')
  await rotate(desktop, alias)
  await desktop.locator('#thing-state.good').waitFor()

  const network = desktop.locator('#faults label', { hasText: 'Network down' })
  await network.click()
  await desktop.locator('#thing-state.bad', { hasText: 'network down' }).waitFor()
  await network.click()
  await desktop.locator('#thing-state:not(.bad)').waitFor()

  const throttling = desktop.locator('#faults label', { hasText: 'Throttling' })
  await throttling.click()
  await desktop.locator('#thing-complaint', { hasText: /^Since [0-9:]{8} UTC: .*ProvisionedThroughputExceededException/ }).waitFor()
  await desktop.locator('#thing-state.warn', { hasText: 'in trouble' }).waitFor()
  await desktop.locator('#troubles li', { hasText: thing }).waitFor()
  await throttling.click()
  await desktop.locator('#thing-state.good').waitFor()
  assert.ok(await desktop.locator('#thing-complaint').isHidden(), 'the trouble is over and still shown')

  await desktop.fill('#rotate-all [name=perMinute]', '60')
  await desktop.fill('#rotate-all [name=abortAfter]', '1')
  await desktop.locator('#all-warning', { hasText: '2 of 2 things have begun' }).waitFor()
  await desktop.selectOption('#all-alias', 'device-agent-readonly')
  await desktop.locator('#rotate-all button').click()
  await desktop.locator('#jobs summary').first().click()
  await desktop.locator('.executions li', { hasText: thing }).filter({ hasText: 'writesDenied' }).waitFor()
  await shoot(desktop, 'job')

  const phone = await open({ width: 390, height: 844 }, 'dark')
  assert.ok(await phone.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), 'the page is wider than the phone')
  for (const button of await phone.locator('button.primary').all()) assert.ok((await button.boundingBox()).height >= 38, 'a button is too small for a finger')
  await shoot(phone, 'phone')

  for (const [page, width, height] of [[desktop, 1440, 900], [phone, 390, 844]]) {
    await page.setViewportSize({ width, height })
    assert.deepEqual(await misplaced(page), [], `at ${width} px`)
    await pretendFleet(page)
    assert.deepEqual(await misplaced(page), [], `200 things at ${width} px`)
    await shoot(page, `fleet-${width}`)
    await page.selectOption('#finder [name=order]', 'worst first')
    assert.deepEqual((await names(page)).slice(0, 6), ['thermostat-42', 'thermostat-7', 'thermostat-8', 'thermostat-9', 'thermostat-100', 'thermostat-1'])
    await page.selectOption('#finder [name=state]', 'behind')
    await page.locator('#found', { hasText: '3 of 200 things' }).waitFor()
    await page.selectOption('#finder [name=state]', 'all things')
    await page.fill('#finder [name=words]', 'throughput 100')
    await page.locator('#found', { hasText: '1 of 200 things' }).waitFor()
    assert.deepEqual(await names(page), ['thermostat-100'])
  }

  assert.deepEqual([...desktop.problems, ...phone.problems], [])
  console.log(`${thing}: rotated to ${alias}, refused device-agent-readonly, network and writes broken and mended, all rotated by a job`)
} finally {
  await browser.close()
}
