/** A function environment: alone with its request, and told what Lambda tells. */
import { describe, expect, it } from 'vitest'
import { answering, apiOf, openGate, serve, streaming } from './gateway-project.ts'

const jsonOf = async <Shape>(answer: Response): Promise<Shape> => (await answer.json()) as Shape

async function facts(answer: Response) {
  return [answer.status, await answer.text()]
}

const failed = [502, '{"message":"Internal server error"}']

describe('an environment', () => {
  const counting = streaming(
    `count += 1
     globalThis.seen ??= Math.random()
     if (event.queryStringParameters?.wait) await gate('all')
     head().write(JSON.stringify([count, globalThis.seen]))
     stream.end()`,
    'let count = 0',
  )

  it('serves one request at a time: those at once have one each', async () => {
    const gate = await openGate()
    const { url } = await serve(counting, { gate: gate.url })
    const answers = Promise.all([1, 2, 3, 4].map(() => fetch(`${url}/x?wait=1`)))
    await gate.reached('all', 4)
    gate.open('all')
    const all = await Promise.all((await answers).map(jsonOf<[number, number]>))
    expect(all.map(([count]) => count)).toEqual([1, 1, 1, 1])
    expect(new Set(all.map(([, seen]) => seen)).size).toBe(4)
  })

  it('is used again when it is idle', async () => {
    const { url } = await serve(counting)
    const first = await jsonOf<[number, number]>(await fetch(`${url}/x`))
    const second = await jsonOf<[number, number]>(await fetch(`${url}/x`))
    expect(second).toEqual([2, first[1]])
  })

  it('is waited for where there may be no more', async () => {
    const gate = await openGate()
    const { url } = await serve(counting, { gate: gate.url, options: { environments: 2 } })
    const answers = [1, 2, 3].map(() => fetch(`${url}/x?wait=1`))
    await gate.reached('all', 2)
    gate.open('all')
    await gate.reached('all', 1)
    gate.open('all')
    const told = (await Promise.all(answers)).map(jsonOf<[number, number]>)
    const counts = (await Promise.all(told)).map(([count]) => count)
    expect(counts.toSorted()).toEqual([1, 1, 2])
  })

  it('knows Lambda’s variables and the template’s, and none of this process', async () => {
    process.env.TOLLGATE_TEST_SECRET = 'seen'
    const { url } = await serve(answering('process.env'), {
      properties: {
        FunctionName: 'named',
        MemorySize: 256,
        Environment: { Variables: { OWN: 'x' } },
      },
    })
    const variables = await (await fetch(`${url}/x`)).json()
    expect(variables).toMatchObject({
      AWS_REGION: 'us-east-1',
      AWS_LAMBDA_FUNCTION_NAME: 'named',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
      AWS_ENDPOINT_URL_BEDROCK_RUNTIME: 'http://127.0.0.1:9',
      OWN: 'x',
    })
    expect(variables).not.toHaveProperty('TOLLGATE_TEST_SECRET')
    expect(variables).not.toHaveProperty('AWS_SESSION_TOKEN')
  })

  it('gives its handler a context', async () => {
    const context = `{ ...context, left: context.getRemainingTimeInMillis() }`
    const { url } = await serve(answering(context), { properties: { FunctionName: 'named' } })
    const answer = await fetch(`${url}/x`)
    const told = await jsonOf<{ left: number }>(answer)
    expect(told).toMatchObject({
      awsRequestId: answer.headers.get('x-amzn-requestid'),
      functionName: 'named',
      invokedFunctionArn: 'arn:aws:lambda:us-east-1:123456789012:function:named',
      memoryLimitInMB: '128',
    })
    expect(told.left).toBeGreaterThan(9000)
    expect(told.left).toBeLessThanOrEqual(10_000)
  })

  it('wraps what goes through console in the JSON format, and leaves bare lines bare', async () => {
    const lines: string[] = []
    const body = `
      console.warn('careful'); process.stdout.write('{"bare":1}\\n')
      head().write('x'); stream.end()`
    const local = await serve(streaming(body), {
      properties: { LoggingConfig: { LogFormat: 'JSON' } },
      options: { onLog: ({ line }) => lines.push(line) },
    })
    await (await fetch(`${local.url}/x`)).text()
    await local.settled()
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ level: 'WARN', message: 'careful' }),
      { bare: 1 },
    ])
  })
})

describe('a function that does not stream', () => {
  const api = apiOf({ 'GET /x': { mode: 'BUFFERED' } })
  const returning = (expression: string) =>
    `export const handler = async (event) => (${expression})`

  it('answers whole', async () => {
    const headers = `{ 'content-type': 'text/plain', connection: 'close' }`
    const answer = `{ statusCode: 201, headers: ${headers}, body: 'eA==', isBase64Encoded: true }`
    const { url } = await serve(returning(answer), { api })
    const response = await fetch(`${url}/x`)
    expect(await facts(response)).toEqual([201, 'x'])
    expect(response.headers.get('x-amzn-remapped-connection')).toBe('close')
  })

  it('must answer in API Gateway’s form', async () => {
    const { url } = await serve(returning('event.queryStringParameters'), { api })
    expect(await facts(await fetch(`${url}/x?statusCode=200&body=fine`))).toEqual([200, 'fine'])
    expect(await facts(await fetch(`${url}/x?statusCode=fine`))).toEqual(failed)
    expect(await facts(await fetch(`${url}/x`))).toEqual(failed)
  })

  it('cannot answer a stream, nor a streaming one a whole', async () => {
    const whole = await serve(returning('{ statusCode: 200 }'))
    expect(await facts(await fetch(`${whole.url}/x`))).toEqual(failed)
    const stream = await serve(answering('1'), { api })
    expect(await facts(await fetch(`${stream.url}/x`))).toEqual(failed)
  })
})
