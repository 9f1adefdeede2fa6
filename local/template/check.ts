/** Stops at what a template has and the local gateway does not know. */
import { isDeepStrictEqual } from 'node:util'
import { idleTypes } from './idle.ts'
import { type Fields, isCustom, type Known, servedTypes } from './known.ts'
import { isValues, NotServed, type Values } from './values.ts'

/** `place` is the resource as a reader finds it: `Tollgate/Api (AWS::ApiGateway::RestApi)`. */
export function checkType(type: string, place: string): void {
  if (isCustom(type) || Object.hasOwn(servedTypes, type) || Object.hasOwn(idleTypes, type)) return
  throw new NotServed(
    `${place}: the local gateway does not know this type of resource.\n` +
      `  It serves ${Object.keys(servedTypes).join(', ')} and custom resources.\n` +
      `  It reads over ${Object.keys(idleTypes).join(', ')}.`,
  )
}

/** `properties` are resolved. */
export function checkProperties(type: string, properties: Values, place: string): void {
  const known = servedTypes[type]
  if (known !== undefined) checkFields(known, properties, place, '')
}

function checkFields(known: Fields, values: Values, place: string, path: string): void {
  for (const [name, value] of Object.entries(values)) {
    const field = known[name]
    const here = path === '' ? name : `${path}.${name}`
    if (field !== undefined) check(field, value, place, here)
    else {
      const names = Object.keys(known).join(', ')
      throw new NotServed(
        `${place}: the local gateway does not know the property ${here}; it knows ${names}.`,
      )
    }
  }
}

function check(known: Known, value: unknown, place: string, path: string): void {
  switch (known.kind) {
    case 'served':
    case 'idle':
      return
    case 'one-of':
      if (known.values.some((one) => isDeepStrictEqual(one, value))) return
      throw new NotServed(
        `${place}: ${path} is ${JSON.stringify(value)}; the local gateway serves ` +
          `${known.values.map((one) => JSON.stringify(one)).join(' or ')}.`,
      )
    case 'fields':
      if (!isValues(value)) throw new NotServed(`${place}: ${path} must be an object.`)
      checkFields(known.fields, value, place, path)
      return
    case 'list':
      if (!Array.isArray(value)) throw new NotServed(`${place}: ${path} must be a list.`)
      for (const [index, item] of value.entries()) check(known.of, item, place, `${path}[${index}]`)
  }
}
