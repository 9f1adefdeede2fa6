/** Secrets of the operator's own, which on this machine stand in environment variables. */
import type { OwnSecrets } from '../aws/secrets-manager.ts'
import { textOf, type Values, valuesOf } from '../template/values.ts'

export type NamedSecret = {
  readonly arn: string
  /** Of the environment: `TOLLGATE_KEY_OPENAI`. */
  readonly variable: string
  /** What is refused without it. */
  readonly whose: string
}

export function namedSecrets(providers: Values, cloudflare: Values): readonly NamedSecret[] {
  const keys = Object.entries(providers).map(([name, server]) => ({
    arn: textOf(valuesOf(server).key),
    variable: `TOLLGATE_KEY_${name.toUpperCase().replaceAll('-', '_')}`,
    whose: `the provider ${name}`,
  }))
  const token = {
    arn: textOf(cloudflare.token),
    variable: 'TOLLGATE_CLOUDFLARE_TOKEN',
    whose: 'Cloudflare',
  }
  return [...keys, token].flatMap(({ arn, ...one }) => (arn === undefined ? [] : [{ ...one, arn }]))
}

/** `missing`: a line for each that is not set; whoever asks for it hears that there is none. */
export function ownSecrets(
  named: readonly NamedSecret[],
  environment: NodeJS.ProcessEnv = process.env,
): { readonly texts: OwnSecrets; readonly missing: readonly string[] } {
  const texts = new Map<string, string>()
  const missing: string[] = []
  for (const { arn, variable, whose } of named) {
    const text = environment[variable]
    if (text === undefined || text === '') {
      missing.push(`${variable} is not set: ${whose} cannot be asked without its key.`)
    } else texts.set(arn, text)
  }
  return { texts, missing }
}
