/** The keys of other providers: each read from its secret once an environment, and kept in memory. */
import { Refused, secretText } from '../aws/secrets-manager.ts'
import { TollgateError } from '../core/errors.ts'

type Kept = { readonly text: Promise<string>; readonly since: number }

const kept = new Map<string, Kept>()

/** Milliseconds: a key that is refused may have been changed, but not more often than this. */
const leastAge = 60_000

/** Those who ask at once share one read; one that failed is not kept. */
export function providerKey(arn: string): Promise<string> {
  const known = kept.get(arn)
  if (known !== undefined) return known.text
  const text = readKey(arn)
  const entry = { text, since: Date.now() }
  kept.set(arn, entry)
  text.catch(() => {
    if (kept.get(arn) === entry) kept.delete(arn)
  })
  return text
}

/** The server refused it: whoever changes a key need not wait until every environment has gone. */
export function forgetKey(arn: string): void {
  const entry = kept.get(arn)
  if (entry !== undefined && Date.now() - entry.since >= leastAge) kept.delete(arn)
}

/** What a header may hold (RFC 9110, visible ASCII); the end of a line is a common slip. */
const keyForm = /^[!-~]+$/

async function readKey(arn: string): Promise<string> {
  const text = (await secretText(arn).catch(unread)).trim()
  if (!keyForm.test(text)) throw mend('NoKeyInSecret')
  return text
}

function unread(thrown: unknown): never {
  if (thrown instanceof Refused) throw mend(thrown.message)
  const message = 'The key of a provider cannot be read at the moment.'
  throw new TollgateError('upstream_unavailable', message, {
    cause: named('SecretUnread', thrown),
    retryAfter: 5,
  })
}

function mend(name: string): TollgateError {
  const message =
    'The key of a provider cannot be read: the gateway’s operator must mend its secret.'
  return new TollgateError('access_denied', message, { cause: named(name) })
}

/** For the trail: AWS's own name of what was wrong, where it is one. */
const named = (name: string, cause?: unknown): Error =>
  Object.assign(new Error('secret', { cause }), {
    name: /^\w{2,60}$/.test(name) ? name : 'SecretUnread',
  })
