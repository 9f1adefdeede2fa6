/** The form of what a configuration says of watching. */
import { type Check, fields, flag, isObject, numberAbove, problem, wholeNumber } from './checks.ts'

const thresholds = {
  errorPercent: numberAbove(0, 100, ' percent'),
  overheadMs: wholeNumber(1, 60_000),
  throttles: wholeNumber(1, 1_000_000),
} satisfies Record<string, Check>

const alarms: Check = (value, path) => {
  if (typeof value === 'boolean') return []
  if (isObject(value)) return fields({}, thresholds)(value, path)
  const names = Object.keys(thresholds).join(', ')
  return [problem(path, value, `needs true, false, or an object with ${names}`)]
}

export const monitoringFields: Readonly<Record<string, Check>> = {
  monitoring: fields({}, { dashboards: flag, alarms, archive: flag, history: flag }),
}
