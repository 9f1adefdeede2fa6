/** What can go wrong between the gateway and Bedrock, and what comes of it: one table, for the tests and for the page. */

import type { ErrorCode } from '../../lambda/core/errors.ts'
import type { Chaos } from '../../local/chaos/proxy.ts'

export type Mode = 'whole' | 'stream'

/** Who makes it: the simulated Bedrock, the network before it, or the address itself. */
export type Fault = {
  /** As the simulator takes it. */
  readonly bedrock?: string
  readonly network?: Chaos | 'down'
  readonly address?: 'unknown' | 'plain'
  /** Where it is not the row's. */
  readonly code?: ErrorCode
}

/**
 * What comes of it. `retried`: nothing has reached the caller, so another target is asked, or the
 * same one again. `handed on`: people must mend it; the next target is asked, once. `told`: the
 * caller's own. `broken`: content has reached the caller, so the stream ends with the error.
 * `passed over`: it changes nothing. `out of time`: the function's own time is over.
 */
export type Course = 'retried' | 'handed on' | 'told' | 'broken' | 'passed over' | 'out of time'

/** What the ledger keeps of a failed attempt, or of an answer that is not whole. */
export type Charge = 'nothing' | 'may be billed' | 'what was seen' | 'the bill' | 'an estimate'

export type Row = {
  readonly id: string
  readonly what: string
  readonly course: Course
  readonly faults: Readonly<Partial<Record<Mode, readonly Fault[]>>>
  /** How the caller is told, where nothing helps. */
  readonly code?: ErrorCode
  /** The trail's name of it; by default any. */
  readonly named?: RegExp
  readonly charge: Charge
  /** Bedrock never sees the request. */
  readonly unseen?: true
  /** Milliseconds: the longest wait for a first byte that the caller asks for. */
  readonly waitMs?: number
  /** Milliseconds that the function has. */
  readonly hasMs?: number
  /** A short answer will do: it comes slowly. */
  readonly short?: true
}

const bedrock = (...specs: readonly string[]): readonly Fault[] =>
  specs.map((spec) => ({ bedrock: spec }))
const either = (...faults: readonly Fault[]) => ({ whole: faults, stream: faults })
const answers = (spec: string) => either(...bedrock(spec))
const streams = (...specs: readonly string[]) => ({ stream: bedrock(...specs) })

/** Frames of a stream that have come: its beginning, and some text. */
const some = 4

/** Milliseconds: enough for a busy machine, and short enough to be waited for. */
const waitMs = 400

