/** The console in a real browser: what a team sees of itself, does there, and can reach without a mouse. */
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ways } from '../console/as-code.ts'
import { browserScript } from '../lib/bundling.ts'
import { served } from './support/served.ts'

const executablePath = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((path) => existsSync(path))

if (executablePath === undefined) {
  console.warn(
    'No Chromium in /usr/bin, so nobody looked at the console. Debian: apt install chromium',
  )
}

const gateway = served({
  regions: ['us-east-1', 'us-west-2'],
  models: {
    nova: 'amazon.nova-lite-v1:0',
    claude: 'anthropic.claude-haiku-4-5-20251001-v1:0',
  },
  plans: {
    free: {},
    standard: {
      limits: [
        { tokens: 2000, per: 'day' },
        { usd: 5, per: 'month' },
      ],
    },
    poor: { limits: [{ tokens: 1, per: 'day' }] },
  },
  teams: {
    all: { plan: 'standard', models: ['nova', 'claude'], log: 'full' },
    copying: { plan: 'free', models: ['claude'] },
    spent: { plan: 'poor', models: ['nova'] },
  },
})

const contrast = browserScript(join(import.meta.dirname, 'in-page/contrast.ts'))
const phone = { width: 360, height: 740 }
const desk = { width: 1100, height: 800 }
const views = ['Overview', 'Requests', 'Refusals', 'Models', 'Playground', 'Set up', 'Live']

