/** The page of policies: what each promises, in which order a call passes them, and where they held. */
import { errorCodes } from '../../lambda/core/errors.ts'
import { cells, whyNever } from './policy-cells.ts'
import { paths, type Route, routes } from './policy-routes.ts'
import { type Row, rows } from './policy-rows.ts'

/** Whether a policy held in each way it was tried on a route; `undefined` where it was not tried. */
export type Held = (row: Row, route: Route) => boolean | undefined

/** The files of `lambda/policies` that a call passes, outermost first, and why each stands there. */
export const order: readonly (readonly [policy: string, does: string, why: string])[] = [
  [
    'meter',
    'writes the line of the log',
    'outermost, so that nothing goes unseen, refusals included',
  ],
  [
    'transform',
    'rewrites requests and answers by the operator’s code or models',
    'sees what the caller wrote before all others, and the answer after all others',
  ],
  [
    'template',
    'lets nothing be asked but by a template, where that is wanted',
    'it is about what the caller wrote',
  ],
  [
    'guardrail',
    'puts the operator’s Bedrock guardrail on the call',
    'before the cache, which tells apart what is judged',
  ],
  [
    'decorate',
    'puts the operator’s messages around the caller’s',
    'before the guard, which reads what the model will read',
  ],
  [
    'guard',
    'refuses what the rules refuse, asked or answered',
    'before the cache, so that a rule of today covers yesterday’s answers',
  ],
  [
    'cache',
    'answers what was answered before',
    'before the budget, since what is remembered costs nothing',
  ],
  [
    'budget',
    'holds what a call may cost, and settles what it came to',
    'innermost, so that one reservation covers all attempts',
  ],
]

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`

const table = (heads: readonly string[], body: readonly (readonly string[])[]): string =>
  [heads, heads.map(() => '---'), ...body].map(line).join('\n')

const shortOf = ({ name }: Route): string => {
  const [, path = ''] = /^POST (?:\/v1|\/model\/\{modelId\})?(\/.*)$/.exec(name) ?? []
  return `\`${path === '' ? name : path.replace(/ for vectors$/, '')}\`${/ for vectors$/.test(name) ? ' of vectors' : ''}`
}

const hits = [false, true] as const

/** Why some ways are not, in the order in which the table meets them. */
const reasons: readonly string[] = [
  ...new Set(
    rows.flatMap((row) =>
      routes.flatMap((route) => hits.flatMap((hit) => whyNever(row, { route, hit }) ?? [])),
    ),
  ),
]

const superscripts = '¹²³⁴⁵⁶⁷⁸⁹'

function markOf(row: Row, route: Route, held: Held): string {
  const why = hits.flatMap((hit) => whyNever(row, { route, hit }) ?? [])
  const notes = [...new Set(why)].map((reason) => superscripts.charAt(reasons.indexOf(reason)))
  const none = why.length === hits.length
  const did = held(row, route)
  const mark = none ? '–' : did === undefined ? '?' : did ? '✓' : '**✗**'
  return mark + notes.join('')
}

const refusalOf = ({ code }: Row): string =>
  code === undefined ? '' : `\`${errorCodes[code].status} ${code}\``

const thousands = new Intl.NumberFormat('en-GB')

export const page = (
  held: Held,
): string => `<!-- Written by test/policies-law.test.ts: UPDATE_DOCS=1 npx vitest run test/policies-law.test.ts -->
# Policies

For operators who want to know what holds where. A policy is something the gateway promises of every call: who may ask, what may be asked, what it may cost, what is put around it, what is remembered of it. There is one pipeline: no dialect, stream, fallback, remembered answer or way to sign in goes round it. This page is written by the test that tries it.

## The order

A call passes these from the first to the last, its answer from the last to the first. How each is set up is told in [rules](rules.md) and [budgets](budgets.md).

${table(
  ['', 'policy', 'what it does', 'why there'],
  order.map(([name, does, why], at) => [String(at + 1), `\`${name}\``, does, why]),
)}

Before them stand what API Gateway knows (keys, quotas and throttles of plans) and which models a team may name. Behind them stands only who is asked: the targets of a model, one after another ([reliability](reliability.md)).

## What each promises

A refusal is told in the form of the dialect and leaves nothing in the cache. Nobody was asked, and nothing is charged; except for an answer that is refused, which was given and is billed.

${table(
  ['policy', 'promise', 'refused with', 'where the answer is remembered'],
  rows.map((row) => [row.name, row.promise, refusalOf(row), row.onHit]),
)}

## Where it held

${table(
  ['', ...routes.map(shortOf)],
  rows.map((row) => [row.name, ...routes.map((route) => markOf(row, route, held))]),
)}

✓: it held in every way there is to ask on that route: whole and streamed, with the first region well and with it failing, so that the second answers, asked anew and with the answer remembered, by key and by token. –: there is no such way.

${reasons.map((reason, at) => `${superscripts.charAt(at)} ${reason}`).join('\n\n')}

What a route cannot be asked, streamed or whole, is not tried: embeddings, counts, \`GET /bedrock/{model}\`, \`invoke\` and \`converse\` are whole, \`invoke-with-response-stream\` and \`converse-stream\` are streams. A call that is refused before it is sent meets no failing region; it is tried all the same. These routes ask no model: ${paths.asksNothing.map((path) => `\`${path}\``).join(', ')}.

## Try it

\`npm test\` tries each policy on each route, and with every pair of those conditions. All ${thousands.format(cells.length)} cells are tried by

\`\`\`
npm run verify test/policies-law.test.ts
\`\`\`

against the synthesised template, served on your machine with a simulated Bedrock in two regions. A route or a policy that the table does not have fails the test.
`
