/** The configuration that is measured, with limits of all teams together beside those of each. */
import { defineGateway } from '../lambda/core/config.ts'
import config from './gateway-config.ts'

export default defineGateway({
  ...config,
  organisation: { limits: [{ usd: 10_000_000, per: 'month' }] },
})
