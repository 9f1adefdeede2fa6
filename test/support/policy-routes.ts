/** Every route that asks a model, and how a test asks it: by words, by a template, whole or streamed. */
import { dialects } from '../../lambda/dialects/index.ts'
import type { InProcessRequest } from './in-process.ts'
import { byAddress, embedding, type Said, type Way, ways } from './ways.ts'

export type Kind = 'chat' | 'count' | 'embed'

export type Route = Way & {
  readonly kind: Kind
  /** Bedrock's own operation, whose failures are told as AWS tells them. */
  readonly native: boolean
  /** The same by a template, whose one place is filled with the text. */
  readonly byTemplate?: (said: Said) => InProcessRequest
}

const counting: Way = {
  name: 'POST /v1/messages/count_tokens',
  streams: [false],
  ask: ({ model, text }) => ({
    resource: '/v1/messages/count_tokens',
    body: JSON.stringify({ model, messages: [{ role: 'user', content: text }] }),
  }),
}

/** The template of these tests, by name. */
export const templateName = 'ask'

const kongs = ({ text, stream }: Said) => ({
  messages: `{template://${templateName}}`,
  properties: { text },
  stream,
})

const templated: Readonly<Record<string, Route['byTemplate']>> = {
  'POST /bedrock': ({ model, text, stream }) => ({
    resource: '/bedrock',
    body: JSON.stringify({ model, template: templateName, variables: { text }, stream }),
  }),
  'POST /bedrock/{model}': (said) => ({
    ...{ resource: '/bedrock/{model}', path: { model: said.model } },
    body: JSON.stringify(kongs(said)),
  }),
  'POST /v1/chat/completions': (said) => ({
    resource: '/v1/chat/completions',
    body: JSON.stringify({ model: said.model, ...kongs(said) }),
  }),
}

function routeOf(way: Way, kind: Kind): Route {
  const byTemplate = templated[way.name]
  const native = way.name.includes('{modelId}')
  return { ...way, kind, native, ...(byTemplate && { byTemplate }) }
}

export const routes: readonly Route[] = [
  ...[...ways, byAddress].map((way) => routeOf(way, 'chat')),
  routeOf(counting, 'count'),
  ...embedding.map((way) => routeOf(way, 'embed')),
]

/** As API Gateway names it: one route may be asked for words and for vectors. */
export const pathOf = ({ name }: Way): string => name.replace(/ for vectors$/, '')

const pathsOf = (asks: boolean): readonly string[] =>
  dialects
    .filter(({ task }) => (task !== 'list' && task !== 'account') === asks)
    .flatMap((dialect) => dialect.routes.map(({ method, path }) => `${method} ${path}`))

/** Of all dialects. */
export const paths = { asking: pathsOf(true), asksNothing: pathsOf(false) } as const

/** By the dialect that reads alike. */
export const readAs = ({ name, kind }: Route): string => {
  if (kind === 'count') return 'POST /v1/messages'
  if (name.startsWith('GET')) return 'POST /bedrock'
  return name === 'POST /v1/embeddings' ? 'POST /v1/chat/completions' : pathOf({ name } as Way)
}
