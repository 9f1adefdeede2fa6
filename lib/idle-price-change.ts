/** Two lines for whoever synthesises: what the stacks cost while idle, and what changed since last time. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type IdlePart,
  type IdlePrice,
  type IdleTemplate,
  idleParts,
  idleUsd,
  nounOf,
  unpriced,
} from './idle-price.ts'
import { priceDate, priceRegion } from './prices.ts'

type Artifact = {
  readonly type?: string
  readonly properties?: { readonly templateFile?: string; readonly file?: string }
}
type Manifest = { readonly artifacts?: Readonly<Record<string, Artifact>> }
type Assets = {
  readonly files?: Readonly<Record<string, { readonly source?: { readonly path?: string } }>>
}

/** All templates of an assembly, nested stacks' too; `undefined` where there is none that can be read. */
export function templatesIn(folder: string): readonly IdleTemplate[] | undefined {
  try {
    const { artifacts = {} } = read<Manifest>(join(folder, 'manifest.json'))
    const files = Object.values(artifacts).flatMap(({ type, properties = {} }) => {
      if (type === 'aws:cloudformation:stack') return properties.templateFile ?? []
      return type === 'cdk:asset-manifest' ? nestedIn(join(folder, properties.file ?? '')) : []
    })
    return [...new Set(files)].map((file) => read<IdleTemplate>(join(folder, file)))
  } catch {
    return undefined
  }
}

/** Templates of nested stacks are uploaded as files are. */
const nestedIn = (manifest: string): readonly string[] =>
  Object.values(read<Assets>(manifest).files ?? {}).flatMap(({ source }) =>
    source?.path?.endsWith('.nested.template.json') === true ? source.path : [],
  )

const read = <Value>(file: string): Value => JSON.parse(readFileSync(file, 'utf8')) as Value

const usdText = (usd: number): string => usd.toFixed(2)

/** `before`: absent where nothing was synthesised yet. */
export function idleLines(
  now: readonly IdleTemplate[],
  before: readonly IdleTemplate[] | undefined,
): readonly string[] {
  const parts = idleParts(now)
  const billed = parts.filter(({ usd }) => usd > 0)
  const listed = billed.map(({ part, count, usd }) => `${count} ${part} ${usdText(usd)}`)
  const what = listed.length === 0 ? 'nothing of it costs while nobody asks' : listed.join(', ')
  const strange = unpriced(now)
  return [
    `Idle, it costs ${usdText(idleUsd(parts))} USD a month: ${what} (${priceRegion}, ${priceDate}; npx tollgate cost).`,
    ...(before === undefined ? [] : changeLine(parts, idleParts(before))),
    ...(strange.length === 0 ? [] : [`What these cost is not known: ${strange.join(', ')}.`]),
  ]
}

function changeLine(now: readonly IdlePart[], before: readonly IdlePart[]): readonly string[] {
  const names = new Set([...now, ...before].map(({ price }) => price))
  const countIn = (parts: readonly IdlePart[], name: IdlePrice): number =>
    parts.find(({ price }) => price === name)?.count ?? 0
  const changes = [...names].flatMap((name) => {
    const more = countIn(now, name) - countIn(before, name)
    return more === 0 ? [] : [`${signed(String(more))} ${nounOf(name, Math.abs(more))}`]
  })
  const difference = Math.round((idleUsd(now) - idleUsd(before)) * 100) / 100
  if (changes.length === 0 && difference === 0) return []
  return [
    `Since the last synth: ${changes.join(', ')}; ${signed(usdText(difference))} USD a month.`,
  ]
}

const signed = (number: string): string => (number.startsWith('-') ? number : `+${number}`)
