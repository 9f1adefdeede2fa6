/** Faults a test can order, `slow-stream:50`: what may be said, and what is meant by it. */
import type { Delivery } from './delivery.ts'
import { invalid } from './exceptions.ts'
import { faultKinds, type Kind, type Parameter, type Values } from './fault-kinds.ts'

export type Fault = {
  readonly spec: string
  /** Leaves a delivery it has no meaning for as it is. */
  readonly apply: (delivery: Delivery) => Delivery
}

/** Throws a ValidationException that names what would have worked. */
export function parseFault(spec: string): Fault {
  const [name = '', ...words] = spec.trim().split(':')
  const kind = Object.hasOwn(faultKinds, name) ? faultKinds[name] : undefined
  const values = kind && readValues(kind, words)
  if (kind === undefined || values === undefined) {
    throw invalid(`The fault '${spec}' is not known. Known are: ${faultForms().join(', ')}.`)
  }
  const apply = (delivery: Delivery) =>
    kind.streamsOnly && !delivery.isStream ? delivery : kind.apply(delivery, values)
  return { spec, apply }
}

/** `cut:BYTES` and its likes; what may be left out is in brackets. */
export const faultForms = (): readonly string[] =>
  Object.entries(faultKinds).map(
    ([name, { parameters, optional }]) =>
      [name, ...parameters].join(':') + (optional === undefined ? '' : `[:${optional}]`),
  )

export const describedFaults = (): readonly { readonly fault: string; readonly does: string }[] =>
  Object.values(faultKinds).map(({ does, streamsOnly }, index) => ({
    fault: faultForms()[index] ?? '',
    does: streamsOnly ? `${does} (streams)` : does,
  }))

function readValues({ parameters, optional }: Kind, words: readonly string[]): Values | undefined {
  const all = optional === undefined ? parameters : [...parameters, optional]
  if (words.length < parameters.length || words.length > all.length) return undefined
  const given = all.slice(0, words.length).map((of, index) => ({ of, word: words[index] ?? '' }))
  if (!given.every(({ of, word }) => forms[of].test(word))) return undefined
  const named = (name: Parameter) => given.find(({ of }) => of === name)?.word
  const [number = 0, second = 0] = given
    .filter(({ of }) => of !== 'NAME')
    .map(({ word }) => Number(word))
  const seconds = named('SECONDS')
  return {
    name: named('NAME') ?? '',
    number,
    second,
    seconds: seconds === undefined ? undefined : Number(seconds),
  }
}

const count = /^\d{1,9}$/
const forms: Readonly<Record<Parameter, RegExp>> = {
  STATUS: /^[45]\d\d$/,
  NAME: /^[A-Za-z]\w*$/,
  MS: count,
  SECONDS: count,
  BYTES: count,
  CHUNKS: count,
  INDEX: count,
}
