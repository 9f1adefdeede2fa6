/** EventBridge on this machine: keeps what is put on the bus, for whoever wants to read it. */
import { randomUUID } from 'node:crypto'
import { isValues, listOf, textOf, type Values, valuesOf } from '../template/values.ts'
import { jsonAnswer, jsonError, operationOf, readJson } from './answers.ts'
import type { LocalService } from './service.ts'

export type BusEvent = {
  readonly source: string
  readonly detailType: string
  readonly detail: Values
}

export type Events = {
  readonly service: LocalService
  /** In the order they came. */
  readonly events: () => readonly BusEvent[]
}

/** Of one request, as in PutEvents. */
const mostEntries = 10

/** Of the bus; the oldest are forgotten. */
const mostKept = 1_000

export function openEvents(): Events {
  const kept: BusEvent[] = []

  function put(entry: Values) {
    const { Source, DetailType, Detail } = entry
    const detail = readJson(textOf(Detail) ?? '')
    if (typeof Source !== 'string' || typeof DetailType !== 'string') {
      return failed('InvalidArgument', 'Source and DetailType are required.')
    }
    if (detail === undefined) return failed('MalformedDetail', 'Detail is malformed.')
    kept.push({ source: Source, detailType: DetailType, detail })
    kept.splice(0, kept.length - mostKept)
    return { EventId: randomUUID() }
  }

  return {
    events: () => [...kept],
    service(request) {
      if (operationOf(request) !== 'PutEvents') {
        const message = `${operationOf(request)}: on this machine there is PutEvents.`
        return jsonError(400, 'UnknownOperationException', message)
      }
      const entries = listOf(readJson(request.body)?.Entries)
      if (entries.length === 0 || entries.length > mostEntries || !entries.every(isValues)) {
        const message = `Entries must be a list of 1 to ${mostEntries} entries.`
        return jsonError(400, 'ValidationException', message)
      }
      const Entries = entries.map((entry) => put(valuesOf(entry)))
      const FailedEntryCount = Entries.filter((entry) => 'ErrorCode' in entry).length
      return jsonAnswer({ FailedEntryCount, Entries })
    },
  }
}

const failed = (ErrorCode: string, ErrorMessage: string) => ({ ErrorCode, ErrorMessage })
