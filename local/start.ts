/** `npm start`: runs the whole gateway on this machine, and says how to call it. */
import { once } from 'node:events'
import { join, resolve } from 'node:path'
import { announce, openFunctionLog, withdraw } from './gateway/files.ts'
import { type Local, type RequestLine, startLocal } from './gateway/local.ts'
import { help, readCommandLine, type StartOptions } from './gateway/options.ts'
import { NotServed, WrongUse } from './template/values.ts'

const folder = resolve('.tollgate')
const addressFile = join(folder, 'local.json')
const longestPath = 100

async function start({ port, bedrock, config, state }: StartOptions): Promise<void> {
  const functionLog = openFunctionLog(join(state ?? folder, 'function.log'))
  const stop = new AbortController()
  const stopped = once(stop.signal, 'abort')
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())
  try {
    const local = await startLocal({
      port,
      bedrock,
      signal: stop.signal,
      progress: (text) => console.log(text),
      onRequest: (line) => console.log(requestLine(line)),
      onLog: functionLog.add,
      ...(config !== undefined && { config }),
      ...(state !== undefined && { state: resolve(state) }),
    })
    announce(addressFile, local, config === undefined ? undefined : resolve(config))
    console.log(welcome(local))
    await stopped
    console.log('Stopping …')
    withdraw(addressFile)
    await local.close()
  } catch (error) {
    if (error instanceof NotServed) {
      console.error(error.message)
      process.exitCode = error instanceof WrongUse ? 2 : 1
    } else if (!stop.signal.aborted) throw error
  } finally {
    await functionLog.close()
  }
  process.exit()
}

function welcome({ url, keys, example }: Local): string {
  const teams = Object.entries(keys)
  const width = Math.max(...teams.map(([team]) => team.length), 0)
  const lines = teams.map(([team, key]) => `  ${team.padEnd(width)}  ${key}`)
  const start = [`Tollgate is ready on ${url}`, ...lines, '', `Console: ${url}/console`, '']
  if (example === undefined) return start.join('\n')
  const question = { question: 'What is a dystopia', model: example.model }
  const curl =
    `curl -H "content-type: application/json" -H "x-api-key: ${example.key}" ` +
    `-d '${JSON.stringify(question)}' ${url}/bedrock`
  return [...start, curl, ''].join('\n')
}

function requestLine({ method, path, status, whole, ms, team, refused }: RequestLine): string {
  const duration = `${ms.toFixed(0)} ms`
  /** A client may send what a terminal would obey. */
  const shown = path.replaceAll(/[^!-~]/g, '?').slice(0, longestPath)
  const parts = [method, shown, status, duration, team, refused, whole ? undefined : 'cut off']
  return parts.filter((part) => part !== undefined).join('  ')
}

const command = readCommandLine(process.argv.slice(2))
switch (command.type) {
  case 'help':
    process.stdout.write(help)
    break
  case 'wrong':
    console.error(`${command.message}\n\n${help}`)
    process.exitCode = 2
    break
  case 'start':
    await start(command.options)
}
