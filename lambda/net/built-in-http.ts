/**
 * In place of `node:http` where packages import it: Node reads every export of a built-in module
 * that is imported as a module, and one of this one's loads its whole HTTP client undici, which
 * takes a fifth of a cold start's CPU.
 */
const http = process.getBuiltinModule('node:http')

export const { Agent, request, STATUS_CODES } = http
export default http
