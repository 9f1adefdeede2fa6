/** How much leave fits into IAM's policies: what is too long for one is spread over several. */

/** IAM's: characters of a managed policy without white space, and managed policies of a role. */
const largestPolicy = 6_144
export const mostPolicies = 10

/** What surrounds the ARNs of a policy: version, effect and the actions. */
const frame = 256

/** `arnOf` gives each one's ARN as long as it will be. */
export function packed<Item>(
  items: readonly Item[],
  arnOf: (item: Item) => string,
): readonly (readonly Item[])[] {
  const policies: Item[][] = []
  let room = 0
  for (const item of items) {
    const size = arnOf(item).length + '"",'.length
    if (size > room) {
      policies.push([])
      room = largestPolicy - frame
    }
    policies.at(-1)?.push(item)
    room -= size
  }
  return policies
}
