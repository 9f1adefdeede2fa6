/** Functions as Lambda runs them: streaming, and failing. */
import { type IncomingMessage, request } from 'node:http'
import { connect } from 'node:http2'
import { describe, expect, it } from 'vitest'
import type { LocalOptions } from '../local/gateway/local.ts'
import { answering, apiOf, openGate, serve, streaming } from './gateway-project.ts'

const open = (url: string): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => request(url, resolve).on('error', reject).end())

const next = (answer: IncomingMessage): Promise<string> =>
  new Promise((resolve, reject) => {
    answer.once('data', (bytes: Buffer) => resolve(bytes.toString()))
    answer.once('error', reject)
  })

async function facts(answer: Response) {
  return [answer.status, await answer.text()]
}

const failed = [502, '{"message":"Internal server error"}']

describe('a stream', () => {
  it('leaves chunk by chunk, each before the next is made', async () => {
    const gate = await openGate()
    const body = `
      const answer = head(201, { 'x-test': 'yes' })
      for (const part of ['one', 'two', 'three']) {
        answer.write(part)
        await gate(part)
      }
      answer.end()`
    const { url } = await serve(streaming(body), { gate: gate.url })
    const answer = await open(`${url}/x`)
    expect([answer.statusCode, answer.headers['x-test']]).toEqual([201, 'yes'])
    for (const part of ['one', 'two', 'three']) {
      expect(await next(answer)).toBe(part)
      await gate.reached(part)
      gate.open(part)
    }
    expect(await new Promise((resolve) => answer.resume().on('end', () => resolve('end')))).toBe(
      'end',
    )
  })

  it('shows status and headers before there is any body', async () => {
    const gate = await openGate()
    const body = `const answer = head(202); answer.write(''); await gate('a'); answer.end('done')`
    const { url } = await serve(streaming(body), { gate: gate.url })
    const answer = await open(`${url}/x`)
    expect(answer.statusCode).toBe(202)
    gate.open(await gate.reached('a').then(() => 'a'))
    expect(await next(answer)).toBe('done')
  })

  it('arrives the same over HTTP/2', async () => {
    const { url } = await serve(answering('[event.headers.Host !== undefined, 1]'))
    const session = connect(url)
    const stream = session.request({ ':path': '/x' })
    let text = ''
    for await (const part of stream) text += part
    session.close()
    expect(text).toBe('[true,1]')
  })

  it('makes its function wait for a client that does not read', async () => {
    const gate = await openGate()
    const body = `
      const answer = head()
      const part = 'x'.repeat(256 * 1024)
      let written = 0
      const writing = (async () => {
        for (; written < 400; written += 1) await flushed(answer, part)
      })()
      await Promise.race([writing, new Promise((resolve) => setTimeout(resolve, 300))])
      console.log('written ' + written)
      await gate('told')
      await writing
      answer.end()`
    const lines: string[] = []
    const told = Promise.withResolvers<void>()
    const onLog = ({ line }: { line: string }) => {
      lines.push(line)
      told.resolve()
    }
    const { url } = await serve(streaming(body), { gate: gate.url, options: { onLog } })
    const answer = await open(`${url}/x`)
    answer.pause()
    await told.promise
    expect(Number(lines[0]?.split(' ')[1])).toBeLessThan(200)
    gate.open(await gate.reached('told').then(() => 'told'))
    let size = 0
    for await (const part of answer) size += (part as Buffer).length
    expect(size).toBe(400 * 256 * 1024)
  })

  it('runs to its end when its client goes away', async () => {
    const gate = await openGate()
    const body = `
      const answer = head()
      answer.write('begun')
      await gate('gone')
      for (let part = 0; part < 100; part += 1) await flushed(answer, 'x'.repeat(10_000))
      answer.end()
      console.log('finished')`
    const lines: string[] = []
    const cut: boolean[] = []
    const local = await serve(streaming(body), {
      gate: gate.url,
      options: {
        onLog: ({ line }) => lines.push(line),
        onRequest: ({ whole }) => cut.push(!whole),
      },
    })
    const answer = await open(`${local.url}/x`)
    await next(answer)
    await gate.reached('gone')
    const closed = new Promise((resolve) => answer.once('close', resolve))
    answer.on('error', () => {})
    answer.destroy()
    await closed
    gate.open('gone')
    await local.settled()
    expect(lines).toEqual(['finished'])
    expect(cut).toEqual([true])
  })

  it('is cut off where its function throws, crashes or is too slow, never looking whole', async () => {
    const body = `
      const answer = head()
      await flushed(answer, 'begun')
      const how = event.queryStringParameters.how
      if (how === 'throw') throw new Error('in the middle')
      if (how === 'exit') process.exit(3)
      if (how === 'destroy') stream.destroy(new Error('broken'))
      await new Promise(() => {})`
    const { url } = await serve(streaming(body), { properties: { Timeout: 1 } })
    const hows = ['throw', 'exit', 'destroy', 'hang']
    const cut = hows.map(async (how) => {
      const answer = await open(`${url}/x?how=${how}`)
      expect(answer.statusCode).toBe(200)
      const read = (async () => {
        for await (const _ of answer) {
        }
      })()
      await expect(read, how).rejects.toThrow('aborted')
    })
    await Promise.all(cut)
  })
})

