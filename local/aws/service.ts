/** What one AWS service on this machine is: it takes a request that names it, and answers. */

export type ServiceRequest = {
  readonly method: string
  /** As it was sent, without the query. */
  readonly path: string
  readonly query: URLSearchParams
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export type ServiceAnswer = {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string
}

export type LocalService = (request: ServiceRequest) => Promise<ServiceAnswer> | ServiceAnswer

/** By the name a request is signed for: `dynamodb`, `apigateway`, `events`, `secretsmanager`, `sts`. */
export type LocalServices = Readonly<Record<string, LocalService>>
