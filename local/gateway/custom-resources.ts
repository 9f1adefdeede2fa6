/** Runs a custom resource's function as CloudFormation does, and takes its answer. */
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { isDeepStrictEqual } from 'node:util'
import type { FunctionHost } from '../function/pool.ts'
import type { CustomResult, Planned } from '../template/deploy.ts'
import { isValues, NotServed, textOf, valuesOf } from '../template/values.ts'
import type { State } from './state.ts'

/** Asks the function only where nothing is known, or the properties are others than before. */
export async function makeCustomResource(
  resource: Planned,
  stackId: string,
  host: (functionArn: string) => FunctionHost,
  state: State,
): Promise<CustomResult> {
  const { path, type, properties } = resource
  const before = state.made(path)
  if (before !== undefined && isDeepStrictEqual(before.properties, properties)) return before
  const request = {
    RequestType: before === undefined ? 'Create' : 'Update',
    StackId: stackId,
    RequestId: randomUUID(),
    ResourceType: type,
    LogicalResourceId: path.split('/').at(-1),
    ...(before !== undefined && {
      PhysicalResourceId: before.id,
      OldResourceProperties: asTexts(before.properties),
    }),
    ResourceProperties: asTexts(properties),
  }
  const answer = valuesOf(await askFor(host(String(properties.ServiceToken)), request, path))
  const id = textOf(answer.PhysicalResourceId)
  if (answer.Status !== 'SUCCESS' || id === undefined) {
    throw new NotServed(`${path} (${type}) was not made: ${answer.Reason ?? 'no reason given'}`)
  }
  const made = { properties, id, data: valuesOf(answer.Data) }
  state.remember(path, made)
  return made
}

type Request = { readonly RequestId: string; readonly [name: string]: unknown }

/** The answer is put to an address that is open for this one request. */
async function askFor(host: FunctionHost, request: Request, path: string): Promise<unknown> {
  let answered = (_: unknown): void => {}
  const answer = new Promise<unknown>((resolve) => {
    answered = resolve
  })
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => {
      response.end()
      answered(parsed(Buffer.concat(chunks).toString()))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    const { port } = server.address() as AddressInfo
    const ResponseURL = `http://127.0.0.1:${port}/${request.RequestId}`
    const event = JSON.stringify({ ...request, ResponseURL })
    const ending = await host.invoke(request.RequestId, event)
    if (ending.type === 'done') {
      const silence = new Promise((resolve) => setTimeout(resolve, 1000).unref())
      return await Promise.race([answer, silence])
    }
    const reason = ending.type === 'failed' ? ending.error.errorMessage : ending.type
    throw new NotServed(`${path}: ${host.definition.name} failed: ${reason}`)
  } finally {
    server.close()
    server.closeAllConnections()
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** CloudFormation hands every scalar over as text. */
function asTexts(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asTexts)
  if (!isValues(value)) return textOf(value)
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, asTexts(item)]))
}
