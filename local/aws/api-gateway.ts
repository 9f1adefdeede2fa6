/** API Gateway's control plane on this machine, as far as keys and usage plans go. */
import { readJson } from './answers.ts'
import { keyOperations } from './api-keys.ts'
import { type Asked, type Control, Refused } from './control-plane.ts'
import type { LocalService, ServiceAnswer, ServiceRequest } from './service.ts'
import { planOperations } from './usage-plan-keys.ts'

export function apiGatewayService(control: Control): LocalService {
  const operations = [...keyOperations(control), ...planOperations(control)]
  return function answer({ method, path, query, body }: ServiceRequest): ServiceAnswer {
    try {
      for (const operation of operations) {
        const matched = operation.method === method ? operation.path.exec(path) : null
        if (matched === null) continue
        const values = matched.slice(1).map(decodeURIComponent)
        const said = operation.run({ path: values, query, body: bodyOf(body) })
        return json(operation.status, said)
      }
    } catch (thrown) {
      if (!(thrown instanceof Refused)) throw thrown
      const { status, code, message } = thrown
      return { ...json(status, { message }), headers: { ...type, 'x-amzn-errortype': code } }
    }
    const message = `${method} ${path}: on this machine there are keys, their tags and usage plans.`
    return {
      ...json(404, { message }),
      headers: { ...type, 'x-amzn-errortype': 'NotFoundException' },
    }
  }
}

const type = { 'content-type': 'application/json' }

const json = (status: number, said: object | undefined): ServiceAnswer => ({
  status,
  headers: type,
  body: said === undefined ? '' : JSON.stringify(said),
})

function bodyOf(text: string): Asked['body'] {
  if (text === '') return {}
  const read = readJson(text)
  if (read === undefined) throw new Refused('BadRequestException', 'Invalid request input')
  return read
}
