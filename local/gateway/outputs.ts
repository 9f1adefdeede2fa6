/** A stack's outputs on this machine: where the gateway would answer is where it does. */
import type { Values } from '../template/values.ts'
import type { Api } from './api.ts'

export function outputsHere(
  outputs: Values,
  { addresses }: Pick<Api, 'addresses'>,
  url: string,
): Readonly<Record<string, string>> {
  const texts = Object.entries(outputs).map(([name, value]) => {
    const here = addresses.reduce((text, address) => text.replace(address, url), String(value))
    return [name, here] as const
  })
  return Object.fromEntries(texts)
}
