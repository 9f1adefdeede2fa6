/**
 * Goldens: what each family is sent, and what its streams are understood as.
 * `UPDATE_GOLDENS=1` rewrites those there are, and `npm run format` lays them out.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { bodies } from '../lambda/bodies/index.ts'
import { TollgateError } from '../lambda/core/errors.ts'
import { models } from '../lambda/models/index.ts'
import {
  bodyById,
  built,
  collected,
  eventsOf,
  filesOf,
  modelOf,
  readJson,
  requestOf,
  scenarioFolder,
  scenarios,
} from './support/bodies.ts'

const update = process.env.UPDATE_GOLDENS !== undefined

function expectGolden(scenario: string, file: string, actual: unknown) {
  const plain: unknown = JSON.parse(JSON.stringify(actual, errorAsFields))
  if (update) {
    writeFileSync(join(scenarioFolder, scenario, file), `${JSON.stringify(plain, null, 2)}\n`)
  }
  expect(plain).toEqual(readJson(scenario, file))
}

const errorAsFields = (_: string, value: unknown) =>
  value instanceof TollgateError ? { code: value.code, message: value.message } : value

const cases = (ending: string) =>
  scenarios.flatMap((scenario) =>
    filesOf(scenario)
      .filter((file) => file.endsWith(ending))
      .map((file) => ({ scenario, id: file.slice(0, -ending.length), file })),
  )

type Chunks = { readonly chunks: readonly unknown[]; readonly answer?: unknown }

const chunksOf = (scenario: string, file: string) => readJson(scenario, file) as Chunks

describe('what we send', () => {
  it.each(cases('.body.json'))('$scenario as $id', ({ scenario, id, file }) => {
    expectGolden(scenario, file, built(requestOf(scenario), modelOf(bodyById(id))))
  })

  const pairs = scenarios.flatMap((scenario) => bodies.map((body) => ({ scenario, id: body.id })))

  it.each(pairs)('$scenario is built or refused by name by $id', ({ scenario, id }) => {
    const request = requestOf(scenario)
    const before = structuredClone(request)
    const model = modelOf(bodyById(id))
    try {
      const { body } = built(request, model)
      expect(body).toStrictEqual(JSON.parse(JSON.stringify(body)))
      expect(built(request, model).body).toStrictEqual(body)
    } catch (thrown) {
      expect(thrown).toBeInstanceOf(TollgateError)
      expect(thrown).toMatchObject({ code: 'unsupported_parameter', param: expect.any(String) })
    }
    expect(request).toStrictEqual(before)
  })
})

describe('what every model is sent', () => {
  it.each(models.map((model) => ({ id: model.id, model })))(
    '$id is asked every scenario, or the scenario is refused by name',
    ({ model }) => {
      for (const scenario of scenarios) {
        try {
          const { body } = built(requestOf(scenario), model)
          expect(body).toStrictEqual(JSON.parse(JSON.stringify(body)))
        } catch (thrown) {
          expect(thrown).toMatchObject({
            code: 'unsupported_parameter',
            param: expect.any(String),
            message: expect.stringContaining('could'),
          })
        }
      }
    },
  )
})

describe('what we understand', () => {
  it.each(cases('.chunks.json'))('$scenario from $id', ({ scenario, id, file }) => {
    const events = eventsOf(bodyById(id), chunksOf(scenario, file).chunks)
    expectGolden(scenario, `${id}.events.json`, events)
  })

  const whole = cases('.chunks.json').filter(
    ({ scenario, file }) => chunksOf(scenario, file).answer !== undefined,
  )

  it.each(whole)('$scenario is the same whole and in pieces from $id', async (at) => {
    const { chunks, answer } = chunksOf(at.scenario, at.file)
    const body = bodyById(at.id)
    expect(await collected(eventsOf(body, chunks))).toStrictEqual(body.read(answer, {}))
  })

  it.each(cases('.chunks.json'))('$scenario from $id cut short is never whole', (at) => {
    const { chunks } = chunksOf(at.scenario, at.file)
    const body = bodyById(at.id)
    for (let length = 0; length < chunks.length; length += 1) {
      const events = eventsOf(body, chunks.slice(0, length))
      const stopped = /"messageStop"|"finish_reason":"/.test(
        JSON.stringify(chunks[length - 1] ?? ''),
      )
      expect(events.at(-1)?.type).toBe(stopped ? 'reply-end' : 'reply-error')
    }
  })

  it.each(cases('.chunks.json'))('$scenario from $id keeps to the grammar of events', (at) => {
    const body = bodyById(at.id)
    const reader = body.openStream()
    const { chunks } = chunksOf(at.scenario, at.file)
    const events = [...chunks.flatMap(reader.read), ...reader.end()]
    const word = {
      native: '',
      'reply-start': '^',
      'block-start': '(',
      'block-delta': '.',
      'block-end': ')',
      'reply-end': '$',
      'reply-error': '!',
    }
    const sentence = events.map(({ type }) => word[type]).join('')
    expect(sentence).toMatch(/^(\^(\(\.*\))*(\$|\(?\.*!)|!)$/)
    const opened = events.filter((event) => event.type === 'block-start')
    expect(opened.map(({ index }) => index)).toEqual(opened.map((_, index) => index))
    expect([...reader.read(chunks[0]), ...reader.end()]).toEqual([])
  })
})
