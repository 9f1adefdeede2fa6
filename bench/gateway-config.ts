/** The configuration that is measured: whatever an operator makes of the real one, figures stay alike. */
import { defineGateway } from '../lambda/core/config.ts'
import { firstAttempts, model } from './question.ts'

export default defineGateway({
  regions: ['us-east-1', 'us-west-2'],
  models: {
    titan: 'amazon.titan-text-express-v1',
    llama: 'meta.llama3-3-70b-instruct-v1:0',
    claude: 'anthropic.claude-haiku-4-5-20251001-v1:0',
    nova: 'amazon.nova-lite-v1:0',
    alone: { targets: [{ model, region: 'us-east-1' }] },
    paired: { targets: [{ model }] },
    shaky: { targets: [{ model: firstAttempts.model }] },
  },
  plans: {
    unmetered: {},
    limited: {
      limits: [
        { tokens: 1_000_000_000_000, per: 'day' },
        { usd: 1_000_000, per: 'month' },
      ],
    },
  },
  teams: {
    platform: { plan: 'unmetered', models: '*' },
    search: { plan: 'limited', models: '*' },
    crowd: { plan: 'limited', models: '*' },
  },
})
