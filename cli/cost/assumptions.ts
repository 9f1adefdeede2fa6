/** What has to be assumed of requests to say what a million of them cost. */
import type { Option } from '../command.ts'
import { WrongUse } from '../problems.ts'

export type Assumptions = {
  /** How long the function waits for a model. */
  readonly seconds: number
  /** Of a question, and of its answer. */
  readonly kilobytes: number
  /** Requests a second while it is in use. */
  readonly rate: number
  readonly routes: number
  readonly models: number
}

type Assumed = Option & { readonly least: number; readonly usual?: number }

/** `models`: as many as the configuration has aliases. */
export const assumed: Readonly<Record<keyof Assumptions, Assumed>> = {
  seconds: { value: 'N', least: 0, usual: 2, help: 'a model takes to answer (default 2)' },
  kilobytes: {
    value: 'N',
    least: 0,
    usual: 4,
    help: 'of a question, and of an answer (default 4)',
  },
  rate: { value: 'N', least: 0, usual: 10, help: 'requests a second while in use (default 10)' },
  routes: { value: 'N', least: 1, usual: 3, help: 'of the API that are called (default 3)' },
  models: { value: 'N', least: 1, help: 'that are asked (default: all aliases)' },
}

export function readAssumptions(
  values: Readonly<Record<string, string | undefined>>,
  aliases: number,
): Assumptions {
  const read = (name: keyof Assumptions): number => {
    const text = values[name]
    const { least, usual = Math.max(1, aliases) } = assumed[name]
    if (text === undefined) return usual
    const number = /^\d{1,6}(\.\d{1,3})?$/.test(text) ? Number(text) : Number.NaN
    const whole = name === 'routes' || name === 'models'
    if (number >= least && (!whole || Number.isInteger(number))) return number
    const needs = whole ? 'a whole number of at least 1' : 'a number such as 2 or 0.5'
    throw new WrongUse(`--${name}: got '${text}', needs ${needs}.`)
  }
  return {
    seconds: read('seconds'),
    kilobytes: read('kilobytes'),
    rate: read('rate'),
    routes: read('routes'),
    models: read('models'),
  }
}
