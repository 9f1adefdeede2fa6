/** What the gateway's own bundle holds, and what it loads as it starts. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { gatewayAlias, pack } from '../lib/bundling.ts'

const folder = mkdtempSync(join(tmpdir(), 'tollgate-bundle-'))
afterAll(() => rmSync(folder, { recursive: true }))

const root = resolve(import.meta.dirname, '..')

it('imports no `node:http`, which would load a whole HTTP client nobody asks', () => {
  const file = join(folder, 'index.mjs')
  pack(join(root, 'lambda/handler.ts'), file, gatewayAlias(join(root, 'tollgate.config.ts')))
  const imported = [...readFileSync(file, 'utf8').matchAll(/from\s?["'](node:[\w/]+)["']/g)]
  const names = new Set(imported.map(([, name]) => name))
  expect(names).toContain('node:https')
  expect(names).not.toContain('node:http')
})
