/** CloudFormation on this machine: tells of the one stack that is served. */
import { account } from '../template/identity.ts'
import type { LocalService, ServiceAnswer } from './service.ts'

export type Stack = {
  readonly name: string
  readonly region: string
  /** Milliseconds since 1970. */
  readonly created: number
  readonly outputs: Readonly<Record<string, string>>
}

const namespace = 'http://cloudformation.amazonaws.com/doc/2010-05-15/'

export function cloudFormationService(stack: Stack): LocalService {
  const id = `arn:aws:cloudformation:${stack.region}:${account}:stack/${stack.name}/1`
  return function answer({ body }): ServiceAnswer {
    const form = new URLSearchParams(body)
    const action = form.get('Action') ?? ''
    if (action !== 'DescribeStacks') {
      return refused('InvalidAction', `${action}: on this machine there is DescribeStacks.`)
    }
    const wanted = form.get('StackName')
    if (wanted !== null && wanted !== stack.name && wanted !== id) {
      return refused('ValidationError', `Stack with id ${wanted} does not exist`)
    }
    const result = element('DescribeStacksResult', element('Stacks', member(described(stack, id))))
    return xml(
      200,
      `<DescribeStacksResponse xmlns="${namespace}">${result}</DescribeStacksResponse>`,
    )
  }
}

function described({ name, created, outputs }: Stack, id: string): string {
  const each = Object.entries(outputs).map(([key, value]) =>
    member(element('OutputKey', escaped(key)) + element('OutputValue', escaped(value))),
  )
  return [
    element('StackName', escaped(name)),
    element('StackId', escaped(id)),
    element('CreationTime', new Date(created).toISOString()),
    element('StackStatus', 'CREATE_COMPLETE'),
    element('Outputs', each.join('')),
  ].join('')
}

function refused(code: string, message: string): ServiceAnswer {
  const words = ['Type', 'Code', 'Message'] as const
  const values = { Type: 'Sender', Code: code, Message: escaped(message) }
  const error = element('Error', words.map((word) => element(word, values[word])).join(''))
  return xml(400, `<ErrorResponse xmlns="${namespace}">${error}</ErrorResponse>`)
}

const element = (name: string, content: string): string => `<${name}>${content}</${name}>`
const member = (content: string): string => element('member', content)

const xml = (status: number, body: string): ServiceAnswer => ({
  status,
  headers: { 'content-type': 'text/xml' },
  body,
})

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}

const escaped = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (sign) => entities[sign] ?? '')
