/** What `connect` says without a gateway: wrong use, what would mend a failure, and lines that agree with the docs. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { type ClientName, clientNames, linesFor } from '../cli/connect/clients.ts'
import { cloudFormationService } from '../local/aws/cloudformation.ts'
import { startAws } from '../local/aws/server.ts'
import { run } from './support/cli.ts'

const keyOf = (team: string) => `${team}k3v9x2ab${'S'.repeat(40)}`

/** A deployed stack whose `Url` is this address. */
async function deployed(Url: string): Promise<void> {
  const created = Date.now()
  const outputs = { Table: 'table', RestApiId: 'api', Url }
  const stack = { name: 'Tollgate', region: 'us-east-1', created, outputs }
  const server = await startAws({ cloudformation: cloudFormationService(stack) })
  onTestFinished(() => server.close())
  vi.stubEnv('AWS_ENDPOINT_URL', server.url)
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret')
  vi.stubEnv('AWS_CONFIG_FILE', '/dev/null')
  onTestFinished(() => {
    vi.unstubAllEnvs()
  })
}

/** Whoever answers there, always this. */
async function answering(status: number, body: string): Promise<string> {
  const server = createServer((request, response) => {
    request.resume()
    response.writeHead(status).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const environment = { TOLLGATE_KEY: keyOf('demo') }

describe('wrong use', () => {
  it.each<[args: string[], says: string, environment?: Record<string, string>]>([
    [['opnai'], "There is no client 'opnai'; there are curl, openai, anthropic"],
    [['opnai'], "Did you mean 'openai'?"],
    [['openai', '--key', 'sk-secret-secret'], '--key: needs a key of this gateway'],
    [['openai', '--team', 'data'], 'TOLLGATE_KEY is a key of demo, and --team says data.'],
    [['openai', '--model', "x'; rm -rf ~"], '--model: got '],
    [['openai', '--team'], '--team needs a value: --team TEAM'],
  ])('%j', async (args, says) => {
    const { status, out, error } = await run(['connect', ...args], { environment })
    expect([status, out]).toEqual([2, ''])
    expect(error).toContain(says)
    expect(error).not.toContain('sk-secret')
  })

  it('without a key', async () => {
    const { status, error } = await run(['connect', 'curl', '--team', 'data'])
    expect([status, error]).toEqual([1, expect.stringContaining('keys issue data)')])
  })
})

const refusal = (code: string) =>
  JSON.stringify({ type: 'error', error: { code }, message: `It is ${code}.` })

describe('a failure says what would mend it', () => {
  it.each<[status: number, body: string, says: string[]]>([
    [
      401,
      refusal('invalid_api_key'),
      ['401 invalid_api_key', 'The key k3v9x2ab of demo', 'keys issue demo`'],
    ],
    [403, refusal('model_not_allowed'), ['teams.demo.models']],
    [404, refusal('model_not_found'), ['--model']],
    [429, refusal('budget_exceeded'), ['It is budget_exceeded.', '`npx tollgate usage demo`']],
    [503, refusal('upstream_unavailable'), ['`npx tollgate tail demo --since 5m`']],
    [400, refusal('invalid_body'), ['400 invalid_body: It is invalid_body.']],
    [500, '<html>', ['500 unknown: It answered 500.']],
    [200, '<html>', ['is no Tollgate gateway']],
    [200, '{}', ['is no Tollgate gateway']],
  ])('%i %s', async (answer, body, says) => {
    await deployed(await answering(answer, body))
    const { status, out, error } = await run(['connect', 'openai'], { environment })
    expect(status).toBe(1)
    for (const words of says) expect(error).toContain(words)
    expect(out).toContain('# TOLLGATE_KEY has the key k3v9x2ab of demo')
    const json = await run(['connect', 'openai', '--json'], { environment })
    expect(JSON.parse(json.out).call.answer).toBeUndefined()
    expect(JSON.parse(json.out).call.message).toEqual(expect.any(String))
  })

  it('where nobody listens', async () => {
    const gone = createServer()
    await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(gone.address() as AddressInfo).port}/v1`
    await new Promise((resolve) => gone.close(resolve))
    await deployed(`${url}/`)
    const { status, error } = await run(['connect', 'anthropic'], { environment })
    expect([status, error]).toEqual([1, expect.stringContaining('Is the stack deployed')])
    expect(error).toContain(`${url} does not answer (ECONNREFUSED)`)
  })

  it('asks nothing where only the settings are wanted', async () => {
    await deployed('http://127.0.0.1:9/v1')
    const { status, out } = await run(['connect', 'curl', '--no-call'], { environment })
    expect([status, out]).toEqual([
      0,
      expect.stringContaining('curl http://127.0.0.1:9/v1/bedrock'),
    ])
    expect(out).not.toContain(keyOf('demo'))
  })
})

describe('the lines', () => {
  const root = join(import.meta.dirname, '..')
  const place = { url: 'https://gateway.example/v1', model: 'claude' }
  const textOf = (client: ClientName) =>
    linesFor(client, place)
      .map(({ text }) => text)
      .join('\n')
  const rows: Readonly<Record<ClientName, string>> = {
    curl: 'curl',
    openai: 'OpenAI SDKs',
    anthropic: 'Anthropic SDKs',
    'aws-sdk': 'AWS SDK for JavaScript',
    boto3: 'boto3 1.39 and later',
    'claude-code': 'Claude Code',
    codex: 'Codex',
  }
  let docs: string
  beforeAll(() => {
    docs = readFileSync(join(root, 'docs/clients.md'), 'utf8')
  })

  it.each(clientNames)('for %s say what docs/clients.md says', (client) => {
    const [, row = ''] = new RegExp(`^\\| ${rows[client]} \\| (.*) \\|$`, 'm').exec(docs) ?? []
    const named = [
      ...row.matchAll(
        /\b([A-Z][A-Z_]{5,}|base_url = "|wire_api = "responses"|web_search = "disabled"|authSchemePreference: \['httpBearerAuth'\]|x-api-key: )/g,
      ),
    ]
    expect(named.length).toBeGreaterThan(0)
    const text = textOf(client)
    for (const [name] of named) expect(text).toContain(name)
    const bare = ['anthropic', 'aws-sdk', 'boto3', 'claude-code', 'curl'].includes(client)
    const address = /https:\/\/gateway\.example\/v1[\w/]*/.exec(text)?.[0]
    expect(address).toBe(`${place.url}${bare ? (client === 'curl' ? '/bedrock' : '') : '/v1'}`)
  })

  it('need nothing of Node, so that a page can have them', () => {
    const files = { clients: [], calls: ['./clients.ts'] }
    for (const [name, imports] of Object.entries(files)) {
      const text = readFileSync(join(root, `cli/connect/${name}.ts`), 'utf8')
      expect([...text.matchAll(/^import .* from '(.*)'/gm)].map(([, path]) => path)).toEqual(
        imports,
      )
    }
  })

  const hasPython = spawnSync('python3', ['--version']).status === 0
  it.skipIf(!hasPython)(
    'for Python and TOML can be read (skipped where there is no python3)',
    () => {
      const programs = clientNames.flatMap((client) => linesFor(client, place))
      const of = (language: string) =>
        programs.filter((one) => one.language === language).map(({ text }) => text)
      const script = [
        'import ast, json, sys, tomllib',
        'told = json.load(sys.stdin)',
        'for program in told["python"]: ast.parse(program)',
        'for text in told["toml"]: print(json.dumps(tomllib.loads(text)))',
      ].join('\n')
      const input = JSON.stringify({ python: of('python'), toml: of('toml') })
      const { stdout, stderr } = spawnSync('python3', ['-c', script], { input, encoding: 'utf8' })
      expect(stderr).toBe('')
      expect(JSON.parse(stdout).model_providers.tollgate.base_url).toBe(`${place.url}/v1`)
    },
  )
})
