/** Every command there is, in the order of the help. */
import type { Command } from '../command.ts'
import { connect } from './connect.ts'
import { cost } from './cost.ts'
import { doctor } from './doctor.ts'
import { grant } from './grant.ts'
import { guardTest } from './guard-test.ts'
import { keysIssue } from './keys-issue.ts'
import { keysList } from './keys-list.ts'
import { keysRevoke } from './keys-revoke.ts'
import { keysRotate } from './keys-rotate.ts'
import { pause, resume } from './pause.ts'
import { tail } from './tail.ts'
import { usage } from './usage.ts'

export const commands: readonly Command[] = [
  keysIssue,
  keysList,
  keysRotate,
  keysRevoke,
  usage,
  tail,
  connect,
  grant,
  pause,
  resume,
  guardTest,
  cost,
  doctor,
]
