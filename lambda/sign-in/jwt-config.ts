/** Whether a gateway takes tokens, and whose. */
import type { GatewayConfig, JwtConfig } from '../core/config.ts'

export const jwtOf = ({ auth }: Pick<GatewayConfig, 'auth'>): JwtConfig | undefined =>
  typeof auth === 'object' ? auth.jwt : undefined
