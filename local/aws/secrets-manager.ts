/** AWS Secrets Manager on this machine: tells the secrets of a template, and those kept beside it. */
import type { Deployed } from '../template/deploy.ts'
import { textOf } from '../template/values.ts'
import { jsonAnswer, jsonError, operationOf, readJson } from './answers.ts'
import type { LocalService } from './service.ts'

/** Secrets that no template makes, by ARN: on AWS they are the operator's own. */
export type OwnSecrets = ReadonlyMap<string, string>

type Secret = { readonly ARN: string; readonly Name: unknown; readonly SecretString: unknown }

/** AWS puts six characters after the name. */
const nameIn = (arn: string): string =>
  arn
    .split(':')
    .slice(6)
    .join(':')
    .replace(/-\w{6}$/, '')

export function secretsManager(
  resources: readonly Deployed[],
  own: OwnSecrets = new Map(),
): LocalService {
  const deployed = resources
    .filter(({ type }) => type === 'AWS::SecretsManager::Secret')
    .map(({ id, properties: { Name, SecretString } }): Secret => ({ ARN: id, Name, SecretString }))
  const kept = [...own].map(([ARN, SecretString]): Secret => {
    return { ARN, Name: nameIn(ARN), SecretString }
  })
  const secrets = [...deployed, ...kept]

  return function answer(request) {
    if (operationOf(request) !== 'GetSecretValue') {
      const message = `${operationOf(request)}: on this machine there is GetSecretValue.`
      return jsonError(400, 'UnknownOperationException', message)
    }
    const wanted = textOf(readJson(request.body)?.SecretId)
    if (wanted === undefined) {
      return jsonError(400, 'InvalidParameterException', 'SecretId is required.')
    }
    const found = secrets.find(({ ARN, Name }) => [ARN, Name].includes(wanted))
    if (found === undefined) {
      const message = "Secrets Manager can't find the specified secret."
      return jsonError(400, 'ResourceNotFoundException', message)
    }
    return jsonAnswer({ ...found, VersionStages: ['AWSCURRENT'] })
  }
}