describe('a function that fails before its answer begins', () => {
  const body = `
    const how = event.queryStringParameters?.how
    if (how === 'throw') throw new Error('at once')
    if (how === 'exit') process.exit(3)
    if (how === 'uncaught') { setTimeout(() => { throw new Error('later') }); await new Promise(() => {}) }
    if (how === 'rejected') { Promise.reject(new Error('unseen')); await new Promise(() => {}) }
    if (how === 'hang') await new Promise(() => {})
    if (how === 'memory') { const all = []; for (;;) all.push(new Array(1e6).fill(all.length + 0.5)) }
    if (how === 'nothing') return stream.end()
    if (how === 'unended') { head().write('x'); return }
    if (how === 'no-prelude') { stream.write('just text'); return stream.end() }
    if (how === 'no-json') { stream.write('{]'); stream.write(new Uint8Array(8)); return stream.end() }
    if (how === 'no-status') { head('fine').write('x'); return stream.end() }
    if (how === 'bad-header') { head(200, { 'x y': 'z' }).write('x'); return stream.end() }
    head().write('fine ' + process.env.AWS_LAMBDA_FUNCTION_NAME.length)
    stream.end()`

  it('is a 502 or 504, and the next request is answered', async () => {
    const { url } = await serve(streaming(body), { properties: { Timeout: 2, MemorySize: 128 } })
    /** Its time passes while the others fail. */
    const hanging = fetch(`${url}/x?how=hang`)
    const hows = ['throw', 'exit', 'uncaught', 'rejected', 'memory', 'nothing', 'no-prelude']
    for (const how of [...hows, 'no-json', 'no-status', 'bad-header']) {
      expect(await facts(await fetch(`${url}/x?how=${how}`)), how).toEqual(failed)
      expect((await fetch(`${url}/x`)).status, `after ${how}`).toBe(200)
    }
    const late = [504, '{"message":"Endpoint request timed out"}']
    expect(await facts(await hanging)).toEqual(late)
    expect((await fetch(`${url}/x`)).status).toBe(200)
  })

  it('is a 502 where it cannot even be loaded', async () => {
    const { url } = await serve('export const handler = nothing')
    expect(await facts(await fetch(`${url}/x`))).toEqual(failed)
    expect(await facts(await fetch(`${url}/x`))).toEqual(failed)
  })

  it('says in its log what happened', async () => {
    const lines: string[] = []
    const options: LocalOptions = { onLog: ({ line }) => lines.push(line) }
    const local = await serve(streaming(body), { options })
    await fetch(`${local.url}/x?how=throw`)
    await local.settled()
    expect(JSON.parse(lines.join())).toMatchObject({ error: { errorMessage: 'at once' } })
  })

  it('is a 504 where the integration’s time is over', async () => {
    const api = apiOf({ 'GET /x': { timeoutMs: 60 } })
    const { url } = await serve(streaming('await new Promise(() => {})'), { api })
    expect((await fetch(`${url}/x`)).status).toBe(504)
  })

  it('is cut off where it is silent for too long', async () => {
    const body = `
      head().write('x')
      if (event.queryStringParameters === null) stream.end()
      else await new Promise(() => {})`
    const { url } = await serve(streaming(body), { options: { timeouts: { silenceMs: 150 } } })
    while ((await fetch(`${url}/x`)).status === 504) {
      /** It is still being started. */
    }
    await expect(fetch(`${url}/x?silent=1`).then((answer) => answer.text())).rejects.toThrow()
  })
})
