/** What happens when the store fails, site by site: one table, for the tests and for the page. */
import type { Asked, Fault } from './store-faults.ts'

/** How the ledger's caller fares. */
export type Outcome =
  /** A call passes, or a settlement is made, or what was asked is told. */
  | 'done'
  /** `StoreFailure`: 503, or the allowance. */
  | 'refused'
  /** 429, as the ledger knows it for sure. */
  | 'over'
  /** Told as `unsettled`, and made with a later call. */
  | 'later'
  /** A decision that is not kept. */
  | 'not kept'

export const columns = {
  failing: 'throttled, an error, a reset',
  silent: 'no answer',
  denied: 'not allowed',
  lost: 'written, but the answer was lost',
} as const
export type Column = keyof typeof columns

/** Those that need nothing more to be said. */
export type Plain = Exclude<Fault['type'], 'hold-request' | 'hold-answer' | 'exceeded'>

export const faultsOf: Readonly<Record<Column, readonly Plain[]>> = {
  failing: ['throttle', 'error', 'reset'],
  silent: ['hang'],
  denied: ['denied'],
  lost: ['lost'],
}

type Cell = readonly [outcome: Outcome, text: string]

/** Where the store is asked: what must have happened before, and which requests are meant. */
export type Site = {
  readonly name: string
  readonly act: 'hold' | 'settle' | 'remember' | 'decision' | 'usage'
  /** Under limits of the organisation. */
  readonly organisation?: true
  /** Calls go to slices: the next one leases, is held in what is leased, or finds too little of it. */
  readonly slices?: 'lease' | 'hold' | 'shortage'
  /** The limit is used up by a call that is open. */
  readonly full?: true
  /** The store fails from the beginning. */
  readonly early?: true
  /** The first change's answer is lost too. */
  readonly unheard?: true
  readonly meets: (asked: Asked) => boolean
}

const writes =
  (...words: readonly string[]) =>
  ({ operation, input }: Asked): boolean =>
    operation === 'UpdateItem' && words.every((word) => JSON.stringify(input).includes(word))
const reads = ({ operation }: Asked): boolean => operation === 'GetItem' || operation === 'Query'

const isNew = 'attribute_not_exists('
const isThere = 'attribute_exists('
const team = '"team#red"'
const organisation = '"org"'
const main = '"now"'
const slice = '"slice#'

export type Row = {
  readonly what: string
  readonly sites: readonly Site[]
  readonly cells: Readonly<Partial<Record<Column, Cell>>>
}

const same: Cell = ['refused', 'the same']
const atOnce: Cell = ['refused', 'the same at once']

