/** What whoever needs the ledger is told while it cannot be asked. */
import { TollgateError } from '../core/errors.ts'
import { StoreFailure } from './store.ts'

/** Seconds after which a ledger that could not be asked may answer again. */
const retryAfter = 5

export const unavailable = (message: string, cause: StoreFailure): TollgateError =>
  new TollgateError('upstream_unavailable', message, { retryAfter, cause })

/** For what only reads. */
export async function orUnavailable<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (thrown) {
    if (!(thrown instanceof StoreFailure)) throw thrown
    throw unavailable('The ledger cannot be asked at the moment.', thrown)
  }
}
