/** What a function environment and its keeper tell each other. */

export type FunctionError = {
  readonly errorType: string
  readonly errorMessage: string
  readonly trace: readonly string[]
}

export type ToEnvironment =
  | {
      readonly type: 'invoke'
      readonly requestId: string
      readonly event: string
      /** Milliseconds since 1970 at which the function is ended. */
      readonly deadline: number
    }
  /** So many bytes of this request's answer were taken. */
  | { readonly type: 'taken'; readonly requestId: string; readonly bytes: number }

export type FromEnvironment =
  | { readonly type: 'ready' }
  | { readonly type: 'log'; readonly text: string }
  | ({ readonly requestId: string } & FromInvocation)

export type FromInvocation =
  | { readonly type: 'chunk'; readonly bytes: Uint8Array }
  /** The streamed answer is whole; the function may still be at work. */
  | { readonly type: 'end' }
  /** The function has returned; `payload` is JSON, of a function that does not stream. */
  | { readonly type: 'done'; readonly payload?: string }
  | { readonly type: 'failed'; readonly error: FunctionError }

/** What an environment is started with. */
export type EnvironmentData = {
  readonly file: string
  readonly handler: string
  readonly functionName: string
  readonly arn: string
  readonly memory: number
  readonly jsonLogs: boolean
}
