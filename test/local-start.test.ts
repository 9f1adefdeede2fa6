/** `npm start` as a newcomer meets it: start, paste the curl, stop. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it, onTestFinished } from 'vitest'
import { temporaryFolder } from './gateway-project.ts'

const program = join(import.meta.dirname, '..', 'local', 'start.ts')

async function start(args: readonly string[], cwd: string) {
  const child = spawn(process.execPath, [program, ...args], { cwd })
  onTestFinished(() => void child.kill('SIGKILL'))
  let output = ''
  let errors = ''
  const ready = new Promise<void>((resolve) => {
    child.stdout.on('data', (text: Buffer) => {
      output += text
      if (/^curl .*\n/m.test(output)) resolve()
    })
  })
  child.stderr.on('data', (text: Buffer) => {
    errors += text
  })
  const ended = once(child, 'close').then(([status]) => status as number | null)
  return { child, ready, ended, output: () => output, errors: () => errors }
}

type Address = {
  url: string
  pid: number
  keys: Record<string, string>
  bedrock: object
  aws: string
  outputs: Record<string, string>
}

it('starts, prints a curl that answers, and stops without a trace', async () => {
  const folder = await temporaryFolder()
  const gateway = await start(['--port', '0'], folder)
  await Promise.race([gateway.ready, gateway.ended])
  expect(gateway.errors()).toBe('')
  const [, url] = /^Tollgate is ready on (http:\/\/127\.0\.0\.1:\d+)$/m.exec(gateway.output()) ?? []
  const file = join(folder, '.tollgate', 'local.json')
  const address = JSON.parse(await readFile(file, 'utf8')) as Address
  expect(address).toMatchObject({ url, pid: gateway.child.pid, keys: { demo: /./ } })
  const simulated = expect.stringMatching(/^http:/)
  expect(address.bedrock).toEqual({ 'us-east-1': simulated, 'us-west-2': simulated })
  expect(address.aws).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  expect(address.outputs).toMatchObject({ Url: url, Table: /./, RestApiId: /./ })
  expect((await stat(file)).mode & 0o077).toBe(0)
  for (const [team, key] of Object.entries(address.keys)) {
    expect(gateway.output()).toMatch(new RegExp(`^ +${team} +${key}$`, 'm'))
  }

  const curl = /^curl .*$/m.exec(gateway.output())?.[0] ?? ''
  const { stdout } = await promisify(execFile)('sh', ['-c', curl])
  expect(JSON.parse(stdout)).toMatchObject({ model: 'llama', stop_reason: 'end_turn' })

  /** The request's line is another process's to print, so it may come after the answer. */
  await expect.poll(gateway.output).toMatch(/^POST {2}\/bedrock.*\n/m)
  const before = gateway.output().length
  const wrong = await fetch(`${url}/bedrock?key=${address.keys.demo}`)
  expect([wrong.status, ((await wrong.json()) as { error: object }).error]).toEqual([
    404,
    expect.objectContaining({ code: 'route_not_found' }),
  ])
  gateway.child.kill('SIGTERM')
  expect(await gateway.ended).toBe(0)
  expect(gateway.output().slice(before)).toMatch(
    /^GET {2}\/bedrock {2}404 {2}\d+ ms.*\nStopping …\n$/,
  )
  expect(existsSync(file)).toBe(false)
  const log = await readFile(join(folder, '.tollgate', 'function.log'), 'utf8')
  expect(log).toContain('"route":"POST /bedrock"')
  for (const key of Object.values(address.keys)) expect(log).not.toContain(key)
})

it('can be stopped before it is ready', async () => {
  const gateway = await start(['--port', '0'], await temporaryFolder())
  await once(gateway.child.stdout, 'data')
  gateway.child.kill('SIGINT')
  expect([await gateway.ended, gateway.errors()]).toEqual([0, ''])
})

it('says in one line that its port is in use', async () => {
  const folder = await temporaryFolder()
  const taken = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void taken.close())
  await once(taken, 'listening')
  const { port } = taken.address() as { port: number }
  const gateway = await start(['--port', String(port)], folder)
  expect(await gateway.ended).toBe(1)
  expect(gateway.errors()).toBe(
    `Port ${port} is in use; choose another with --port N, 0 for any free one.\n`,
  )
})

it('says what is wrong with its command line, with status 2', async () => {
  const folder = await temporaryFolder()
  const wrong = ['--bedrock', 'eu-west-1=http://127.0.0.1:1']
  const gateways = [['--prot'], ['--config', 'missing.ts'], wrong].map((args) =>
    start(['--port', '0', ...args], folder),
  )
  const statuses = (await Promise.all(gateways)).map(async ({ ended, errors }) => {
    return [await ended, errors().split('\n')[0]]
  })
  expect(await Promise.all(statuses)).toEqual([
    [2, expect.stringContaining("Unknown option '--prot'")],
    [2, `The configuration ${join(folder, 'missing.ts')} does not exist.`],
    [2, expect.stringMatching(/^--bedrock names eu-west-1, but not us-east-1.* us-east-1=URL[, ]/)],
  ])
})

it('passes on what the check of a configuration says', async () => {
  const folder = await temporaryFolder()
  const config = `export default { regions: ['us-east-1'], models: {}, plans: {}, teams: { 'x y': {} } }`
  await writeFile(join(folder, 'wrong.mjs'), config)
  const gateway = await start(['--port', '0', '--config', 'wrong.mjs'], folder)
  expect(await gateway.ended).toBe(1)
  expect(gateway.errors()).toMatch(
    /^The app cannot be synthesised\.\n.*wrong\.mjs cannot be used:\n/,
  )
})
