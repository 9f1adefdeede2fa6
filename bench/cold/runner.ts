/** One cold start: imports a function, serves one request, tells on descriptor 3 when that was. */
import { writeSync } from 'node:fs'
import { finished } from 'node:stream/promises'
import { pathToFileURL } from 'node:url'
import { installRuntime, ResponseStream, type StreamingHandler } from '../lambda-runtime.ts'
import { lambdaContext, restEvent } from '../question.ts'

/**
 * Milliseconds; `answered` since 1970, to compare with the time another process read: then the answer’s
 * last byte is out, as its caller sees it. `cpu` is that of the whole call, what comes after the answer too.
 */
export type ColdStart = {
  readonly importing: number
  readonly firstCall: number
  readonly answered: number
  readonly cpu: number
}

installRuntime()
const event = restEvent(1024, false)
const response = new ResponseStream()
const started = performance.now()
const { handler } = (await import(pathToFileURL(process.argv[2] ?? '').href)) as {
  handler: StreamingHandler
}
const imported = performance.now()
const over = finished(response).then(() => performance.now())
await handler(event, response, lambdaContext)
const answered = await over
const { user, system } = process.cpuUsage()
if (response.prelude?.statusCode !== 200) throw new Error(`The bench got ${response.last}.`)

const told: ColdStart = {
  importing: imported - started,
  firstCall: answered - imported,
  answered: performance.timeOrigin + answered,
  cpu: (user + system) / 1000,
}
writeSync(3, JSON.stringify(told))
process.exit()
