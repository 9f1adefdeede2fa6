/** The form of a key's value, read from the right: secret, public id, and what is left is the team. */
import type { Caller } from './contracts.ts'

export const secretLength = 40
export const keyIdLength = 8
/** API Gateway takes values of 20 to 128 letters and digits. */
export const longestTeamName = 128 - secretLength - keyIdLength

const form = new RegExp(
  `^([a-z0-9]{1,${longestTeamName}})([a-z0-9]{${keyIdLength}})[A-Za-z0-9]{${secretLength}}$`,
)

/** Team and public id of a key that has the right form; whether it is known only API Gateway says. */
export function readKey(value: string): Caller | undefined {
  const parts = form.exec(value)
  const [, team, keyId] = parts ?? []
  return team === undefined || keyId === undefined ? undefined : { team, keyId }
}