describe.skipIf(executablePath === undefined)('the console', () => {
  let browser: Browser
  let context: BrowserContext
  let page: Page
  /** What a developer would see in red. */
  let errors: string[]
  let elsewhere: string[]

  beforeAll(async () => {
    const args = process.getuid?.() === 0 ? ['--no-sandbox'] : []
    browser = await chromium.launch({ executablePath: executablePath ?? '', args })
  })
  afterAll(() => browser.close())

  beforeEach(async () => {
    context = await browser.newContext({ viewport: desk, colorScheme: 'light' })
    page = await context.newPage()
    page.setDefaultTimeout(10_000)
    errors = []
    elsewhere = []
    page.on('pageerror', (error) => errors.push(String(error)))
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') errors.push(message.text())
    })
    page.on('request', (request) => {
      const url = request.url()
      if (!url.startsWith(`${gateway.url()}/`) && !url.startsWith('data:')) elsewhere.push(url)
    })
    await page.goto(`${gateway.url()}/console`)
  })
  afterEach(async () => {
    await context.close()
    expect(elsewhere).toEqual([])
  })

  const tab = (name: string) => page.getByRole('tab', { name, exact: true })
  const button = (name: string | RegExp) => page.getByRole('button', { name, exact: true })

  async function enter(team = 'all'): Promise<void> {
    await page.getByLabel('Key of your team').fill(gateway.key(team))
    await button('Show').click()
    await page.getByRole('heading', { name: 'Limits' }).waitFor()
  }

  /** Until what the tab shows is there. */
  async function show(name: string): Promise<void> {
    await tab(name).click()
    const heading = {
      Overview: 'Limits',
      Requests: 'Last requests',
      'Set up': 'Set up a client',
      Live: 'Simulated regions',
    }[name]
    await page.getByRole('heading', { name: heading ?? name, level: 2, exact: true }).waitFor()
  }

  async function ask(prompt: string): Promise<string> {
    await page.getByLabel('Prompt').fill(prompt)
    await button('Ask').click()
    const outcome = page.locator('.outcome')
    await outcome.locator('strong, h4').first().waitFor()
    return outcome.innerText()
  }

  it('tells in words that a key is not valid, and keeps none', async () => {
    await page.getByLabel('Key of your team').fill('schlüssel')
    await button('Show').click()
    await page.getByText('This is no key').waitFor()
    await page.getByLabel('Key of your team').fill(`all12345678${'x'.repeat(40)}`)
    await button('Show').click()
    await page.getByText('This key is not valid here').waitFor()
    expect(await page.evaluate('sessionStorage.length')).toBe(0)
    expect(errors.filter((text) => !text.includes('status of 401'))).toEqual([])
  })

  it('shows limits as meters, streams an answer with its cost, and counts it', async () => {
    await enter()
    const meter = page.getByRole('meter', { name: 'Tokens today' })
    expect(await meter.getAttribute('aria-valuetext')).toMatch(/^0 %, 0 of 2,000, resets in/)

    await show('Playground')
    const said = await ask('What is a "dystopia"?')
    expect(await page.locator('.answer').innerText()).toContain(
      'You asked: "What is a "dystopia"?"',
    )
    expect(said).toMatch(/^\$0\.0000\d+ · \d+ tokens in, \d+ out · /)
    expect(said).toContain('us-east-1 answered')
    expect(await page.locator('.copyable pre').innerText()).toContain(
      '"content": "What is a \\"dystopia\\"?"',
    )
    await tab('AWS SDK').click()
    expect(await page.locator('.copyable pre').innerText()).toContain('new ConverseStreamCommand')

    await gateway.local().settled()
    await show('Overview')
    const valued = await meter.getAttribute('aria-valuetext')
    expect(valued).toMatch(/^[1-9]\d* %, [1-9]\d* of 2,000/)
    const requests = page.getByRole('slider', { name: 'Requests' })
    expect(await requests.getAttribute('aria-valuetext')).toMatch(/: 1$/)

    await show('Requests')
    await page.locator('.rows summary').first().click()
    const row = await page.locator('.rows li').first().innerText()
    expect(row).toContain('user: What is a "dystopia"?')
    expect(row).toContain('POST /v1/chat/completions, streamed')
    expect(errors).toEqual([])
  })

  it('says why a request was refused, and which would have passed', async () => {
    await enter('spent')
    await show('Playground')
    const refused = await ask('Too long for one token')
    expect(refused).toContain('Refused: 429 budget_exceeded')
    expect(refused).toMatch(/Tokens of your team today: 0 of 1 used; this request asked for \d+/)

    await gateway.local().settled()
    await show('Refusals')
    await page.locator('.rows summary').first().click()
    await page.locator('.decision').waitFor()
    expect(await page.locator('.decision').innerText()).toContain('never passes')
    expect(errors.filter((text) => !text.includes('status of 429'))).toEqual([])
  })

  it('shows what log lines come to, moved by a request by just what it was', async () => {
    await enter()
    await show('Playground')
    await ask('How many?')
    await gateway.local().settled()
    await show('Live')
    const cell = (name: string) => page.locator(`[data-metric="${name}"] td`).first()
    await cell('OutputTokens').waitFor()
    const sums = () =>
      Promise.all(
        ['InputTokens', 'OutputTokens'].map(async (name) => Number(await cell(name).innerText())),
      )
    const before = await sums()
    await show('Playground')
    const [, input, output] = /([\d,]+) tokens in, ([\d,]+) out/.exec(await ask('How many?')) ?? []
    await gateway.local().settled()
    await show('Live')
    const after = before.map((sum, index) => sum + Number([input, output][index]))
    await cell('OutputTokens')
      .filter({ hasText: String(after[1]) })
      .waitFor()
    expect(await sums()).toEqual(after)
    expect(errors).toEqual([])
  })

  it('shows a failover happen: one region is switched off, another answers', async () => {
    await enter()
    await show('Live')
    await button('Throttle in us-east-1').click()
    await page.locator('fieldset', { hasText: 'us-east-1' }).getByText('· throttle').waitFor()
    expect(await button('Throttle in us-east-1').getAttribute('aria-pressed')).toBe('true')
    await show('Playground')
    const said = await ask('Where are you?')
    expect(said).toContain('us-east-1 ThrottlingException')
    expect(said).toContain('us-west-2 answered')
    await show('Live')
    await page.locator('.live li', { hasText: 'ThrottlingException' }).first().waitFor()
    await button('Answer again in us-east-1').click()
    await page.locator('fieldset', { hasText: 'us-east-1' }).getByText('· answers').waitFor()
    expect(errors).toEqual([])
  })

  it('is legible in both themes, named throughout, and fits a phone', async () => {
    await enter()
    for (const theme of ['dark', 'light']) {
      await button(`Use ${theme} colours`).click()
      expect(await page.locator('html').getAttribute('data-theme')).toBe(theme)
      await page.setViewportSize(theme === 'dark' ? phone : desk)
      for (const view of views) {
        await show(view)
        expect(await lowContrasts(page), `${view}, ${theme}`).toEqual([])
        expect(await nameless(context, page), view).toEqual([])
        const wide = await page.evaluate('document.documentElement.scrollWidth - innerWidth')
        expect(wide, `${view}, ${theme}`).toBeLessThanOrEqual(0)
      }
    }
    expect(errors).toEqual([])
  })

  it('can be used by keyboard alone, and forgets the key', async () => {
    await page.keyboard.type(gateway.key())
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Limits' }).waitFor()
    const kept = await page.evaluate(
      '[JSON.stringify(localStorage), location.href, document.cookie]',
    )
    expect(JSON.stringify(kept)).not.toContain(gateway.key())

    expect(await page.evaluate<Step>(focused)).toMatchObject({ name: 'Overview' })
    const walked = await walk(page, 5)
    expect(walked.map(({ name }) => name)).toEqual([
      'Refresh',
      'Forget key',
      'Use dark colours',
      'Overview',
      '24 hours',
    ])
    expect(walked.filter(({ outlined }) => !outlined)).toEqual([])

    await tab('Overview').focus()
    await page.keyboard.press('ArrowRight')
    await page.getByRole('heading', { name: 'Last requests' }).waitFor()
    expect(await tab('Requests').getAttribute('aria-selected')).toBe('true')
    await page.keyboard.press('End')
    await page.getByRole('heading', { name: 'Simulated regions' }).waitFor()

    await button('Forget key').press('Enter')
    await page.getByLabel('Key of your team').waitFor()
    expect(await page.evaluate('sessionStorage.getItem("tollgate-key")')).toBe(null)
    await page.reload()
    await page.getByLabel('Key of your team').waitFor()
    expect(errors).toEqual([])
  })
})

