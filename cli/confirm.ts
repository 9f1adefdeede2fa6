/** Asks before what cannot be taken back. */
import type { Option, Use } from './command.ts'
import { Failure, WrongUse } from './problems.ts'

export const yes: Option = { help: 'do not ask' }

/** Refuses at once where the question could not be asked later. */
export function mustBeAsked({ io, flags }: Pick<Use, 'io' | 'flags'>): void {
  if (flags.has('yes') || io.ask !== undefined) return
  throw new WrongUse('This cannot be taken back, and nobody is here to be asked: add --yes.')
}

export async function confirm({ io, flags }: Use, question: string): Promise<void> {
  if (flags.has('yes')) return
  const answer = await io.ask?.(`${question} [y/N] `)
  if (!/^y(es)?$/i.test(answer?.trim() ?? '')) throw new Failure('Nothing was changed.')
}
