/** Reads values of a resolved template, where a number may also be text, as CloudFormation allows. */

export type Values = { readonly [name: string]: unknown }

/** The template, or what was asked of this server, cannot be served; the message says what to do. */
export class NotServed extends Error {
  override readonly name = 'NotServed'
}

/** It was asked for something that does not fit together. */
export class WrongUse extends NotServed {}

export const isValues = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const valuesOf = (value: unknown): Values => (isValues(value) ? value : {})

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

export const textOf = (value: unknown): string | undefined =>
  value === undefined || value === null || typeof value === 'object' ? undefined : String(value)

export function numberOf(value: unknown): number | undefined {
  const text = textOf(value)
  return text === undefined || text.trim() === '' || Number.isNaN(Number(text))
    ? undefined
    : Number(text)
}

export const isTrue = (value: unknown): boolean => value === true || value === 'true'
