/** What the template says of a function, as its environments need it. */
import { existsSync } from 'node:fs'
import { dirname, join, parse } from 'node:path'
import type { Deployed } from '../template/deploy.ts'
import { isValues, NotServed, numberOf, textOf, valuesOf } from '../template/values.ts'

export type FunctionDefinition = {
  readonly name: string
  readonly arn: string
  readonly file: string
  readonly handler: string
  readonly memory: number
  readonly timeoutMs: number
  readonly environment: Readonly<Record<string, string>>
  readonly jsonLogs: boolean
  /** Most environments at once, where the template reserves so many. */
  readonly concurrency: number | undefined
}

/** Lambda's own defaults, where the template is silent. */
const defaults = { memory: 128, timeout: 3 }

const extensions = ['.mjs', '.js', '.cjs']

export function defineFunction(resource: Deployed, arn: string): FunctionDefinition {
  const { properties, path, asset, id } = resource
  if (asset === undefined) throw new NotServed(`${path}: its bundle is not in the assembly.`)
  const [module, ...exported] = String(properties.Handler).split('.')
  const file = extensions
    .map((extension) => join(asset, `${module}${extension}`))
    .find((candidate) => existsSync(candidate))
  if (file === undefined) {
    throw new NotServed(`${path}: ${asset} has no ${module} with ${extensions.join(', ')}.`)
  }
  const variables = valuesOf(valuesOf(properties.Environment).Variables)
  const environment = Object.entries(variables).map(([name, value]) => {
    if (isValues(value)) throw new NotServed(`${path}: the variable ${name} is not text.`)
    return [name, String(value)] as const
  })
  return {
    name: id,
    arn,
    file,
    handler: exported.join('.'),
    memory: numberOf(properties.MemorySize) ?? defaults.memory,
    timeoutMs: (numberOf(properties.Timeout) ?? defaults.timeout) * 1000,
    environment: Object.fromEntries(environment),
    jsonLogs: textOf(valuesOf(properties.LoggingConfig).LogFormat) === 'JSON',
    concurrency: numberOf(properties.ReservedConcurrentExecutions),
  }
}

/** The variables Lambda sets itself. */
export function reservedVariables(
  { name, memory, handler, file, jsonLogs }: FunctionDefinition,
  region: string,
): Record<string, string> {
  return {
    AWS_DEFAULT_REGION: region,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memory),
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_FORMAT: jsonLogs ? 'JSON' : 'Text',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: 'local',
    AWS_REGION: region,
    LAMBDA_TASK_ROOT: dirname(file),
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    _HANDLER: `${parse(file).name}.${handler}`,
  }
}
