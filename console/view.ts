/** One tab of the console: what it is called, and what it shows to whom. */
import type { Usage } from './answers.ts'
import type { Gateway } from './gateway.ts'

export type Session = {
  readonly gateway: Gateway
  readonly key: string
  /** As it was when the key was pasted, or last looked at. */
  readonly usage: Usage
  /** Shows another tab; `about` is for that tab to read. */
  readonly go: (view: string, about?: string) => void
}

export type View = {
  readonly id: string
  readonly title: string
  /** Only on the gateway of one's own machine. */
  readonly local?: true
  readonly render: (session: Session, about?: string) => Promise<readonly Node[]>
}
