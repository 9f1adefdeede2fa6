/** What a caller and the log are told where an operator's function fails, or gives back what is none. */
import { TollgateError } from '../core/errors.ts'

const message = 'A transformer of this gateway failed. The request id finds the cause.'

/** Runs an operator's code; `at` is what the log calls it. */
export async function byOperator<R>(at: string, work: () => R | Promise<R>): Promise<R> {
  try {
    return await work()
  } catch (thrown) {
    if (thrown instanceof TollgateError) throw thrown
    throw broken(`${at}: ${kindOf(thrown)}`, placesOf(thrown))
  }
}

/** `wrong`: the first place of what was given back that is not as its type says. */
export const misshapen = (at: string, wrong: string): TollgateError =>
  broken(`${at}: gave back a wrong ${wrong}`, '')

function broken(name: string, stack: string): TollgateError {
  const cause = Object.assign(new Error(), { name, stack })
  return new TollgateError('internal_error', message, { cause })
}

const kindOf = (thrown: unknown): string =>
  thrown instanceof Error && /^[A-Za-z]{1,60}$/.test(thrown.name) ? thrown.name : 'thrown'

/** A message may quote a prompt, lines that look like places in the code and all. */
function placesOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return ''
  const { stack = '', message } = thrown
  const at = stack.indexOf(message)
  return at < 0 ? '' : stack.slice(at + message.length)
}
