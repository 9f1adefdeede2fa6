/** No input to any dialect gives a 5xx, a hang or a stack: right requests, changed at random. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Simulator, startSimulator } from '../local/simulator/index.ts'
import { everything, runs } from './support/effort.ts'
import { casesOf } from './support/fuzz-cases.ts'
import { expectLawful } from './support/fuzz-laws.ts'
import { targets } from './support/fuzz-seeds.ts'
import { type InProcessAnswer, type InProcessRequest, invoke } from './support/in-process.ts'

const longest = 2000
const samples = runs(50, Math.ceil(50_000 / targets.length))

let bedrock: Simulator
let cases = 0
let spent = 0
let slowest = 0
const statuses = new Map<string, number>()

beforeAll(async () => {
  bedrock = await startSimulator({ region: 'us-east-1' })
  process.env.AWS_ENDPOINT_URL_BEDROCK_RUNTIME = bedrock.url
  process.env.AWS_ACCESS_KEY_ID = 'test'
  process.env.AWS_SECRET_ACCESS_KEY = 'test'
})
afterAll(async () => {
  await bedrock.close()
  if (everything) console.log(summary())
})

function summary(): string {
  const seen = [...statuses].sort().map(([status, times]) => `${status} × ${times}`)
  const pace = `${Math.round((cases / spent) * 1000)} a second, the slowest ${Math.round(slowest)} ms`
  return `fuzz: ${cases} cases, ${pace}; ${seen.join(', ')}`
}

async function asked(request: InProcessRequest): Promise<InProcessAnswer> {
  const started = performance.now()
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(reject, longest, new Error(`No answer after ${longest} ms.`))
  })
  const answer = await Promise.race([invoke(request), late]).finally(() => clearTimeout(timer))
  const passed = performance.now() - started
  cases += 1
  spent += passed
  slowest = Math.max(slowest, passed)
  statuses.set(`${answer.statusCode}`, (statuses.get(`${answer.statusCode}`) ?? 0) + 1)
  expect(passed).toBeLessThan(longest)
  return answer
}

const prototypes = () =>
  [Object.prototype, Array.prototype, Function.prototype].map((each) => Reflect.ownKeys(each))
const untouched = prototypes()

describe('whatever is asked, the answer is lawful', () => {
  it.each(targets.map((target) => [target.name, target] as const))('%s', async (_, target) => {
    await fc.assert(
      fc.asyncProperty(casesOf(target), async (request) => {
        const before = bedrock.requests.length
        const answer = await asked(request)
        expectLawful(request, answer, target)
        if (!('attempts' in (answer.lines[0] ?? {}))) {
          expect(bedrock.requests.length).toBe(before)
        }
        expect(prototypes()).toEqual(untouched)
      }),
      { numRuns: samples },
    )
  })

  it('and most routes were also asked what they could answer', () => {
    expect(statuses.get('200')).toBeGreaterThan(cases / 10)
  })
})
