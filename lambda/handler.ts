/** The whole path of a request on one screen: parse, find, fit, policies, answer. */
import middy from '@middy/core'
import { executionModeStreamifyResponse } from '@middy/core/StreamifyResponse'
import httpJsonBodyParser from '@middy/http-json-body-parser'
import type { Context } from 'aws-lambda'
import config from '#gateway-config'
import { accounts } from './account.ts'
import { openAccounting } from './accounting.ts'
import { openCalibration } from './budget/calibration.ts'
import { openCatalogue } from './catalogue.ts'
import { TollgateError } from './core/errors.ts'
import { dialects } from './dialects/index.ts'
import { answer } from './edge/answer.ts'
import { ended, type GatewayEvent, httpRequestOf, trailOf } from './edge/exchange.ts'
import { exchanges } from './edge/failures.ts'
import { inputGate, wellFormedText } from './edge/input-gate.ts'
import { listed, otherRoutes } from './edge/other-routes.ts'
import { wished } from './edge/wishes.ts'
import { forecaster } from './forecast.ts'
import { describing } from './openapi/describe.ts'
import { underPolicies } from './policies/index.ts'
import { route } from './policies/route.ts'
import { callReader } from './read-call.ts'
import { openAttempts } from './routing/attempts.ts'
import { openTemplates } from './templates/index.ts'
import { provider } from './traced.ts'

const catalogue = openCatalogue(config)
const { ledger, tell, done, nameOf, history } = openAccounting(config, catalogue)
const readCall = callReader(catalogue)
const rendered = openTemplates(config.templates)
const calibration = openCalibration()
const forecast = forecaster(calibration)
const accountOf = accounts({ config, catalogue, readCall, ledger, forecast, nameOf, history })
const otherRoute = otherRoutes(dialects, describing(dialects))
const limits = { ...catalogue, ledger, nameOf, calibration, tell, cache: config.cache }
const chat = underPolicies(route(openAttempts({ provider, timeouts: config.timeouts })), limits)

async function gateway(event: GatewayEvent, context: Context) {
  const { exchange } = event
  const { dialect, caller, record, requestId: id } = exchange
  if (dialect === undefined) return otherRoute(exchange)
  if (caller === undefined) throw new TollgateError('invalid_api_key', 'This route needs a key.')

  const { found, ...trail } = trailOf(exchange)
  const http = rendered(dialect, httpRequestOf(event), trail.notice)
  if (dialect.task === 'list') {
    return listed(exchange, dialect.answer(http, catalogue.usableBy(caller)))
  }
  if (dialect.task === 'account') {
    return listed(exchange, await dialect.answer(http, accountOf(exchange, caller)))
  }
  const said = { ...readCall(dialect, http, caller, trail.notice, found), ...wished(http, config) }
  const remaining = () => context.getRemainingTimeInMillis()
  const call = { id, caller, ...said, ...trail, record, signal: exchange.gone.signal, remaining }

  return answer(exchange, dialect, { call, http, reply: await chat(call) })
}

export const handler = middy({
  executionMode: executionModeStreamifyResponse,
  timeoutEarlyInMillis: 0,
  requestEnd: ({ event }) => ended((event as GatewayEvent).exchange, done),
})
  .use(exchanges(dialects, ledger, config))
  .use(inputGate())
  .use(httpJsonBodyParser({ disableContentTypeError: true }))
  .use(wellFormedText())
  .handler(gateway)
