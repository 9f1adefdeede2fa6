/** Bedrock's exceptions: their status and usual words, and how one is thrown and answered. */
import { type Delivery, plainly } from './delivery.ts'

type ExceptionFacts = { readonly status: number; readonly message: string }

/** Status as in the service's API model; the words as callers have seen them. */
export const exceptions = {
  AccessDeniedException: {
    status: 403,
    message: "You don't have access to the model with the specified model ID.",
  },
  ConflictException: { status: 400, message: 'The request conflicts with a resource.' },
  ExpiredTokenException: {
    status: 403,
    message: 'The security token included in the request is expired',
  },
  IncompleteSignatureException: {
    status: 403,
    message: 'The request signature does not conform to AWS standards.',
  },
  InternalServerException: {
    status: 500,
    message:
      'The system encountered an unexpected error during processing. Try your request again.',
  },
  InvalidSignatureException: {
    status: 403,
    message: 'The request signature we calculated does not match the signature you provided.',
  },
  MissingAuthenticationTokenException: { status: 403, message: 'Missing Authentication Token' },
  ModelErrorException: { status: 424, message: 'The request failed in the model.' },
  ModelNotReadyException: { status: 429, message: 'Model is not ready for inference.' },
  ModelStreamErrorException: {
    status: 424,
    message:
      'The system encountered an unexpected error during processing. Try your request again.',
  },
  ModelTimeoutException: { status: 408, message: 'Model has timed out in processing the request.' },
  ResourceNotFoundException: {
    status: 404,
    message:
      'This model version has reached the end of its life. Please refer to the AWS documentation for more details.',
  },
  ServiceQuotaExceededException: {
    status: 400,
    message: 'Your request exceeds the service quota for your account.',
  },
  ServiceUnavailableException: {
    status: 503,
    message: 'Bedrock is unable to process your request.',
  },
  ThrottlingException: {
    status: 429,
    message: 'Too many requests, please wait before trying again.',
  },
  UnknownOperationException: { status: 404, message: 'The operation is not known.' },
  UnrecognizedClientException: {
    status: 403,
    message: 'The security token included in the request is invalid.',
  },
  ValidationException: { status: 400, message: 'The provided model identifier is invalid.' },
} as const satisfies Record<string, ExceptionFacts>

export type ExceptionName = keyof typeof exceptions

export const usualWords = (name: string): string =>
  isKnown(name) ? exceptions[name].message : `Simulated ${name}.`

export const isKnown = (name: string): name is ExceptionName => Object.hasOwn(exceptions, name)

/** Thrown where a request is found wrong, answered where it came in. */
export class BedrockException extends Error {
  readonly status: number

  constructor(name: ExceptionName, message: string = exceptions[name].message) {
    super(message)
    this.name = name
    this.status = exceptions[name].status
  }
}

export const invalid = (message: string) => new BedrockException('ValidationException', message)

export function exceptionAnswer(
  status: number,
  name: string,
  message = usualWords(name),
): Delivery {
  const headers = {
    'content-type': 'application/json',
    'x-amzn-errortype': `${name}:http://internal.amazon.com/coral/com.amazon.bedrock/`,
  }
  const bytes = Buffer.from(JSON.stringify({ message }))
  return { ...plainly, status, headers, pieces: [{ bytes, tokens: 0 }] }
}
