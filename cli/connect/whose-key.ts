/** The key that a client is tried with: given, from the environment, or the local gateway’s own. */
import { readKey } from '../../lambda/core/key.ts'
import { noSuch } from '../configuration.ts'
import { Failure, WrongUse } from '../problems.ts'
import type { LocalGateway } from '../settings.ts'
import { keyVariable } from './clients.ts'

export type OwnKey = {
  readonly value: string
  readonly team: string
  readonly keyId: string
  /** How a shell comes by it, where this machine has it in a file. */
  readonly shell?: string
}

export type Given = {
  /** `--key`. */
  readonly key: string | undefined
  readonly team: string | undefined
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly local: LocalGateway | undefined
}

export function whoseKey({ key, team, environment, local }: Given): OwnKey {
  if (key !== undefined) return checked('--key', key, team)
  const own = local?.keys ?? {}
  if (local !== undefined && team !== undefined) {
    const value = own[team]
    if (value === undefined) throw new WrongUse(noSuch('team', team, Object.keys(own)))
    return fromFile(team, value)
  }
  const told = environment[keyVariable]
  if (told !== undefined && told !== '') return checked(keyVariable, told, team)
  const [first] = Object.entries(own)
  if (first !== undefined) return fromFile(...first)
  throw new Failure(
    `There is no key to try it with: put one into ${keyVariable}. ` +
      `\`export ${keyVariable}=$(npx tollgate keys issue ${team ?? 'TEAM'})\` makes one; ` +
      'the stack’s output KeyOfTeam says how the first of a team is shown.',
  )
}

function fromFile(team: string, value: string): OwnKey {
  const shell = `$(node -p "require('./.tollgate/local.json').keys['${team}']")`
  return { ...checked(`The key of ${team}`, value, undefined), shell }
}

/** Never shown itself: a mistyped one is a secret too. */
function checked(source: string, value: string, team: string | undefined): OwnKey {
  const known = readKey(value.trim())
  if (known === undefined) {
    throw new WrongUse(
      `${source}: needs a key of this gateway's, a team's name and 48 letters and digits; what was given is none.`,
    )
  }
  if (team !== undefined && team !== known.team) {
    throw new WrongUse(`${source} is a key of ${known.team}, and --team says ${team}.`)
  }
  return { value: value.trim(), ...known }
}
