/** Reads the policy an authorizer answers: may this method be called? */
import { isValues, listOf, type Values } from '../template/values.ts'

export type PolicyVerdict = 'allowed' | 'denied' | 'not-allowed' | 'unreadable'

/** `*` stands for any text, `?` for any character. */
export function matches(pattern: string, text: string): boolean {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('[^]*').replaceAll('?', '[^]')}$`).test(text)
}

/** A deny wins over an allow, wherever it stands. */
export function evaluate(policy: unknown, methodArn: string): PolicyVerdict {
  if (!isValues(policy)) return 'unreadable'
  const statements = [policy.Statement].flat()
  if (statements.length === 0 || !statements.every(isReadable)) return 'unreadable'
  const about = (effect: string) =>
    statements.some(
      (statement) =>
        statement.Effect === effect &&
        namesOf(statement.Action).some((action) =>
          matches(action.toLowerCase(), 'execute-api:invoke'),
        ) &&
        namesOf(statement.Resource).some((resource) => matches(resource, methodArn)),
    )
  if (about('Deny')) return 'denied'
  return about('Allow') ? 'allowed' : 'not-allowed'
}

const namesOf = (value: unknown) => (Array.isArray(value) ? listOf(value) : [value]).map(String)

const readable = ['Sid', 'Effect', 'Action', 'Resource']

/** Conditions and exceptions are not read: with them, nobody is let through by mistake. */
function isReadable(statement: unknown): statement is Values {
  return (
    isValues(statement) &&
    ['Allow', 'Deny'].includes(String(statement.Effect)) &&
    statement.Action !== undefined &&
    statement.Resource !== undefined &&
    Object.keys(statement).every((key) => readable.includes(key))
  )
}