describe('the lines to copy', () => {
  /** Where Node finds the SDKs of the project. */
  const cache = resolve(import.meta.dirname, '../node_modules/.cache')
  mkdirSync(cache, { recursive: true })
  const folder = mkdtempSync(join(cache, 'console-'))
  afterAll(() => rmSync(folder, { recursive: true }))

  it.concurrent.each(ways)(
    'of $title ask what was asked, whatever is in it',
    async ({ title, lines }) => {
      const prompt = `It's "5 $HOME \`ls\` \\\\ \${1}"`
      const question = { system: "Say 'yes'.", prompt, model: 'claude', mostTokens: 300 }
      const text = lines({ ...question, url: gateway.url() })
      const file = join(folder, `${title.replace(' ', '-')}.mjs`)
      writeFileSync(file, text)
      const command = title === 'curl' ? ['bash', file] : [process.execPath, file]
      const env = { ...process.env, TOLLGATE_KEY: gateway.key('copying') }
      const { stdout } = await promisify(execFile)(command[0] ?? '', command.slice(1), { env })
      const told = title === 'curl' ? saidIn(stdout) : stdout
      expect(told).toContain(`You asked: "${prompt}"`)
      expect(told).toContain('max=300')
    },
  )
})

/** Of a stream of chunks. */
const saidIn = (stream: string): string =>
  [...stream.matchAll(/^data: (\{.*\})$/gm)]
    .map(([, data = '']) => JSON.parse(data).choices[0]?.delta.content ?? '')
    .join('')

async function lowContrasts(page: Page): Promise<readonly string[]> {
  await page.evaluate(contrast)
  const found = await page.evaluate<{ looked: number; low: string[] }>('lowContrasts()')
  expect(found.looked).toBeGreaterThan(10)
  return found.low
}

const operable = new Set(
  'button tab link textbox searchbox combobox spinbutton radio slider meter DisclosureTriangle'.split(
    ' ',
  ),
)

/** Chromium's own tree for screen readers: what can be operated and has no name there. */
async function nameless(context: BrowserContext, page: Page): Promise<readonly string[]> {
  const session = await context.newCDPSession(page)
  const { nodes } = await session.send('Accessibility.getFullAXTree')
  await session.detach()
  const found = nodes.filter(({ role, ignored }) => !ignored && operable.has(role?.value))
  expect(found.length).toBeGreaterThan(8)
  return found
    .filter(({ name }) => !name?.value)
    .map(({ role, nodeId }) => `${role?.value} ${nodeId}`)
}

type Step = { readonly name: string; readonly outlined: boolean }

/** Presses Tab from the first link on; each stop by what it is called. */
async function walk(page: Page, steps: number): Promise<readonly Step[]> {
  await page.evaluate("document.querySelector('a').focus()")
  const walked: Step[] = []
  for (let step = 0; step < steps; step += 1) {
    await page.keyboard.press('Tab')
    walked.push(await page.evaluate<Step>(focused))
  }
  return walked
}

const focused = `(() => {
  const at = document.activeElement
  const labelled = document.getElementById(at.getAttribute('aria-labelledby'))
  const name = at.getAttribute('aria-label') ?? labelled?.textContent ?? at.labels?.[0]?.textContent ?? at.textContent
  return { name, outlined: getComputedStyle(at).outlineStyle !== 'none' }
})()`
