/** Reads what was typed by the table of commands, and says what would have been right. */
import { parseArgs } from 'node:util'
import { closest } from '../lambda/core/closest.ts'
import type { Command, Options } from './command.ts'
import { everywhere, helpOfAll, helpOfGroup, usageOf } from './help.ts'
import { WrongUse } from './problems.ts'

export type Typed =
  | { readonly type: 'help'; readonly group?: string; readonly command?: Command }
  | {
      readonly type: 'command'
      readonly command: Command
      readonly values: Readonly<Record<string, string | undefined>>
      readonly flags: ReadonlySet<string>
    }

type Given = {
  readonly name: string
  /** As it was typed, with its dashes. */
  readonly rawName: string
  readonly value: string | undefined
  /** The value was a word of its own. */
  readonly apart: boolean
}

type Read = { readonly words: readonly string[]; readonly options: readonly Given[] }

export function readArguments(args: readonly string[], commands: readonly Command[]): Typed {
  const all: Options = Object.assign({}, ...commands.map((each) => each.options), everywhere)
  const { words } = read(args, all)
  const named = words[0] === 'help' ? words.slice(1) : words
  const command = commands.find(({ name }) => startsWith(named, name))
  return typed(read(args, { ...all, ...command?.options }), command, commands)
}

function typed(
  { words, options }: Read,
  command: Command | undefined,
  commands: readonly Command[],
): Typed {
  const negative = options.find(({ value, apart }) => apart && value?.startsWith('-') === true)
  if (negative !== undefined) throw new WrongUse(looksLikeAnOption(negative))
  const asked = options.some(({ name }) => name === 'help' || name === 'h')
  const help = asked || words[0] === 'help'
  const said = words[0] === 'help' ? words.slice(1) : words
  if (command !== undefined) {
    return help ? { type: 'help', command } : called(command, said, options)
  }
  const [group] = said
  if (group === undefined) {
    if (help) return { type: 'help' }
    throw new WrongUse(`Which command?\n\n${helpOfAll(commands)}`)
  }
  const members = commands.filter(({ name }) => name.startsWith(`${group} `))
  if (members.length > 0 && said.length === 1) {
    if (help) return { type: 'help', group }
    throw new WrongUse(`Which of them?\n\n${helpOfGroup(group, members)}`)
  }
  throw new WrongUse(unknown(said, commands))
}

/**
 * Where a command's own words end is known only once the command is, so all options are told first;
 * then its own, which may mean another thing by the same name.
 */
function read(args: readonly string[], known: Options): Read {
  const types = Object.entries(known).map(([name, { value }]) => {
    const type = value === undefined ? 'boolean' : 'string'
    return [name, { type }] as const
  })
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(types),
    allowPositionals: true,
    strict: false,
    tokens: true,
  })
  return {
    words: tokens.flatMap((token) => (token.kind === 'positional' ? [token.value] : [])),
    options: tokens.flatMap((token) => {
      if (token.kind !== 'option') return []
      const { name, rawName, value, inlineValue } = token
      return [{ name, rawName, value, apart: inlineValue === false }]
    }),
  }
}

const looksLikeAnOption = ({ rawName, value }: Given): string =>
  `${rawName}: got ${value}, needs a value; one that begins with - is written ${rawName}=VALUE.`

const startsWith = (words: readonly string[], name: string): boolean =>
  name.split(' ').every((part, index) => words[index] === part)

function called(command: Command, words: readonly string[], options: Read['options']): Typed {
  const { name, operands } = command
  const rest = words.slice(name.split(' ').length)
  const missing = operands.filter(({ needed }, index) => needed && rest[index] === undefined)
  if (missing.length > 0) {
    const names = missing.map((operand) => operand.name).join(' and ')
    throw new WrongUse(`${names} is missing: tollgate ${usageOf(command)}`)
  }
  const [extra] = rest.slice(operands.length)
  if (extra !== undefined) {
    throw new WrongUse(`'${extra}' is one word too many: tollgate ${usageOf(command)}`)
  }
  const allowed = { ...command.options, ...everywhere }
  const values: Record<string, string | undefined> = {}
  const flags = new Set<string>()
  for (const option of options) {
    const known = Object.hasOwn(allowed, option.name) ? allowed[option.name] : undefined
    if (known === undefined) throw new WrongUse(unknownOption(option.name, command))
    if (known.value === undefined) {
      if (option.value !== undefined) throw new WrongUse(`--${option.name} takes no value.`)
      flags.add(option.name)
      continue
    }
    if (option.value === undefined || option.value === '') {
      throw new WrongUse(`--${option.name} needs a value: --${option.name} ${known.value}`)
    }
    if (values[option.name] !== undefined) {
      throw new WrongUse(`--${option.name} was given twice; once is right.`)
    }
    values[option.name] = option.value
  }
  for (const [index, operand] of operands.entries()) values[operand.name] = rest[index]
  return { type: 'command', command, values, flags }
}

function unknownOption(name: string, { name: command, options }: Command): string {
  const dashes = name.length === 1 ? '-' : '--'
  const meant = closest(name, Object.keys({ ...options, ...everywhere }))
  const hint =
    meant === undefined ? `\`tollgate ${command} --help\` lists them.` : `did you mean --${meant}?`
  return `${dashes}${name} is no option of ${command}; ${hint}`
}

function unknown(words: readonly string[], commands: readonly Command[]): string {
  const names = commands.map(({ name }) => name)
  const [first = '', second = ''] = words
  const group = names.some((name) => name.startsWith(`${first} `))
  const typed = group ? `${first} ${second}` : first
  const meant =
    closest(typed, names) ?? closest(`${first} ${second}`, names) ?? byLastWord(first, names)
  const hint = meant === undefined ? '`tollgate --help` lists them.' : `Did you mean '${meant}'?`
  return `There is no command '${typed}'. ${hint}`
}

/** `issue` may stand for `keys issue`. */
function byLastWord(word: string, names: readonly string[]): string | undefined {
  const last = new Map(names.map((name) => [name.split(' ').at(-1) ?? name, name]))
  return last.get(closest(word, last.keys()) ?? '')
}
