/** `guard test`: tries a file of examples against the rules of the configuration, and sends nothing. */
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { countOf } from '../amounts.ts'
import type { Command } from '../command.ts'
import { Failure, WrongUse } from '../problems.ts'

const usualFile = 'tollgate.guard.test.yaml'

export const guardTest: Command = {
  name: 'guard test',
  operands: [],
  summary: 'Tries examples against the guard, before it is deployed',
  about: [
    'The file lists what must pass and what must be blocked, of questions and of answers; ' +
      'docs/rules.md shows one. Nothing is asked of anybody. Exit status 1: an example came ' +
      'out otherwise.',
  ],
  options: { file: { value: 'FILE', help: `the examples (default ${usualFile})` } },
  examples: ['guard test', 'guard test --file attacks.yaml --json'],
  async run({ values, io, config }) {
    const checked = await config()
    const { readExamples, resultsOf, ruleNames } = await import('../guard-examples.ts')
    const guarded = [checked, ...Object.values(checked.teams), ...Object.values(checked.models)]
    if (!guarded.some((each) => typeof each === 'object' && 'guard' in each)) {
      throw new Failure(
        'There is no guard: neither the gateway nor a team nor an alias has one. ' +
          'docs/rules.md says how one is written.',
      )
    }
    const { file = usualFile } = values
    const path = resolve(io.folder, file)
    if (!existsSync(path)) {
      throw new WrongUse(`${file} does not exist; --file names another, docs/rules.md shows one.`)
    }
    const results = resultsOf(readExamples(await parsed(path, file), file), checked)
    const wrong = results.filter(({ ok }) => !ok)
    const tried = new Set(results.map(({ rule }) => rule))
    const untried = ruleNames(checked).filter((name) => !tried.has(name))
    return {
      json: {
        examples: results.length,
        failed: wrong.length,
        untried,
        results: results.map(({ example, ...rest }) => ({ ...rest, ...example, ...ruleOf(rest) })),
      },
      text: [
        ...wrong.map(({ of, expected, got, example, rule }) => {
          const by = rule === undefined ? '' : ` by ${rule}`
          const wanted = example.rule === undefined ? '' : ` by ${example.rule}`
          const words = { pass: 'passes', block: 'is blocked' }
          return `FAIL ${of} ${JSON.stringify(example.text)}: ${words[got]}${by}, must ${expected === 'pass' ? 'pass' : `be blocked${wanted}`}`
        }),
        `${countOf(results.length, 'example')}, ${wrong.length === 0 ? 'all as they must be' : `${wrong.length} not as they must be`}.`,
      ].join('\n'),
      warnings: untried.length === 0 ? [] : [`No example tries: ${untried.join(', ')}.`],
      failed: wrong.length > 0,
    }
  },
}

/** An example's own `rule` is the one it wants. */
const ruleOf = ({ rule }: { readonly rule?: string }) => ({ rule: rule ?? null })

async function parsed(path: string, file: string): Promise<unknown> {
  const { parse } = await import('yaml')
  try {
    return parse(readFileSync(path, 'utf8'))
  } catch (thrown) {
    throw new Failure(`${file} is not YAML that can be read: ${(thrown as Error).message}`)
  }
}
