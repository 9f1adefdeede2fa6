/** The contract of whatever is measured: made ready once, then called many times. */

export type Work = {
  /** How large the body is. */
  readonly bytes: number
  readonly stream: boolean
  /** How many chunks the stream has, for whoever counts them. */
  readonly chunks: number
  /** Who asks; else a team without limits. */
  readonly team?: string
  /** Which alias is asked; else a model of one target. */
  readonly model?: string
  /** Where the gateway has a cache: whether the answer shall be in it, from the second call on. */
  readonly remembered?: 'hit' | 'miss'
}

/** One request, until its last byte; resolves with the time of its first, by `performance.now()`. */
export type Ask = () => Promise<number>

export type Contender = (work: Work) => Ask

/** A bench of failures would measure nothing. */
export function require(fact: boolean, what: string): void {
  if (!fact) throw new Error(`The bench got ${what}.`)
}

export const endpoint = process.env.AWS_ENDPOINT_URL_BEDROCK_RUNTIME ?? ''
