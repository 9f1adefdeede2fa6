/** How many bytes of log a request makes: typical lines, built by the definitions the gateway writes by. */
import type { GatewayConfig } from '../../lambda/core/config.ts'
import { type MetricName, metrics, mostTeams } from '../../lambda/core/metrics.ts'
import { type LogFields, metricLine } from '../../lambda/core/record.ts'
import { accessLogFields } from '../../lib/access-log.ts'

const id = '00000000-0000-4000-8000-000000000000'
const model = 'anthropic.claude-haiku-4-5-20251001-v1:0'

/** Of a stream that went well, the usual case. */
const fields: Partial<LogFields> = {
  requestId: id,
  route: 'POST /v1/chat/completions',
  dialect: 'openai-chat',
  team: 'platform',
  keyId: 'k3v9x2ab',
  model,
  target: `us.${model}`,
  region: 'us-east-1',
  attempts: 'us-east-1:ok',
  task: 'chat',
  stream: true,
  status: 200,
  outcome: 'ok',
  stop: 'end',
  xrayTraceId: '1-5759e988-bd862e3fe1be46a994272793',
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': 'aws.bedrock',
  'gen_ai.request.model': model,
  'gen_ai.request.max_tokens': 4096,
  'gen_ai.response.model': model,
  'gen_ai.response.finish_reasons': ['stop'],
  'gen_ai.usage.input_tokens': 1_000,
  'gen_ai.usage.output_tokens': 250,
}

/** What such a stream has a number of; the rest counts what went otherwise. */
const usual = (name: string): boolean =>
  /^(Requests|Duration|First|Output|Upstream|Overhead|Ledger|Input|Cost|Cache(Read|Write)|Budget(Used|Forecast)|Notices)/.test(
    name,
  ) && !/(Errors|Throttles|Failures)$/.test(name)

/** As long as most of them are. */
const typical = 123.456

/** The function's own line, of whose metrics each is named once for all its dimensions. */
export function lineBytes({ teams }: GatewayConfig): number {
  const names = (Object.keys(metrics) as MetricName[]).filter(usual)
  const values = Object.fromEntries(names.map((name) => [name, typical]))
  const byTeam = Object.keys(teams).length <= mostTeams
  return Buffer.byteLength(metricLine(fields, values, 1_763_700_000_000, byTeam)) + 1
}

/** What API Gateway puts in for a variable is about as long as this. */
const variableBytes = 14

/** API Gateway's line of the same request. */
export const accessLineBytes = (): number =>
  Object.keys(accessLogFields).reduce((sum, name) => sum + name.length + 6 + variableBytes, 2)

/** Lambda's own lines of an invocation, its start and its report, in JSON. */
export const platformBytes = 600
