/** What a check came to, and what a check is given to look at. */
import type { GatewayConfig } from '../../lambda/core/config.ts'
import { asProblem } from '../failures.ts'
import type { Ask } from './ask.ts'

/** `note`: works, and should be known. `skipped`: what it needs is not there. */
export type State = 'ok' | 'note' | 'wrong' | 'skipped'

export type Finding = {
  readonly state: State
  readonly says: string
  /** What to do about it. */
  readonly mend?: string
}

/** Whom the credentials are of. */
export type Identity = { readonly account: string; readonly arn: string }

/** What checks of a deployed gateway look at. */
export type Deployed = {
  readonly config: GatewayConfig
  readonly stack: string
  /** Where the stack is. */
  readonly home: string
  readonly identity: Identity
  readonly ask: Ask
  /** The template that would be deployed now. */
  readonly wanted: () => Promise<object>
}

export type Check = {
  readonly name: string
  readonly run: (deployed: Deployed) => Promise<readonly Finding[]>
}

export const ok = (says: string): Finding => ({ state: 'ok', says })
export const note = (says: string, mend?: string): Finding => ({
  state: 'note',
  says,
  ...(mend !== undefined && { mend }),
})
export const wrong = (says: string, mend: string): Finding => ({ state: 'wrong', says, mend })
export const skipped = (says: string): Finding => ({ state: 'skipped', says })

/** AWS's own words of why it could not be asked. */
export const toldBy = (thrown: unknown): string => asProblem(thrown).message
