/** Takes the pictures of the console that the documentation shows, with UPDATE_DOCS=1. */
import { existsSync, mkdirSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { chromium, type Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import type { GatewayConfig } from '../lambda/core/config.ts'
import { openStore } from '../lambda/ledger/store.ts'
import { givePast } from './support/console-past.ts'
import { served } from './support/served.ts'

/** Which ones is of no concern to the table here. */
Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' })

const executablePath = '/usr/bin/chromium'
const wanted = process.env.UPDATE_DOCS === '1' && existsSync(executablePath)
const folder = resolve(import.meta.dirname, '../docs/images')
const most = 150 * 1024

const config: GatewayConfig = {
  regions: ['us-east-1', 'us-west-2'],
  models: {
    nova: 'amazon.nova-lite-v1:0',
    claude: 'anthropic.claude-haiku-4-5-20251001-v1:0',
    llama: 'meta.llama3-3-70b-instruct-v1:0',
  },
  plans: {
    standard: {
      limits: [
        { tokens: 400_000, per: 'day' },
        { usd: 12, per: 'month' },
      ],
      maxParallel: 20,
    },
  },
  teams: { data: { plan: 'standard', models: '*', log: 'full' } },
}

const pictures = [
  { name: 'desk-light', colorScheme: 'light', viewport: { width: 1100, height: 860 } },
  { name: 'desk-dark', colorScheme: 'dark', viewport: { width: 1100, height: 860 } },
  { name: 'phone-light', colorScheme: 'light', viewport: { width: 380, height: 800 } },
  { name: 'phone-dark', colorScheme: 'dark', viewport: { width: 380, height: 800 } },
] as const

describe.skipIf(!wanted)('pictures of the console', () => {
  const gateway = served(config)

  beforeAll(async () => {
    const { Table: table = '' } = gateway.local().outputs
    const store = openStore({ table, region: 'us-east-1', endpoint: gateway.local().aws })
    await givePast(store, config, 'data', new Date().getUTCDate() - 1)
    mkdirSync(folder, { recursive: true })
  }, 120_000)

  it.each(pictures)('$name', async ({ name, ...how }) => {
    const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
    try {
      const page = await browser.newPage({
        ...how,
        deviceScaleFactor: name === 'desk-light' ? 1 : 1.25,
      })
      await page.goto(`${gateway.url()}/console`)
      await page.getByLabel('Key of your team').fill(gateway.key('data'))
      await page.getByRole('button', { name: 'Show' }).click()
      await page.getByRole('heading', { name: 'Limits' }).waitFor()
      await take(page, `console-${name}.png`)
      if (!name.startsWith('desk')) return
      await page.getByRole('tab', { name: 'Playground' }).click()
      await page.getByRole('button', { name: 'Ask' }).click()
      await page.locator('.outcome strong').waitFor()
      await take(page, `console-${name}-playground.png`)
    } finally {
      await browser.close()
    }
  })
})

async function take(page: Page, name: string): Promise<void> {
  const path = join(folder, name)
  await page.evaluate('document.activeElement.blur()')
  await page.screenshot({ path, animations: 'disabled' })
  expect(statSync(path).size, name).toBeLessThan(most)
}
