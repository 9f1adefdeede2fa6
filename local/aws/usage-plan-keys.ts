/** API Gateway's operations on usage plans and which keys are on them. */
import type { Plan } from '../gateway/usage-plans.ts'
import { textOf } from '../template/values.ts'
import { type Asked, type Control, type Operation, pageOf, Refused } from './control-plane.ts'

export function planOperations({ registry, api }: Control): readonly Operation[] {
  const planOf = ([id = '']: readonly string[]): Plan => {
    const plan = registry.plans.find((each) => each.id === id)
    if (plan === undefined) {
      throw new Refused('NotFoundException', 'Invalid Usage Plan ID specified')
    }
    return plan
  }

  const planKeys = (plan: Plan) =>
    registry
      .keys()
      .filter(({ id }) => registry.planOf(id)?.id === plan.id)
      .map(({ id, name }) => ({ id, type: 'API_KEY', name }))

  function attach({ path, body }: Asked): object {
    const plan = planOf(path)
    const { keyId, keyType } = body
    if (keyType !== 'API_KEY') {
      throw new Refused('BadRequestException', `Invalid key type: ${textOf(keyType)}`)
    }
    const key = registry.keyById(textOf(keyId) ?? '')
    if (key === undefined) {
      throw new Refused('NotFoundException', 'Invalid API Key identifier specified')
    }
    const { id, name } = key
    const other = registry.planOf(id)
    if (other?.id === plan.id) {
      const message = `Usage plan key with id ${id} already exists in the usage plan ${plan.id}`
      throw new Refused('ConflictException', message)
    }
    if (other !== undefined) {
      const stage = `${api.id}:${api.stage}`
      const message = `API key ${id} cannot be associated with two usage plans of the stage ${stage}`
      throw new Refused('ConflictException', message)
    }
    registry.attach(id, plan.id)
    return { id, type: 'API_KEY', name }
  }

  return [
    {
      method: 'GET',
      path: /^\/usageplans$/,
      status: 200,
      run({ query }) {
        const keyId = query.get('keyId')
        const found = registry.plans.filter(
          ({ id }) => keyId === null || registry.planOf(keyId)?.id === id,
        )
        const { item, ...rest } = pageOf(found, query)
        return { item: item.map((plan) => toldPlan(plan, api)), ...rest }
      },
    },
    {
      method: 'GET',
      path: /^\/usageplans\/([^/]+)\/keys$/,
      status: 200,
      run({ path, query }) {
        const begins = query.get('name') ?? ''
        return pageOf(
          planKeys(planOf(path)).filter(({ name }) => name.startsWith(begins)),
          query,
        )
      },
    },
    { method: 'POST', path: /^\/usageplans\/([^/]+)\/keys$/, status: 201, run: attach },
    {
      method: 'DELETE',
      path: /^\/usageplans\/([^/]+)\/keys\/([^/]+)$/,
      status: 202,
      run({ path }) {
        const plan = planOf(path)
        const [, keyId = ''] = path
        if (registry.planOf(keyId)?.id !== plan.id) {
          throw new Refused('NotFoundException', 'Invalid Usage Plan Key identifier specified')
        }
        registry.detach(keyId)
        return undefined
      },
    },
  ]
}

const toldPlan = ({ id, name, quota, throttle }: Plan, api: Control['api']): object => ({
  id,
  name,
  apiStages: [{ apiId: api.id, stage: api.stage }],
  ...(quota !== undefined && { quota }),
  ...(throttle !== undefined && {
    throttle: { rateLimit: throttle.rate, burstLimit: throttle.burst },
  }),
})
