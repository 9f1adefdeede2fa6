/** What all logs have in common. */
import type { GatewayConfig } from '../lambda/core/config.ts'

export const retentionDays = ({ logs }: GatewayConfig): number => logs?.retentionDays ?? 30
