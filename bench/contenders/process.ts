/** A contender's own process: it works when it is told to, and says what that took. */
import type { Contender, Work } from './contender.ts'

export type Order = Work & { readonly calls: number; readonly atOnce: number }

/** Milliseconds; `cpu` is this process's, for all calls together. */
export type Taken = {
  readonly whole: readonly number[]
  readonly firstByte: readonly number[]
  readonly cpu: number
}

const [name = '', bundle = ''] = process.argv.slice(2)

async function openContender(): Promise<Contender> {
  switch (name) {
    case 'straight':
      return (await import('./straight.ts')).straight
    case 'hand-signed':
      return (await import('./hand-signed.ts')).handSigned
    case 'sdk':
      return ((await import(bundle)) as typeof import('./sdk.ts')).sdk
    default:
      return (await import('./gateway.ts')).openGateway(bundle)
  }
}

async function carriedOut(contender: Contender, order: Order): Promise<Taken> {
  const ask = contender(order)
  const whole: number[] = []
  const firstByte: number[] = []
  let left = order.calls

  async function oneAfterTheOther() {
    while (left > 0) {
      left -= 1
      const started = performance.now()
      const first = await ask()
      whole.push(performance.now() - started)
      firstByte.push(first - started)
    }
  }

  const before = process.cpuUsage()
  await Promise.all(Array.from({ length: order.atOnce }, oneAfterTheOther))
  const { user, system } = process.cpuUsage(before)
  return { whole, firstByte, cpu: (user + system) / 1000 }
}

const contender = await openContender()
process.on('message', async (order: Order) => process.send?.(await carriedOut(contender, order)))
process.on('disconnect', () => process.exit())
process.send?.('ready')
