/** The configuration that is measured, with a cache. */
import { defineGateway } from '../lambda/core/config.ts'
import config from './gateway-config.ts'

export default defineGateway({ ...config, cache: {} })
