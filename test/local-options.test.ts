/** The command line of `npm start`, and what functions are told of Bedrock. */
import { describe, expect, it } from 'vitest'
import { openBedrock, readBedrockChoice } from '../local/gateway/bedrock.ts'
import { help, readCommandLine } from '../local/gateway/options.ts'

describe('the command line', () => {
  it('has its defaults', () => {
    expect(readCommandLine([])).toEqual({
      type: 'start',
      options: { port: 8787, bedrock: { type: 'simulator' }, config: undefined, state: undefined },
    })
  })

  it.each([
    [['--port', 'x'], '--port: got x, needs a number from 0 to 65535.'],
    [['--port', '65536'], '--port: got 65536'],
    [['--bedrock', 'nobody'], '--bedrock: got nobody, needs simulator, aws, a URL, or REGION=URL'],
    [['--bedrock', 'us-east-1=nothing'], '--bedrock: got us-east-1=nothing'],
    [['--prot', '1'], "Unknown option '--prot'"],
    [['extra'], 'extra'],
  ])('%j is wrong use, and says why', (args, message) => {
    const read = readCommandLine(args)
    expect(read.type === 'wrong' && read.message).toContain(message)
  })

  it('explains every option', () => {
    expect(readCommandLine(['--help'])).toEqual({ type: 'help' })
    for (const option of ['port', 'bedrock', 'config', 'state']) expect(help).toContain(option)
  })

  it.each([
    ['aws', { type: 'aws' }],
    ['http://127.0.0.1:1', { type: 'url', url: 'http://127.0.0.1:1' }],
    [
      'us-east-1=http://a, eu-west-1=https://b',
      { type: 'urls', urls: { 'us-east-1': 'http://a', 'eu-west-1': 'https://b' } },
    ],
  ])('reads --bedrock %s', (text, choice) => {
    expect(readBedrockChoice(text)).toEqual(choice)
  })
})

const machine = { AWS_PROFILE: 'mine', AWS_SESSION_TOKEN: 'token', HOME: '/nobody', OTHER: 'x' }
const regions = ['us-east-1', 'us-west-2'] as const

describe('Bedrock', () => {
  it('is simulated in every region, with credentials that are worth nothing', async () => {
    const bedrock = await openBedrock({ type: 'simulator' }, regions, machine)
    expect(Object.keys(bedrock.urls)).toEqual(regions)
    const [east, west] = regions.map((region) => bedrock.urls[region])
    expect(new Set([east, west]).size).toBe(2)
    expect(bedrock.variables).toMatchObject({
      AWS_ENDPOINT_URL_BEDROCK_RUNTIME_US_EAST_1: east,
      AWS_ENDPOINT_URL_BEDROCK_RUNTIME_US_WEST_2: west,
    })
    expect(bedrock.variables).not.toHaveProperty('AWS_ENDPOINT_URL_BEDROCK_RUNTIME')
    expect(bedrock.variables).not.toHaveProperty('AWS_SESSION_TOKEN')
    expect(bedrock.variables).not.toHaveProperty('AWS_PROFILE')
    await bedrock.close()
  })

  it('is AWS’s own, with this machine’s credentials and nothing else of it', async () => {
    const { variables, urls } = await openBedrock({ type: 'aws' }, regions, machine)
    const { OTHER: _, ...credentials } = machine
    expect(variables).toEqual(credentials)
    expect(urls).toEqual({})
  })

  it('is at a URL, signed with this machine’s credentials or else with dummy ones', async () => {
    const url = 'http://127.0.0.1:1'
    const own = await openBedrock({ type: 'url', url }, regions, machine)
    expect(own.variables.AWS_PROFILE).toBe('mine')
    const dummy = await openBedrock({ type: 'url', url }, regions, { HOME: '/nobody' })
    expect(dummy.variables.AWS_ACCESS_KEY_ID).toBeDefined()
    expect(dummy.variables.AWS_ENDPOINT_URL_BEDROCK_RUNTIME).toBe(url)
    expect(dummy.urls).toEqual({ 'us-east-1': url, 'us-west-2': url })
  })

  it('is at one URL a region', async () => {
    const urls = { 'us-west-2': 'http://127.0.0.1:2', 'us-east-1': 'http://127.0.0.1:1' }
    const bedrock = await openBedrock({ type: 'urls', urls }, regions, machine)
    expect(bedrock.urls).toEqual(urls)
    expect(bedrock.variables).toMatchObject({
      AWS_ENDPOINT_URL_BEDROCK_RUNTIME_US_EAST_1: 'http://127.0.0.1:1',
      AWS_ENDPOINT_URL_BEDROCK_RUNTIME_US_WEST_2: 'http://127.0.0.1:2',
      AWS_PROFILE: 'mine',
    })
  })

  it.each([
    ['us-west-2', 'us-east-1', 'us-east-1=URL,us-west-2=http://127.0.0.1:1'],
    ['us-east-1', 'us-west-2', 'us-east-1=http://127.0.0.1:1,us-west-2=URL'],
    ['eu-west-1', 'us-east-1, us-west-2', 'us-east-1=URL,us-west-2=URL'],
  ])(
    'at a URL for %s alone is refused: none of AWS’s own is asked by surprise',
    async (named, missing, all) => {
      const urls = { [named]: 'http://127.0.0.1:1' }
      await expect(openBedrock({ type: 'urls', urls }, regions, {})).rejects.toThrow(
        `--bedrock names ${named}, but not ${missing} of the configuration's regions; --bedrock ${all} would name them all.`,
      )
    },
  )
})