export const rows: readonly Row[] = [
  {
    ...{ id: 'F1, F2', what: '429 `ThrottlingException`', course: 'retried' },
    ...{ faults: answers('throttle'), named: /^ThrottlingException$/ },
    ...{ code: 'upstream_throttled', charge: 'nothing' },
  },
  {
    ...{ id: 'F3', what: '500 `InternalServerException`', course: 'retried' },
    ...{ faults: answers('error:500:InternalServerException') },
    ...{ named: /^InternalServerException$/, code: 'upstream_unavailable', charge: 'nothing' },
  },
  {
    ...{ id: 'F4', what: '503 `ServiceUnavailableException`', course: 'retried' },
    ...{ faults: answers('error:503:ServiceUnavailableException') },
    ...{ named: /^ServiceUnavailableException$/, code: 'upstream_unavailable', charge: 'nothing' },
  },
  {
    ...{ id: 'F5', what: '424 `ModelErrorException`', course: 'retried' },
    ...{ faults: answers('error:424:ModelErrorException'), named: /^ModelErrorException$/ },
    ...{ code: 'upstream_error', charge: 'nothing' },
  },
  {
    ...{ id: 'F6', what: '408 `ModelTimeoutException`', course: 'retried' },
    ...{ faults: answers('error:408:ModelTimeoutException'), named: /^ModelTimeoutException$/ },
    ...{ code: 'upstream_timeout', charge: 'nothing' },
  },
  {
    ...{ id: 'F7', what: '404, the model is missing there', course: 'handed on' },
    ...{ faults: answers('error:404:ResourceNotFoundException') },
    ...{ named: /^ResourceNotFoundException$/, code: 'model_not_found', charge: 'nothing' },
  },
  {
    ...{ id: 'F8', what: '403, the gateway may not ask it there', course: 'handed on' },
    ...{ faults: answers('error:403:AccessDeniedException') },
    ...{ named: /^AccessDeniedException$/, code: 'access_denied', charge: 'nothing' },
  },
  {
    ...{ id: 'F9', what: '400 `ValidationException`', course: 'told', code: 'invalid_body' },
    ...{ faults: answers('refuse'), named: /^ValidationException$/, charge: 'nothing' },
  },
  {
    ...{ id: 'F10', what: 'a page of HTML with 502', course: 'retried', faults: answers('html') },
    ...{ named: /^HTTP502$/, code: 'upstream_error', charge: 'nothing' },
  },
  {
    ...{ id: 'F11', what: '200, and JSON that is cut off', course: 'retried' },
    ...{ faults: { whole: bedrock('end:40') }, code: 'upstream_error', charge: 'may be billed' },
  },
  {
    ...{ id: 'F12', what: '200, and nothing', course: 'retried', faults: answers('empty') },
    ...{ code: 'upstream_error', charge: 'may be billed' },
  },
  {
    ...{ id: 'F13', what: '200, and JSON of another shape', course: 'retried' },
    ...{ faults: answers('odd'), code: 'upstream_error', charge: 'may be billed' },
  },
  {
    ...{ id: 'F14', what: '200, and a wrong `content-type`', course: 'retried' },
    ...{ faults: answers('mistyped'), code: 'upstream_error', charge: 'may be billed' },
  },
  {
    ...{ id: 'F15', what: 'the connection is refused', course: 'retried', unseen: true },
    ...{ faults: either({ network: 'down' }), named: /^ECONNREFUSED$/ },
    ...{ code: 'upstream_unavailable', charge: 'nothing' },
  },
  {
    ...{ id: 'F16', what: 'the host’s name does not resolve', course: 'retried', unseen: true },
    ...{ faults: either({ address: 'unknown' }), named: /^(ENOTFOUND|EAI_AGAIN|ETIMEDOUT)$/ },
    ...{ code: 'upstream_unavailable', charge: 'nothing' },
  },
  {
    ...{ id: 'F17', what: 'TLS fails', course: 'retried', unseen: true },
    ...{ faults: either({ address: 'plain' }), named: /^(EPROTO|ERR_SSL_\w+|ECONNRESET)$/ },
    ...{ code: 'upstream_unavailable', charge: 'nothing' },
  },
  {
    ...{ id: 'F18', what: 'a reset before any answer', course: 'retried', unseen: true },
    ...{ faults: either({ network: 'drop' }), named: /^ECONNRESET$/ },
    ...{ code: 'upstream_unavailable', charge: 'nothing' },
  },
  {
    ...{ id: 'F18', what: 'a cut between the status and the first byte', course: 'retried' },
    ...{ faults: answers('cut:0'), named: /^ECONNRESET$/ },
    ...{ code: 'upstream_error', charge: 'may be billed' },
  },
  {
    ...{ id: 'F21', what: 'a cut within the answer', course: 'retried' },
    ...{ faults: { whole: bedrock('cut:40') }, named: /^ECONNRESET$/ },
    ...{ code: 'upstream_error', charge: 'may be billed' },
  },
  {
    ...{ id: 'F21', what: 'a cut within a frame', course: 'broken' },
    ...{ faults: streams(`cut-after:${some}:20`) },
    ...{ code: 'upstream_error', charge: 'what was seen' },
  },
  {
    ...{ id: 'F22', what: 'a cut, or a clean end, between two frames', course: 'broken' },
    ...{ faults: streams(`cut-after:${some}:0`, `end-after:${some}`) },
    ...{ code: 'upstream_error', charge: 'what was seen' },
  },
  {
    ...{ id: 'F23', what: 'an exception as the first frame', course: 'retried' },
    ...{ faults: streams('exception:throttlingException:0'), named: /^throttlingException$/i },
    ...{ code: 'upstream_throttled', charge: 'nothing' },
  },
  {
    ...{ id: 'F23', what: 'an exception after the stream’s beginning, before content' },
    ...{ course: 'retried', faults: streams('exception:modelStreamErrorException:1') },
    ...{ named: /^modelStreamErrorException$/i, code: 'upstream_error', charge: 'may be billed' },
  },
  {
    ...{ id: 'F24', what: 'an exception after content: any, one unknown, a frame `error`' },
    ...{ course: 'broken', code: 'upstream_error', charge: 'what was seen' },
    faults: {
      stream: [
        { bedrock: `exception:modelStreamErrorException:${some}` },
        { bedrock: `exception:throttlingException:${some}`, code: 'upstream_throttled' },
        { bedrock: `exception:internalServerException:${some}`, code: 'upstream_unavailable' },
        { bedrock: `exception:serviceUnavailableException:${some}`, code: 'upstream_unavailable' },
        { bedrock: `exception:modelTimeoutException:${some}`, code: 'upstream_timeout' },
        { bedrock: `exception:brandNewException:${some}` },
        { bedrock: `error-frame:InternalFailure:${some}` },
      ],
    },
  },
  {
    ...{ id: 'F25', what: 'a wrong checksum of a frame', course: 'broken' },
    ...{ faults: streams(`bad-crc:${some}`), code: 'upstream_error', charge: 'what was seen' },
  },
  {
    ...{ id: 'F25', what: 'a wrong checksum of the first frame', course: 'retried' },
    ...{ faults: streams('bad-crc:0'), code: 'upstream_error', charge: 'may be billed' },
  },
  {
    ...{ id: 'F26', what: 'a wrong checksum of a frame’s lengths', course: 'broken' },
    ...{ faults: streams(`bad-prelude:${some}`), code: 'upstream_error', charge: 'what was seen' },
  },
  {
    ...{ id: 'F27', what: 'a frame’s length that lies: short, long, absurd', course: 'broken' },
    ...{ code: 'upstream_error', charge: 'what was seen' },
    faults: streams(
      `false-length:${some}:40`,
      `false-length:${some}:9000`,
      `false-length:${some}:999999999`,
    ),
  },
  {
    ...{ id: 'F28', what: 'a frame whose payload is no JSON', course: 'broken' },
    ...{ faults: streams(`bad-json:${some}`), code: 'upstream_error', charge: 'what was seen' },
  },
  {
    ...{ id: 'F29', what: 'an event of a type nobody knows', course: 'passed over' },
    ...{ faults: streams(`event:brandNewEvent:${some}`), charge: 'the bill' },
  },
  {
    ...{ id: 'F30', what: 'no token counts anywhere', course: 'passed over' },
    ...{ faults: answers('no-usage'), charge: 'an estimate' },
  },
  {
    ...{ id: 'F31', what: 'silence before the status', course: 'retried', waitMs },
    ...{ faults: answers('hang'), named: /^TimeoutError$/ },
    ...{ code: 'upstream_timeout', charge: 'may be billed' },
  },
  {
    ...{ id: 'F32', what: 'silence within the answer', course: 'retried', waitMs },
    ...{ faults: { whole: bedrock('slow-bytes:600000') }, named: /^TimeoutError$/ },
    ...{ code: 'upstream_timeout', charge: 'may be billed' },
  },
  {
    ...{ id: 'F32', what: 'silence within the stream', course: 'broken' },
    ...{ faults: streams(`hang-stream:${some}`) },
    ...{ code: 'upstream_timeout', charge: 'what was seen' },
  },
  {
    ...{ id: 'F33', what: 'one byte a millisecond', course: 'passed over', short: true },
    ...{ faults: answers('slow-bytes:1'), charge: 'the bill' },
  },
  {
    ...{ id: 'F33', what: 'one byte, and the next too late', course: 'retried', waitMs },
    ...{ faults: streams('slow-bytes:600000'), named: /^TimeoutError$/ },
    ...{ code: 'upstream_timeout', charge: 'may be billed' },
  },
  {
    ...{
      id: 'F34',
      what: 'the function’s own time runs out before any answer',
      course: 'out of time',
    },
    ...{ faults: answers('hang'), hasMs: 2_900, named: /^TimeoutError$/ },
    ...{ code: 'upstream_timeout', charge: 'may be billed' },
  },
  {
    ...{ id: 'F34', what: 'the function’s own time runs out within the stream', course: 'broken' },
    ...{ faults: streams('slow-stream:120'), hasMs: 3_200 },
    ...{ code: 'upstream_timeout', charge: 'what was seen' },
  },
  {
    ...{ id: 'F34', what: 'none of it is left as the request comes', course: 'out of time' },
    ...{ faults: answers('hang'), hasMs: 2_550, unseen: true },
    ...{ code: 'upstream_timeout', charge: 'nothing' },
  },
  {
    ...{ id: 'F36', what: 'the gateway’s clock is more than five minutes off' },
    ...{ course: 'handed on', faults: answers('error:403:InvalidSignatureException') },
    ...{ named: /^InvalidSignatureException$/, code: 'access_denied', charge: 'nothing' },
  },
]

/** Cells that cannot be, by name, and why. */
export const impossible: readonly (readonly [what: string, why: string])[] = [
  [
    'F19 (GOAWAY) and F20 (RST_STREAM), whole and streamed',
    'frames of HTTP/2; the gateway speaks HTTP/1.1 to providers, where the same events are a reset (F18) and a cut (F21)',
  ],
  ['F11, streamed', 'a stream’s JSON stands in frames: cut off it is F21, spoilt it is F28'],
  ['F22–F29, whole', 'a whole answer has no frames; its exceptions are statuses, F1–F9'],
  [
    'F33, whole, the next byte too late',
    'the same as F32: a whole answer is of no use before its end',
  ],
  ['F34, whole, within the answer', 'a whole answer is sent at its end, or not at all'],
  [
    'F35, whole, within the answer',
    'Lambda tells nobody that a caller has left; without a stream the function writes once, at its end',
  ],
]
