/** Tells what AWS refused, or why it could not be asked, in words that say what to do. */
import { Failure, WrongUse } from './problems.ts'

const login = 'Log in (`aws sso login`), or name a profile with --profile'
const unknown = `AWS does not take these credentials. ${login}.`
const outdated = `These AWS credentials are no longer valid. ${login}.`
const tooOften = 'AWS is being asked too often. Wait a moment, and ask again.'
const notAllowed = (message: string) => `AWS does not allow it: ${message}`
const unreachable = (message: string) => `AWS cannot be reached: ${message}`

/** By the exception's name, or the system's code. */
const wordings: Readonly<Record<string, (message: string) => string>> = {
  CredentialsProviderError: () =>
    `There are no AWS credentials. ${login}; --local asks the gateway on this machine.`,
  ExpiredToken: () => outdated,
  ExpiredTokenException: () => outdated,
  TokenProviderError: () => outdated,
  InvalidClientTokenId: () => unknown,
  UnrecognizedClientException: () => unknown,
  InvalidSignatureException: () => unknown,
  SignatureDoesNotMatch: () => unknown,
  AccessDenied: notAllowed,
  AccessDeniedException: notAllowed,
  ForbiddenException: notAllowed,
  UnauthorizedException: notAllowed,
  Throttling: () => tooOften,
  ThrottlingException: () => tooOften,
  TooManyRequestsException: () => tooOften,
  ENOTFOUND: unreachable,
  EAI_AGAIN: unreachable,
  ECONNREFUSED: unreachable,
  ECONNRESET: unreachable,
  ETIMEDOUT: unreachable,
  TimeoutError: unreachable,
  ResourceNotFoundException: () =>
    'The stack has a table that AWS does not find; `npx cdk deploy` tells more.',
}

/** What was thrown, as an error a person may read. */
export function asProblem(thrown: unknown, local = false): WrongUse | Failure {
  if (thrown instanceof Failure || thrown instanceof WrongUse) return thrown
  const { name, code, message } = thrown as { name?: string; code?: string; message?: string }
  if (local && (code === 'ECONNREFUSED' || code === 'ECONNRESET')) {
    return new Failure('The gateway on this machine does not answer; has it stopped?')
  }
  const wording = wordings[name ?? ''] ?? wordings[code ?? '']
  const text = message ?? String(thrown)
  return new Failure(wording?.(text) ?? `${name ?? 'Error'}: ${text}`)
}
