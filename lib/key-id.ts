/** The public id of the key that a deployment makes for a team. */
import { createHash } from 'node:crypto'
import { keyIdLength } from '../lambda/core/key.ts'

/** The same at every deploy, and telling nothing of the secret. */
export function keyIdOf(team: string): string {
  return createHash('sha256').update(`tollgate/${team}`).digest('hex').slice(0, keyIdLength)
}
