/** `tail`: the log as it comes, a line a request. */
import { readSpan } from '../amounts.ts'
import type { Command, Use } from '../command.ts'
import { requireTeam } from '../configuration.ts'
import { WrongUse } from '../problems.ts'
import { readSettings } from '../settings.ts'
import { type Entry, readLine, teamOf } from '../tail/lines.ts'
import { localLog, type Wish } from '../tail/local-log.ts'
import { openWords } from '../tail/words.ts'

export const tail: Command = {
  name: 'tail',
  operands: [{ name: 'TEAM', needed: false }],
  summary: 'Follows the log: a line for each request, as it comes',
  about: [
    'Time (UTC), team, status and outcome, model, tokens, cost, time to the first token and in ' +
      'all, cache, the trail of attempts, and the decision of a refusal; also what API Gateway ' +
      'refused by itself. With --json, the lines as they were logged. Ctrl-C ends it.',
    'Of a deployed gateway it is CloudWatch’s Live Tail: 1,800 minutes a month are free, then a ' +
      'minute costs 0.01 USD (us-east-1). With --no-follow there is none.',
  ],
  options: {
    since: { value: 'SPAN', help: 'first what was logged in the last 5m, 2h or 1d' },
    'no-follow': { help: 'end after what there was; needs --since' },
  },
  examples: ['tail --local', 'tail data --since 10m', 'tail --since 1h --no-follow --json'],
  async run(use) {
    const { values, flags, io, config } = use
    const { TEAM: team, since } = values
    const follow = !flags.has('no-follow')
    if (!follow && since === undefined) {
      throw new WrongUse('--no-follow tells what there was: since when? --since 1h')
    }
    const from = since === undefined ? undefined : io.now() - readSpan('--since', since)
    if (team !== undefined) requireTeam(await config(), team)
    const json = flags.has('json')
    const wish: Wish = {
      ...{ team, from, follow },
      signal: io.interrupted?.() ?? new AbortController().signal,
      following() {
        if (!json) io.error('Following. Ctrl-C ends it.\n')
      },
      notice: (text) => io.error(`${text}\n`),
    }
    const words = openWords(io.colours === true)
    for await (const entry of await logOf(use, wish)) {
      const line = readLine(entry.text)
      if (line === undefined) continue
      if (team !== undefined && teamOf(line) !== team) continue
      io.out(json ? `${entry.text}\n` : `${words(line, entry)}\n`)
    }
    return undefined
  },
}

async function logOf(
  { values, flags, io, config }: Use,
  wish: Wish,
): Promise<AsyncIterable<Entry>> {
  const { local, stack, aws } = readSettings({ values, flags, io })
  if (local !== undefined) return localLog(local.url, wish)
  /** The AWS SDK takes long to load. */
  const { defaultStack } = await import('../deployment.ts')
  const { homeRegion } = await import('../../lib/gateway-config.ts')
  const { logGroupsOf } = await import('../tail/log-groups.ts')
  const { deployedLog } = await import('../tail/live-tail.ts')
  const { AWS_ENDPOINT_URL_CLOUDWATCH_LOGS, AWS_ENDPOINT_URL } = io.environment
  const region = aws.region ?? homeRegion(await config())
  const deployed = { name: stack ?? defaultStack, region, aws }
  return deployedLog(
    {
      stack: deployed,
      groups: await logGroupsOf(deployed),
      endpoint: AWS_ENDPOINT_URL_CLOUDWATCH_LOGS ?? AWS_ENDPOINT_URL,
    },
    wish,
  )
}
