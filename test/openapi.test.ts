/** The description at /openapi.json says what the gateway does: each route, each field. */
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { errorCodes, TollgateError } from '../lambda/core/errors.ts'
import { dialects } from '../lambda/dialects/index.ts'
import { question } from '../lambda/dialects/question.ts'
import { openApiDocument } from '../lambda/openapi/document.ts'
import { readAnthropicBody } from '../lambda/wire/anthropic-envelope.ts'
import { readOpenAiRequest } from '../lambda/wire/openai-request.ts'
import { readResponsesRequest } from '../lambda/wire/responses-request.ts'
import { openRoutes } from '../lib/gateway-api.ts'
import { invoke } from './support/in-process.ts'
import { faults } from './support/json-schema.ts'

const root = resolve(import.meta.dirname, '..')

type Schema = { readonly properties: Readonly<Record<string, Schema>> } & Record<string, unknown>
type Operation = {
  readonly security?: readonly unknown[]
  readonly responses: Readonly<Record<string, { readonly content?: object }>>
}

const description = openApiDocument(dialects) as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
}

function schemaOf(name: string): Schema {
  const schema = description.components.schemas[name]
  if (schema === undefined) throw new Error(`There is no schema ${name}.`)
  return schema
}

describe('the description', () => {
  it('keeps the rules that Redocly recommends', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tollgate-openapi-'))
    try {
      const file = join(folder, 'openapi.json')
      const rules = join(folder, 'redocly.yaml')
      writeFileSync(file, JSON.stringify(description))
      writeFileSync(rules, 'extends: [recommended]\n')
      const command = join(root, 'node_modules/.bin/redocly')
      const linted = await promisify(execFile)(
        process.execPath,
        [command, 'lint', file, '--config', rules, '--format=json'],
        {
          env: {
            ...process.env,
            REDOCLY_TELEMETRY: 'off',
            REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true',
          },
        },
      ).catch((error: { stdout: string }) => error)
      const { problems } = JSON.parse(linted.stdout) as { problems: readonly unknown[] }
      expect(problems).toEqual([])
    } finally {
      rmSync(folder, { recursive: true })
    }
  }, 30_000)

  it('names every route of the gateway, and no other', () => {
    const told = Object.entries(description.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    )
    const withKey = dialects.flatMap(({ routes }) => routes)
    const all = [...withKey, ...openRoutes.map((path) => ({ method: 'GET', path }))]
    expect(told.sort()).toEqual(all.map(({ method, path }) => `${method} ${path}`).sort())
  })

  it('asks no key where none is needed, and one everywhere else', () => {
    const withoutKey = Object.entries(description.paths).flatMap(([path, methods]) =>
      Object.values(methods).flatMap(({ security }) => (security?.length === 0 ? [path] : [])),
    )
    expect(withoutKey).toEqual(openRoutes)
  })

  it('tells the stream of every route that has one', () => {
    for (const dialect of dialects) {
      const streams = dialect.task === 'native' ? dialect.streams : dialect.task === 'chat'
      for (const { method, path } of dialect.routes) {
        const answer = description.paths[path]?.[method.toLowerCase()]?.responses['200']
        const types = Object.keys(answer?.content ?? {})
        const told = types.some((type) => /event-?stream/.test(type))
        expect({ path, told }).toEqual({ path, told: streams && method === 'POST' })
      }
    }
  })

  it('knows every code of an error', () => {
    const { code } = schemaOf('Error').properties.error?.properties ?? {}
    expect(code?.enum).toEqual(Object.keys(errorCodes))
  })
})

const notice = () => {}
const http = (body: unknown) => ({
  route: { method: 'POST' as const, path: '/bedrock' },
  pathParameters: {},
  query: {},
  headers: {},
  body,
  text: '',
})

/** How each request is read, and the least that it says. */
const tables = [
  {
    schema: 'AskRequest',
    read: (body: object) => question.parse(http(body), notice),
    least: { model: 'm', question: 'Hi' },
  },
  {
    schema: 'CreateChatCompletionRequest',
    read: (body: object) => readOpenAiRequest(body, notice),
    least: { model: 'm', messages: [{ role: 'user', content: 'Hi' }] },
  },
  {
    schema: 'CreateResponseRequest',
    read: (body: object) => readResponsesRequest(body, notice),
    least: { model: 'm', input: 'Hi' },
  },
  {
    schema: 'CreateMessageRequest',
    read: (body: object) => readAnthropicBody(http(body), notice),
    least: { model: 'm', max_tokens: 9, messages: [{ role: 'user', content: 'Hi' }] },
  },
]

function codeOf(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    if (error instanceof TollgateError) return error.code
    throw error
  }
  return 'read'
}

/** None of them asks for nothing, which is taken everywhere. */
const values = ['no such word', 12_345, true, ['no such word'], { nonsense: 1 }]

describe.each(tables)('$schema', ({ schema, read, least }) => {
  const { properties } = schemaOf(schema)
  const known = /takes ([\w, ]+)\./.exec(messageOf(() => read({ ...least, nonsense: 1 })))?.[1]
  const names = known?.split(', ') ?? []

  it.each([...new Set([...names, ...Object.keys(properties)])])(
    '%s is told of exactly where it is accepted',
    (name) => {
      const codes = values.map((value) => codeOf(() => read({ ...least, [name]: value })))
      const accepted = codes.some((code) => code !== 'unsupported_parameter')
      expect({ name, told: Object.hasOwn(properties, name) }).toEqual({ name, told: accepted })
    },
  )

  it('has more than a few fields, each with a face', () => {
    expect(names.length).toBeGreaterThan(5)
    for (const [name, field] of Object.entries(properties)) {
      expect({ name, said: Object.keys(field).length > 0 }).toEqual({ name, said: true })
    }
  })

  it('takes no field that the gateway does not know', () => {
    expect(faults({ ...least }, schemaOf(schema))).toEqual([])
    expect(faults({ ...least, nonsense: 1 }, schemaOf(schema))).not.toEqual([])
  })
})

function messageOf(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    return (error as Error).message
  }
  return ''
}

const scenarios = join(root, 'test/scenarios')
const examples = {
  'openai-chat.request': 'CreateChatCompletionRequest',
  'openai-responses.request': 'CreateResponseRequest',
  'anthropic.request': 'CreateMessageRequest',
  'openai-chat.reply': 'ChatCompletion',
  'openai-responses.reply': 'Response',
  'anthropic.reply': 'Message',
}

describe.each(Object.entries(examples))('examples of %s', (kind, schema) => {
  const files = readdirSync(scenarios)
    .map((name) => `${name}/${kind}.json`)
    .filter((file) => existsSync(join(scenarios, file)))

  it('there are some', () => expect(files.length).toBeGreaterThan(5))

  it.each(files)('%s is as the description says', (file) => {
    const example = JSON.parse(readFileSync(join(scenarios, file), 'utf8'))
    expect(faults(example, schemaOf(schema))).toEqual([])
  })
})

describe('GET /openapi.json', () => {
  it('answers the description without a key, each time the same', async () => {
    const request = { method: 'GET', resource: '/openapi.json', team: '' }
    const answers = [await invoke(request), await invoke(request)]
    for (const { statusCode, headers, text } of answers) {
      expect(statusCode).toBe(200)
      expect(headers['content-type']).toBe('application/json')
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(description)))
    }
  })
})
