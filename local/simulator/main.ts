/** Starts a Bedrock simulator by hand: `node local/simulator/main.ts --help`. */
import { parseArgs } from 'node:util'
import { describedFaults } from './faults.ts'
import { startSimulator } from './index.ts'
import { marks } from './marks.ts'

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '8079' },
    region: { type: 'string', default: 'us-east-1' },
    retired: { type: 'string', default: 'answer' },
    help: { type: 'boolean', default: false },
  },
})

const faults = describedFaults().map(({ fault, does }) => `  ${fault.padEnd(29)} ${does}`)
const said = Object.entries(marks).map(
  ([name, does]) => `  ${`[[simulate:${name}]]`.padEnd(28)} ${does}`,
)

const help = `Simulates the Bedrock Runtime of one region. Answers are plainly simulated.

  --port 8079          0 takes a free one
  --region us-east-1   whose signatures it takes
  --retired answer     or: refuse, as Bedrock does after a model's end of life

Faults, in the header x-simulator-fault or by POST /simulator/faults {"fault": …, "times"?, "model"?}:
${faults.join('\n')}

Marks in a prompt:
${said.join('\n')}

DELETE /simulator/faults clears; GET /simulator/requests and /simulator/billed show what came.`

if (values.help) {
  console.log(help)
} else {
  const simulator = await startSimulator({
    region: values.region,
    port: Number(values.port),
    retired: values.retired === 'refuse' ? 'refuse' : 'answer',
  })
  console.log(`Simulated Bedrock of ${simulator.region}: ${simulator.url}`)
}
