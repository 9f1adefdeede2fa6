/** What a token comes to that is sent in place of a key: a team and its key, or a reason why not. */
import type { Caller } from './contracts.ts'

/** For the access log; the caller learns only that there is no key. */
export type TokenRefusal =
  | 'malformed'
  | 'algorithm'
  | 'unknown-key'
  | 'signature'
  | 'expired'
  | 'too-early'
  | 'issuer'
  | 'audience'
  | 'use'
  | 'subject'
  | 'team'
  | 'no-key'
  | 'unavailable'

export type SignedIn =
  | {
      readonly type: 'team'
      /** The team's own key, which API Gateway counts. */
      readonly key: string
      readonly caller: Caller
      /** Whom the issuer speaks of: a person, or a program. */
      readonly subject?: string
    }
  | { readonly type: 'refused'; readonly why: TokenRefusal }

/** Never rejects. */
export type SignIn = (token: string) => Promise<SignedIn>

/** Ends a verification, wherever in it. */
export class TokenRefused extends Error {
  readonly why: TokenRefusal

  constructor(why: TokenRefusal) {
    super(why)
    this.why = why
  }
}
