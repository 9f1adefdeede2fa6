/** `connect`: the settings of a client, and one real call as it would make it. */
import { closest } from '../../lambda/core/closest.ts'
import type { Command, Report, Use } from '../command.ts'
import { type ClientName, clientNames, clients, keyVariable, linesFor } from '../connect/clients.ts'
import { mendOf } from '../connect/mend.ts'
import { type Tried, tryCall } from '../connect/try.ts'
import { type OwnKey, whoseKey } from '../connect/whose-key.ts'
import { WrongUse } from '../problems.ts'
import { readSettings } from '../settings.ts'

export const connect: Command = {
  name: 'connect',
  operands: [{ name: 'CLIENT', needed: true }],
  summary: 'Prints a client’s settings, and tries them with one call',
  about: [
    `CLIENT is ${clientNames.slice(0, -1).join(', ')} or ${clientNames.at(-1)}.`,
    `The key comes from the environment, ${keyVariable}; on this machine, from the running ` +
      'gateway. No line that is printed has it. The call counts, and costs, as any other: up to ' +
      '100 tokens.',
  ],
  options: {
    team: { value: 'TEAM', help: 'whose key it is; on this machine, which is taken' },
    key: { value: 'KEY', help: `in place of ${keyVariable}; a shell keeps what is typed` },
    model: { value: 'NAME', help: 'an alias or an id (default: one the team may use)' },
    'no-call': { help: 'print the settings, and ask nothing' },
  },
  examples: ['connect openai --local', 'connect claude-code --model claude --no-call'],
  run,
}

async function run(use: Use): Promise<Report> {
  const { values, flags, io, config, deployment } = use
  const client = readClient(values.CLIENT ?? '')
  const named = readModel(values.model)
  const { local } = readSettings({ values, flags, io })
  const key = whoseKey({
    ...{ key: values.key, team: values.team },
    ...{ environment: io.environment, local },
  })
  const url = (local?.url ?? (await deployment()).output('Url')).replace(/\/$/, '')
  const model = named ?? (await pickedModel(await config(), key.team, client))
  const place = { url, model }
  const lines = linesFor(client, place)
  const facts = { client, ...place, team: key.team, key_id: key.keyId, lines }
  const settings = settingsText(client, key, place)
  if (flags.has('no-call')) return { json: facts, text: settings }
  const tried = await tryCall({ client, ...place, key: key.value })
  const mend = mendOf(tried, { ...place, ...key, local: local !== undefined })
  const call = { ...callJson(tried), ...(mend !== undefined && { mend }) }
  return tried.type === 'answered'
    ? { json: { ...facts, call }, text: `${settings}\n\n${answeredText(tried)}` }
    : {
        json: { ...facts, call },
        text: settings,
        warnings: ['', ...[failedText(tried, url), mend].filter((text) => text !== undefined)],
        failed: true,
      }
}

function readClient(name: string): ClientName {
  const found = clientNames.find((each) => each === name)
  if (found !== undefined) return found
  const meant = closest(name, clientNames)
  const hint = meant === undefined ? '' : ` Did you mean '${meant}'?`
  throw new WrongUse(`There is no client '${name}'; there are ${clientNames.join(', ')}.${hint}`)
}

/** It stands in lines that are copied into a shell. */
function readModel(name: string | undefined): string | undefined {
  if (name === undefined || /^[\w.:/-]+$/.test(name)) return name
  throw new WrongUse(`--model: got ${JSON.stringify(name)}, needs an alias, an id or an ARN.`)
}

/** The catalogue takes long to load. */
async function pickedModel(...args: Parameters<Pick>): Promise<string> {
  const { pickModel } = await import('../connect/pick-model.ts')
  return pickModel(...args)
}
type Pick = typeof import('../connect/pick-model.ts').pickModel

function settingsText(
  client: ClientName,
  { team, keyId, shell }: OwnKey,
  place: { readonly url: string; readonly model: string },
): string {
  const first =
    shell === undefined
      ? `# ${keyVariable} has the key ${keyId} of ${team}`
      : `export ${keyVariable}=${shell}`
  const all = linesFor(client, place)
  const [shellLines] = all.filter(({ language }) => language === 'sh')
  const blocks = [
    `In the shell:\n\n${[first, ...(shellLines === undefined ? [] : [shellLines.text])].join('\n')}`,
    ...all
      .filter(({ language }) => language !== 'sh')
      .map(({ where, text }) => `${where}:\n\n${text}`),
  ]
  return [`To use ${clients[client].title} as ${team}.`, ...blocks].join('\n\n')
}

type Answered = Tried & { readonly type: 'answered' }

function answeredText({ ms, costUsd, said, model, region, requestId }: Answered): string {
  const cost = costUsd === undefined ? 'at a price that is not known' : `for ${costUsd} USD`
  const where = region === undefined ? '' : ` in ${region}`
  const by = model === undefined ? '' : ` by ${model}${where}`
  return `It works: answered in ${ms} ms ${cost}${by}, request ${requestId ?? '-'}:\n\n${said}`
}

const failedText = (tried: Exclude<Tried, Answered>, url: string): string =>
  tried.type === 'unreachable'
    ? `It does not work: ${url} does not answer (${tried.reason}).`
    : `It does not work: ${tried.status} ${tried.code}: ${tried.message}`

function callJson(tried: Tried): object {
  switch (tried.type) {
    case 'answered': {
      const { status, ms, said, costUsd, model, region, requestId } = tried
      const cost_usd = costUsd === undefined ? null : Number(costUsd)
      return { status, ms, answer: said, cost_usd, model, region, request_id: requestId }
    }
    case 'refused':
      return { status: tried.status, code: tried.code, message: tried.message }
    case 'unreachable':
      return { unreachable: tried.reason }
  }
}
