/** The command line of `npm start`. */
import { parseArgs } from 'node:util'
import { type BedrockChoice, readBedrockChoice } from './bedrock.ts'

export const help = `Runs the whole gateway on this machine, as \`cdk deploy\` would put it on AWS.

  npm start -- [options]

  --port N                           port on 127.0.0.1; 0: any free one (default 8787)
  --bedrock simulator                the embedded Bedrock simulator answers (default)
  --bedrock aws                      real Amazon Bedrock, with this machine's AWS credentials
  --bedrock URL                      every Bedrock region is served by this URL
  --bedrock REGION=URL,REGION=URL    one URL for each region of the configuration
  --config FILE                      another gateway configuration (default tollgate.config.ts)
  --state DIR                        keep keys, counts and the ledger here between runs
  --help                             this text
`

export type StartOptions = {
  readonly port: number
  readonly bedrock: BedrockChoice
  readonly config: string | undefined
  readonly state: string | undefined
}

export type CommandLine =
  | { readonly type: 'start'; readonly options: StartOptions }
  | { readonly type: 'help' }
  | { readonly type: 'wrong'; readonly message: string }

const wrong = (message: string): CommandLine => ({ type: 'wrong', message })

export function readCommandLine(args: readonly string[]): CommandLine {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        port: { type: 'string', default: '8787' },
        bedrock: { type: 'string', default: 'simulator' },
        config: { type: 'string' },
        state: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help) return { type: 'help' }
    const port = /^\d{1,5}$/.test(values.port) ? Number(values.port) : Number.NaN
    if (!(port <= 65_535)) {
      return wrong(`--port: got ${values.port}, needs a number from 0 to 65535.`)
    }
    const bedrock = readBedrockChoice(values.bedrock)
    if (bedrock === undefined) {
      const forms = 'simulator, aws, a URL, or REGION=URL,REGION=URL'
      return wrong(`--bedrock: got ${values.bedrock}, needs ${forms}.`)
    }
    return { type: 'start', options: { port, bedrock, config: values.config, state: values.state } }
  } catch (error) {
    return wrong(error instanceof Error ? error.message : String(error))
  }
}
