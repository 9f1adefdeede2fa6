/** AWS Secrets Manager on this machine: tells the secrets of a template to whoever asks for one. */
import type { Deployed } from '../template/deploy.ts'
import { textOf } from '../template/values.ts'
import { jsonAnswer, jsonError, operationOf, readJson } from './answers.ts'
import type { LocalService } from './service.ts'

export function secretsManager(resources: readonly Deployed[]): LocalService {
  const secrets = resources.filter(({ type }) => type === 'AWS::SecretsManager::Secret')

  return function answer(request) {
    if (operationOf(request) !== 'GetSecretValue') {
      const message = `${operationOf(request)}: on this machine there is GetSecretValue.`
      return jsonError(400, 'UnknownOperationException', message)
    }
    const wanted = textOf(readJson(request.body)?.SecretId)
    if (wanted === undefined) {
      return jsonError(400, 'InvalidParameterException', 'SecretId is required.')
    }
    const found = secrets.find(({ id, properties }) => [id, properties.Name].includes(wanted))
    if (found === undefined) {
      const message = "Secrets Manager can't find the specified secret."
      return jsonError(400, 'ResourceNotFoundException', message)
    }
    const { Name, SecretString } = found.properties
    return jsonAnswer({ ARN: found.id, Name, SecretString, VersionStages: ['AWSCURRENT'] })
  }
}
