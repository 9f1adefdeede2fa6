/** The form of what a configuration says of remembered answers. */
import { type Check, fields, such, wholeNumber } from './checks.ts'

/** Seconds: what a caller may ask for, too; at most 30 days. */
const ttlSeconds = wholeNumber(60, 2_592_000)

export const cacheFields: Readonly<Record<string, Check>> = {
  cache: fields(
    {},
    { ttlSeconds, shared: such('true, or to be left out', (value) => value === true) },
  ),
}
