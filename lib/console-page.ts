/** Makes the console's one document of its parts, and the policy that lets a browser run these alone. */
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { browserScript, browserStyle } from './bundling.ts'

/** What the function answers; `lambda/console.ts` reads it from beside itself. */
export type ConsolePage = {
  readonly headers: Readonly<Record<string, string>>
  readonly html: string
  /** The same, in base64. */
  readonly gzip: string
}

const source = fileURLToPath(new URL('../console', import.meta.url))

export function consolePage(): ConsolePage {
  const script = browserScript(join(source, 'main.ts'))
  const style = browserStyle(join(source, 'style.css'))
  const html = readFileSync(join(source, 'index.html'), 'utf8')
    .replace('/* style */', () => style)
    .replace('/* script */', () => script)
  return {
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy(script, style),
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      /** Asked for anew each time, and answered by 304 until another one is deployed. */
      'cache-control': 'no-cache',
      vary: 'accept-encoding',
      etag: `W/"${digest(html, 'base64url').slice(0, 22)}"`,
    },
    html,
    gzip: gzipSync(html, { level: 9 }).toString('base64'),
  }
}

export const writeConsolePage = (folder: string): void =>
  writeFileSync(join(folder, 'page.json'), JSON.stringify(consolePage()))

/** CSP level 3: a source of a hash lets in the one text that has it. */
const policy = (script: string, style: string): string =>
  [
    "default-src 'none'",
    `script-src ${hashed(script)}`,
    `style-src ${hashed(style)}`,
    "connect-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')

const hashed = (text: string): string => `'sha256-${digest(text, 'base64')}'`

const digest = (text: string, encoding: 'base64' | 'base64url'): string =>
  createHash('sha256').update(text).digest(encoding)
