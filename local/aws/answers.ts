/** How AWS's JSON services answer, and refuse. */
import { isValues, type Values } from '../template/values.ts'
import type { ServiceAnswer, ServiceRequest } from './service.ts'

export const jsonAnswer = (body: unknown, version: '1.0' | '1.1' = '1.1'): ServiceAnswer => ({
  status: 200,
  headers: { 'content-type': `application/x-amz-json-${version}` },
  body: JSON.stringify(body),
})

/** `code` as the SDKs know it: `AccessDeniedException`. */
export const jsonError = (status: number, code: string, message: string): ServiceAnswer => ({
  status,
  headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-errortype': code },
  body: JSON.stringify({ __type: code, message }),
})

/** `PutItem` of `DynamoDB_20120810.PutItem`; empty where no operation is named. */
export const operationOf = ({ headers }: Pick<ServiceRequest, 'headers'>): string =>
  headers['x-amz-target']?.split('.').at(-1) ?? ''

/** `undefined` where the body is no JSON object. */
export function readJson(body: string): Values | undefined {
  try {
    const value: unknown = JSON.parse(body)
    return isValues(value) ? value : undefined
  } catch {
    return undefined
  }
}
