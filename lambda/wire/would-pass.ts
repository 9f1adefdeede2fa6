/** Says which request a limit lets pass, and from when on it lets pass the one it refused. */
import type { Grounds } from '../core/errors.ts'
import { neverPasses, remainingOf } from '../core/limits.ts'
import { momentOf, usdOf } from '../core/units.ts'

type Way = {
  /** Completes "a request", where at most so much may be asked. */
  readonly of: (most: number) => string
  readonly amount: (most: number) => object
}

/** How a request can be made smaller; one request can not. */
const ways = {
  tokens: {
    of: (most) => ` of at most ${most} tokens (prompt and max_tokens together)`,
    amount: (tokens) => ({ tokens }),
  },
  'micro-usd': {
    of: (most) =>
      ` that costs at most ${usdOf(most)} USD (a smaller max_tokens or a cheaper model costs less)`,
    amount: (microUsd) => ({ micro_usd: microUsd, usd: usdOf(microUsd) }),
  },
  requests: { of: () => '', amount: (requests) => ({ requests }) },
} as const satisfies Record<Exclude<Grounds['measure'], 'parallel'>, Way>

/** `refusedAt`: what was left then may be gone by now, and what was gone may be back. */
export function wouldPass(grounds: Grounds, refusedAt: number, now: number) {
  const { measure, limit, resetsAt } = grounds
  if (measure === 'parallel') {
    return { says: `It passes once fewer than ${limit} calls are on their way.` }
  }
  const { of, amount }: Way = ways[measure]
  if (resetsAt !== undefined && resetsAt <= now) {
    const anew = `The limit began anew at ${momentOf(resetsAt)}: a request${of(limit)} may pass`
    return { ...amount(limit), says: `${anew}${neverPasses(grounds) ? `; ${never}` : ''}.` }
  }
  const left = remainingOf(grounds)
  const sentence = refusedAt < now ? before : present
  const first = left > 0 ? sentence.some(of(left)) : sentence.none
  return {
    ...amount(left),
    ...(resetsAt !== undefined && !neverPasses(grounds) && { after: momentOf(resetsAt) }),
    says: `${first}; ${waiting(grounds)}.`,
  }
}

const present = {
  some: (of: string) => `A request${of} passes now`,
  none: 'Nothing is left now',
}
const before = {
  some: (of: string) => `When it was refused, a request${of} would have passed`,
  none: 'When it was refused, nothing was left',
}

const never = 'this one asks for more than the whole limit, and never passes'

/** What is reserved and not used comes back when its call has ended. */
function waiting(grounds: Grounds): string {
  if (neverPasses(grounds)) return never
  const { limit, used, reserved, asked, resetsAt } = grounds
  const after = resetsAt === undefined ? 'later' : `after ${momentOf(resetsAt)}`
  const sooner = reserved > 0 && used + asked <= limit
  return `this one may pass ${after}${sooner ? ', or sooner, as calls on their way end' : ''}`
}
