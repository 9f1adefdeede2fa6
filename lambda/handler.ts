/** The whole path of a request on one screen: parse, find, fit, policies, answer. */
import middy from '@middy/core'
import { executionModeStreamifyResponse } from '@middy/core/StreamifyResponse'
import httpJsonBodyParser from '@middy/http-json-body-parser'
import type { Context } from 'aws-lambda'
import config from '#gateway-config'
import { openCatalogue } from './catalogue.ts'
import { TollgateError } from './core/errors.ts'
import { dialects } from './dialects/index.ts'
import { answer } from './edge/answer.ts'
import { type GatewayEvent, httpRequestOf, trailOf } from './edge/exchange.ts'
import { exchanges } from './edge/failures.ts'
import { inputGate, wellFormedText } from './edge/input-gate.ts'
import { listed, otherRoutes } from './edge/other-routes.ts'
import { underPolicies } from './policies/index.ts'
import { route } from './policies/route.ts'
import { provider } from './providers/index.ts'
import { callReader } from './read-call.ts'
import { findTarget } from './targets.ts'

const catalogue = openCatalogue(config)
const readCall = callReader(catalogue)
/** Loaded when it is first asked for, so that a cold start pays nothing for it. */
const describe = async () => {
  const { openApiDocument } = await import('./openapi/document.ts')
  return JSON.stringify(openApiDocument(dialects))
}
const otherRoute = otherRoutes(dialects, describe)
const chat = underPolicies(route(findTarget(config), provider))

async function gateway(event: GatewayEvent, context: Context, { signal }: { signal: AbortSignal }) {
  const { exchange } = event
  const { dialect, caller, record, requestId: id } = exchange
  if (dialect === undefined) return otherRoute(exchange)
  if (caller === undefined) throw new TollgateError('invalid_api_key', 'This route needs a key.')

  const http = httpRequestOf(event)
  if (dialect.task === 'list') {
    return listed(exchange, dialect.answer(http, catalogue.usableBy(caller)))
  }
  const { notice, attempted, found } = trailOf(exchange)
  const said = readCall(dialect, http, caller, notice, found)
  const remaining = () => context.getRemainingTimeInMillis()
  const call = { id, caller, ...said, notice, attempted, record, signal, remaining }

  return answer(exchange, dialect, { call, http, reply: await chat(call) })
}

export const handler = middy({
  executionMode: executionModeStreamifyResponse,
  timeoutEarlyInMillis: 0,
})
  .use(exchanges(dialects))
  .use(inputGate())
  .use(httpJsonBodyParser({ disableContentTypeError: true }))
  .use(wellFormedText())
  .handler(gateway)
