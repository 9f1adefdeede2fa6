/** For functions of the configuration: refuses a request, or an answer, in words its caller reads. */
import { TollgateError } from '../core/errors.ts'

/** 400 `invalid_body`; of a stream that has begun, its end. */
export function refuse(message: string): never {
  throw new TollgateError('invalid_body', message)
}