export const rows: readonly Row[] = [
  {
    what: 'the hold',
    sites: [{ name: 'a hold', act: 'hold', meets: writes(team, main, '"o.') }],
    cells: {
      failing: ['refused', 'tried twice; then 503, or the allowance'],
      silent: ['refused', '300 ms a try; then the same'],
      denied: atOnce,
      lost: ['done', 'read back: the entry is there, so it is held, once'],
    },
  },
  {
    what: 'reading it back',
    sites: [{ name: 'reading a hold back', act: 'hold', unheard: true, meets: reads }],
    cells: {
      failing: [
        'refused',
        '503, or the allowance; what may have been held is given back with a later call',
      ],
      silent: same,
      denied: same,
    },
  },
  {
    what: 'the organisation’s hold',
    sites: [
      {
        name: 'a hold of the organisation’s',
        act: 'hold',
        organisation: true,
        meets: writes(organisation, main, '"o.'),
      },
    ],
    cells: {
      failing: ['refused', 'tried twice; then 503, or the allowance, and the team’s is given back'],
      silent: ['refused', '300 ms a try; then the same'],
      denied: atOnce,
      lost: ['done', 'read back'],
    },
  },
  {
    what: 'a slice of a busy team',
    sites: [
      { name: 'giving to a slice', act: 'hold', slices: 'lease', meets: writes(main, '"x.') },
      { name: 'receiving in a slice', act: 'hold', slices: 'lease', meets: writes(slice, '"i.') },
      { name: 'a hold in a slice', act: 'hold', slices: 'hold', meets: writes(slice, '"o.') },
    ],
    cells: {
      failing: [
        'refused',
        '503, or the allowance; what was moved and not used comes back within minutes',
      ],
      silent: same,
      denied: same,
      lost: ['done', 'read back'],
    },
  },
  {
    what: 'giving a slice back where there is too little',
    sites: [
      {
        name: 'leaving a slice',
        act: 'hold',
        slices: 'shortage',
        meets: writes(slice, '"y.', isNew),
      },
      {
        name: 'coming back from a slice',
        act: 'hold',
        slices: 'shortage',
        meets: writes(main, '"j.', isNew),
      },
      {
        name: 'forgetting that it left',
        act: 'hold',
        slices: 'shortage',
        meets: writes(slice, '"y.', isThere),
      },
    ],
    cells: {
      failing: [
        'refused',
        '503, or the allowance; what was moved counts twice until it is swept, within minutes',
      ],
      silent: same,
      denied: same,
      lost: ['over', 'it is moved, once'],
    },
  },
  {
    what: 'looking for room where there is too little',
    sites: [
      {
        name: 'sweeping at a shortage',
        act: 'hold',
        full: true,
        meets: (asked) => asked.operation === 'Query',
      },
    ],
    cells: {
      failing: ['refused', '503, or the allowance'],
      silent: same,
      denied: same,
    },
  },
  {
    what: 'settling',
    sites: [
      { name: 'settling', act: 'settle', meets: writes(team, main) },
      { name: 'settling in a slice', act: 'settle', slices: 'hold', meets: writes(slice) },
      {
        name: 'settling the organisation’s',
        act: 'settle',
        organisation: true,
        meets: writes(organisation),
      },
    ],
    cells: {
      failing: [
        'later',
        'tried three times; then a line `unsettled`, and tried again with later calls. Until then what was held stays charged: too much, never too little',
      ],
      silent: ['later', '450 ms a try; then the same'],
      denied: ['later', 'the same at once'],
      lost: ['done', 'the entry is gone, so it is settled, once'],
    },
  },
  {
    what: 'pauses and grants',
    sites: [
      {
        name: 'reading pauses and grants',
        act: 'hold',
        early: true,
        meets: ({ input }) => JSON.stringify(input).includes('"control"'),
      },
    ],
    cells: {
      failing: ['done', 'the last known ones hold'],
      silent: ['done', '300 ms; then the same, and the hold is tried once'],
      denied: ['done', 'the same'],
    },
  },
  {
    what: 'keeping a decision',
    sites: [
      {
        name: 'keeping a decision',
        act: 'remember',
        meets: ({ operation }) => operation === 'PutItem',
      },
    ],
    cells: {
      failing: ['not kept', 'the refusal stands, without a `decision_id`'],
      silent: ['not kept', '300 ms; then the same'],
      denied: ['not kept', 'the same'],
      lost: ['done', 'written again, and kept'],
    },
  },
  {
    what: 'reading a decision, or what was used',
    sites: [
      { name: 'reading a decision', act: 'decision', meets: reads },
      { name: 'reading what was used', act: 'usage', meets: reads },
    ],
    cells: {
      failing: ['refused', 'tried twice; then 503'],
      silent: ['refused', '300 ms a try; then the same'],
      denied: atOnce,
    },
  },
]

const line = (...cells: readonly string[]): string => `| ${cells.join(' | ')} |`

/** As `docs/budgets.md` shows it. */
export const failuresTable: string = [
  line('what fails', ...Object.values(columns)),
  line('---', ...Object.values(columns).map(() => '---')),
  ...rows.map(({ what, cells }) =>
    line(what, ...Object.keys(columns).map((column) => cells[column as Column]?.[1] ?? '–')),
  ),
].join('\n')
