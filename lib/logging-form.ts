/** The form of what is logged of a team’s requests. */
import { logContents } from '../lambda/core/monitoring-config.ts'
import { type Check, oneOf } from './checks.ts'

/** Fields of a team. */
export const loggingFields: Readonly<Record<string, Check>> = { log: oneOf(...logContents) }
