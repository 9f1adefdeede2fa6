/** Reads JSON that is to be written again: a number that JavaScript would round keeps all its digits. */

/** ECMA-262, "JSON.parse source text access", of which TypeScript 5 has no types yet. */
const raw = (JSON as unknown as { readonly rawJSON: (text: string) => unknown }).rawJSON

type Context = { readonly source?: string }

export const withEveryDigit = (text: string): unknown =>
  JSON.parse(text, ((_: string, value: unknown, { source }: Context) =>
    typeof value === 'number' && source !== undefined && String(value) !== source
      ? raw(source)
      : value) as (key: string, value: unknown) => unknown)
