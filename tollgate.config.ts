/** What this gateway serves, to whom, and how much of it. `cdk deploy` after a change. */
import { defineGateway } from './lambda/core/config.ts'

export default defineGateway({
  regions: ['us-east-1', 'us-west-2'],

  models: {
    titan: 'amazon.titan-text-express-v1',
    llama: 'meta.llama3-3-70b-instruct-v1:0',
    claude: 'anthropic.claude-haiku-4-5-20251001-v1:0',
    nova: 'amazon.nova-lite-v1:0',
  },

  plans: {
    trial: {
      quota: { limit: 100, period: 'MONTH' },
      throttle: { rate: 100, burst: 200 },
      limits: [{ usd: 5, per: 'month' }],
    },
    standard: {
      quota: { limit: 20_000, period: 'DAY' },
      throttle: { rate: 20, burst: 40 },
      limits: [
        { tokens: 2_000_000, per: 'day' },
        { usd: 200, per: 'month' },
      ],
      maxParallel: 20,
    },
    unmetered: { throttle: { rate: 200, burst: 400 } },
  },

  teams: {
    demo: { plan: 'trial', models: ['titan', 'llama', 'claude', 'nova'] },
    data: { plan: 'standard', models: ['titan', 'llama', 'claude', 'nova'] },
    platform: { plan: 'unmetered', models: '*' },
  },
})
