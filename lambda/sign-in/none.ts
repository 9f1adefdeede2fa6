/** Where a gateway takes keys alone, nobody signs in, and nothing is loaded for it. */
import type { SignIn } from '../core/sign-in.ts'

export const signIn: SignIn | undefined = undefined
