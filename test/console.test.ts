/** The console's page: one document that lets a browser run its own lines and nothing else. */
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PageAnswer, PageEvent } from '../lambda/console.ts'
import { pack } from '../lib/bundling.ts'
import { consolePage, writeConsolePage } from '../lib/console-page.ts'
import config from '../tollgate.config.ts'
import { only, resourcesOf, synthesise } from './support/stack.ts'

const page = consolePage()
const root = resolve(import.meta.dirname, '..')

const elementsOf = (name: string): readonly string[] =>
  [...page.html.matchAll(new RegExp(`<${name}>(.*?)</${name}>`, 'gs'))].map(([, text = '']) => text)

describe('the document', () => {
  it.each(['script', 'style'])('has one %s, and the policy lets in this one alone', (name) => {
    const hash = createHash('sha256')
      .update(only(elementsOf(name)))
      .digest('base64')
    const policy = page.headers['content-security-policy'] ?? ''
    expect(policy.split('; ')).toContain(`${name}-src 'sha256-${hash}'`)
  })

  it('forbids all that it does not need', () => {
    const policy = page.headers['content-security-policy']?.split('; ') ?? []
    const wide = policy.filter((part) => !/^(script|style)-src /.test(part))
    expect(wide).toEqual([
      "default-src 'none'",
      "connect-src 'self'",
      'img-src data:',
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ])
    expect(page.headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    })
  })

  it('is small, and names no other place', () => {
    const length = [...elementsOf('script'), ...elementsOf('style')].join('').length
    expect(length).toBeLessThan(60_000)
    expect(length).toBeGreaterThan(10_000)
    const namespace = 'http://www.w3.org/2000/svg'
    const urls = page.html.replaceAll(namespace, '').match(/(https?:)?\/\/[a-z0-9][\w.-]*\.\w+/gi)
    expect(urls ?? []).toEqual([])
  })

  it('has no attribute that the policy would ignore, and reads no answer as markup', () => {
    const [markup = ''] = page.html.split('<script>')
    expect(markup).not.toMatch(/\son\w+=|\sstyle=/)
    expect(only(elementsOf('script'))).not.toMatch(
      /innerHTML|outerHTML|insertAdjacentHTML|localStorage|\beval\(/,
    )
  })
})

describe('the function', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-console-'))
  let handler: (event: PageEvent) => Promise<PageAnswer>

  beforeAll(async () => {
    const file = join(folder, 'index.mjs')
    pack(join(root, 'lambda/console.ts'), file)
    writeConsolePage(folder)
    handler = (await import(pathToFileURL(file).href)).handler
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  const bodyOf = ({ body, isBase64Encoded, headers }: PageAnswer): string => {
    const bytes = Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8')
    return String(headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes)
  }

  it.each<[string, PageEvent['headers'], boolean]>([
    ['who takes gzip', { 'Accept-Encoding': 'gzip, deflate, br' }, true],
    ['who takes gzip by a quality', { 'accept-encoding': 'br;q=1, gzip;q=0.5' }, true],
    ['who refuses gzip', { 'accept-encoding': 'gzip;q=0' }, false],
    ['who says nothing', null, false],
  ])('answers %s with the whole page', async (_, headers, zipped) => {
    const answer = await handler(headers === undefined ? {} : { headers })
    expect(answer.statusCode).toBe(200)
    expect(answer.headers['content-encoding']).toBe(zipped ? 'gzip' : undefined)
    expect(bodyOf(answer)).toBe(page.html)
  })

  it('tells who has the page that it is still the same', async () => {
    const etag = page.headers.etag ?? ''
    const known = await handler({ headers: { 'If-None-Match': `"other", ${etag}` } })
    expect(known).toMatchObject({ statusCode: 304, body: '', headers: { etag } })
    const other = await handler({ headers: { 'if-none-match': '"other"' } })
    expect(other.statusCode).toBe(200)
  })

  it('needs no key, and may write its log and nothing else', () => {
    const { root: template } = synthesise(config)
    const { Resources } = template
    const [id] =
      Object.entries(Resources).find(([id]) => id.startsWith('ConsoleFunctionRole')) ?? []
    const policies = resourcesOf(template, 'AWS::IAM::Policy').filter(({ Properties }) =>
      Properties.Roles.some(({ Ref }: { Ref: string }) => Ref === id),
    )
    const [statement, ...others] = only(policies).Properties.PolicyDocument.Statement
    expect(others).toEqual([])
    expect(statement.Action).toEqual(['logs:CreateLogStream', 'logs:PutLogEvents'])
    expect(JSON.stringify(statement.Resource)).toContain('ConsoleFunctionLogs')
    expect(Resources[id ?? '']?.Properties.ManagedPolicyArns).toBeUndefined()
  })
})
