/** Writes help from the table of commands, in 80 columns. */
import type { Command, Operand, Options } from './command.ts'

const columns = 80
const gap = 2

export const everywhere: Options = {
  local: { help: 'ask the gateway that `npm start` runs on this machine' },
  stack: { value: 'NAME', help: 'the deployed stack (default Tollgate)' },
  region: { value: 'NAME', help: "where it is (default: the configuration's first region)" },
  profile: { value: 'NAME', help: "an AWS profile (default: AWS's own rules)" },
  config: {
    value: 'FILE',
    help: 'another gateway configuration (default tollgate.config.ts)',
  },
  json: { help: 'answer with one JSON object, for scripts' },
  help: { help: 'this text' },
}

export function helpOfAll(commands: readonly Command[]): string {
  return [
    'Usage: tollgate COMMAND [options]',
    '',
    wrapped('Looks after a gateway: its keys, its budgets, and who may call it now.'),
    '',
    listOf(commands),
    '',
    'Everywhere:',
    rows(optionRows(everywhere)),
    '',
    wrapped('`tollgate COMMAND --help` has the rest. Exit status: 0 done, 1 failed, 2 wrong use.'),
    '',
  ].join('\n')
}

/** Of those that begin alike: `keys`. */
export const helpOfGroup = (group: string, commands: readonly Command[]): string =>
  [
    `Usage: tollgate ${group} COMMAND [options]`,
    '',
    listOf(commands),
    '',
    wrapped(`\`tollgate ${group} COMMAND --help\` has the rest.`),
    '',
  ].join('\n')

export function helpOf(command: Command): string {
  const { name, operands, about, options, examples, summary } = command
  const usage = ['tollgate', name, ...operands.map(operandWord), '[options]'].join(' ')
  const own = optionRows(options)
  return [
    `Usage: ${usage}`,
    '',
    wrapped(`${summary}.`),
    ...about.flatMap((paragraph) => ['', wrapped(paragraph)]),
    ...(own.length > 0 ? ['', 'Options:', rows(own)] : []),
    '',
    'Everywhere:',
    rows(optionRows(everywhere)),
    '',
    examples.length > 1 ? 'Examples:' : 'Example:',
    ...examples.map((example) => `  tollgate ${example}`),
    '',
  ].join('\n')
}

export const usageOf = ({ name, operands }: Command): string =>
  [name, ...operands.map(operandWord)].join(' ')

const operandWord = ({ name, needed }: Operand): string => (needed ? name : `[${name}]`)

const listOf = (commands: readonly Command[]): string =>
  rows(commands.map((command) => [usageOf(command), command.summary]))

const optionRows = (options: Options): readonly (readonly [string, string])[] =>
  Object.entries(options).map(([name, { value, help }]) => [
    value === undefined ? `--${name}` : `--${name} ${value}`,
    help,
  ])

/** Two columns, the second wrapped within itself. */
function rows(pairs: readonly (readonly [string, string])[]): string {
  const width = Math.max(...pairs.map(([left]) => left.length)) + gap
  const indent = ' '.repeat(gap)
  return pairs
    .flatMap(([left, right]) =>
      lines(right, columns - gap - width).map(
        (line, index) => `${indent}${(index === 0 ? left : '').padEnd(width)}${line}`,
      ),
    )
    .join('\n')
}

export const wrapped = (text: string): string => lines(text, columns).join('\n')

function lines(text: string, width: number): readonly string[] {
  const done: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      done.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...done, line]
}
