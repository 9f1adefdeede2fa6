/** What looks like a secret is in no log, in linear time, and nothing else is lost. */
import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'
import { keyIdLength, secretLength } from '../lambda/core/key.ts'
import { hidden, redacted, secretForms } from '../lambda/core/log-secrets.ts'
import { everything } from './support/effort.ts'

const letters = 'aB3xY9'
const key = `demo${'k'.repeat(keyIdLength)}${letters.repeat(7).slice(0, secretLength)}`
const pem = `-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\n${'MIIE+/='.repeat(90)}\n-----END RSA PRIVATE KEY-----`

/** Put together here, so that no scanner of repositories takes them for real ones. */
const secrets: Readonly<Record<string, string>> = {
  'a Tollgate key': key,
  'its hash': 'a1b2c3d4'.repeat(8),
  'an AWS access key id': `AKIA${'IOSFODNN7EXAMPLE'}`,
  'a temporary one': `ASIA${'IOSFODNN7EXAMPLE'}`,
  'a bearer token': `Bearer ${'abc.def-ghi_'.repeat(2)}`,
  'basic credentials': `Basic ${'dXNlcjpwYXNzd29yZA=='}`,
  'a key of OpenAI': `sk-${'proj-abc_DEF123456789'}`,
  'a key of Anthropic': `sk-ant-${'api03-abcdefghij'}`,
  'a key of Stripe': `sk_live_${'abcdefghijklmnop'}`,
  'a token of Slack': `xoxb-${'123456789012-abcdef'}`,
  'a token of GitHub': `ghp_${letters.repeat(6)}`,
  'a finer one': `github_pat_${letters.repeat(6)}`,
  'a token of GitLab': `glpat-${letters.repeat(3)}`,
  'a token of npm': `npm_${letters.repeat(6)}`,
  'a token of Hugging Face': `hf_${letters.repeat(5)}`,
  'a key of Google': `AIza${letters.repeat(6)}`,
  'a JSON Web Token': `eyJhbGciOiJIUzI1NiJ9.${'eyJzdWIiOiIxIn0'}.${'c2lnbmF0dXJl-_'}`,
  'a PEM block': pem,
  'a PEM block within JSON': JSON.stringify(pem).slice(1, -1),
  'a PEM block that ends nowhere': pem.slice(0, 300),
  'what is named a secret': `aws_secret_access_key = ${'wJalrXUtnFEMI/K7MDENG'}`,
  'what JSON names a password': `"password": "${'hunter-two'}"`,
  'what an address names an API key': `api_key=${'0123abcd'}`,
  'credentials in an address': `://user:${'pass'}@`,
}

describe('a secret', () => {
  it.each(Object.entries(secrets))('%s', (name, secret) => {
    const last = name.endsWith('nowhere') ? '' : ', and go on'
    for (const before of ['', 'Take ', '"', 'x:\n', 'é ']) {
      const told = redacted(`${before}${secret}${last}`)
      for (const from of [0, 10, Math.max(0, secret.length - 14)]) {
        expect(told).not.toContain(secret.slice(from, from + 14))
      }
      expect(told).toContain(hidden)
      expect(told.startsWith(before)).toBe(true)
      if (last !== '') expect(told).toContain('go on')
    }
  })

  /** Without the name before it. */
  const saidIn = (secret: string) => secret.replace(/^[\w"]+ ?[=:] ?"?/, '')

  it.each(Object.entries(secrets))('that a cut goes through: %s', (_, secret) => {
    for (let most = 5; most < 5 + secret.length; most += Math.ceil(secret.length / 7)) {
      const told = redacted(`Take ${secret}`, most)
      expect(told.startsWith('Take ')).toBe(true)
      expect(told).not.toContain(saidIn(secret).slice(0, 6))
    }
  })

  it('is what nobody took for one', () => {
    for (const text of [
      'What is a dystopia? It says: “task-oriented, sketchy; token by token.”',
      'The password is in the safe; basic needs, a bearer of news.',
      'ValidationException',
      'ThrottlingException',
      'ECONNRESET',
      'https://example.com/a:b?c=d',
      'anthropic.claude-haiku-4-5-20251001-v1:0',
      'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abcdefghijkl',
      '日本語のテキスト 😀',
      'b7e23ec2-9a0f-4c1e-8c5d-0123456789ab',
    ]) {
      expect(redacted(text)).toBe(text)
    }
  })

  it('half of a surrogate pair is no text', () => {
    expect(redacted('a😀', 2).isWellFormed()).toBe(true)
  })
})

describe('the time it takes', () => {
  const starts = [
    'a',
    '-',
    '.',
    ' ',
    'eyJ',
    '-eyJaaaaaaaa',
    '-----BEGIN ',
    '-----BEGIN A-----',
    '-----END ',
    '- ',
    'bearer ',
    'basic aaaaaaaaaaaa',
    'sk-',
    ' sk-aaaaaaaa',
    'xoxb-',
    'ghp_',
    'github_pat_',
    'AIza',
    'hf_',
    '://a',
    '://a:',
    'password',
    'password="',
    'secret:',
    'api_key',
    'AKIA',
    'AKIAAAAAAAAAAAAAAAA',
    `${'k'.repeat(48)}-`,
  ]
  const timeOf = (text: string): number => {
    const started = performance.now()
    redacted(text)
    return performance.now() - started
  }

  it.each(starts)('grows with the text and no faster: %s', (start) => {
    const text = start.repeat(Math.ceil(400_000 / start.length))
    timeOf(text.slice(0, 50_000))
    const best = Math.min(timeOf(text), timeOf(text))
    /** Of the square of it, minutes. */
    expect(best).toBeLessThan(1_500)
  })

  type Recheck = {
    readonly checkSync: (source: string, flags: string, options: object) => { status: string }
  }
  it.runIf(everything).each(Object.entries(secretForms))(
    'is proved of %s',
    (_, source) => {
      const { checkSync } = createRequire(import.meta.url)('recheck') as Recheck
      const options = { checker: 'automaton', maxNFASize: 100_000, timeout: 60_000 }
      /** It knows no lookbehind, which only leaves out places to begin at. */
      const plain = source.replace(/^\(\?<![^)]*\)/, '')
      expect(checkSync(plain, 'i', options).status).toBe('safe')
    },
    90_000,
  )
})
