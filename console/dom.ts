/** Makes elements. Text only ever becomes text: nothing that was answered is read as markup. */

type Value = string | number | boolean | undefined | ((event: Event) => void)
export type Attributes = Readonly<Record<string, Value>>
export type Child = Node | string | undefined | readonly Child[]

export function el<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag)
  dress(made, attributes)
  fill(made, children)
  return made
}

const svgNamespace = 'http://www.w3.org/2000/svg'

export function svg<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[Tag] {
  const made = document.createElementNS(svgNamespace, tag) as SVGElementTagNameMap[Tag]
  dress(made, attributes)
  fill(made, children)
  return made
}

export function fill(parent: Element, children: readonly Child[]): void {
  for (const child of children) {
    if (child === undefined) continue
    if (typeof child === 'string' || child instanceof Node) parent.append(child)
    else fill(parent, child as readonly Child[])
  }
}

export function replace(parent: Element, ...children: readonly Child[]): void {
  parent.replaceChildren()
  fill(parent, children)
}

/** Functions are listeners, by their event's name; `false` and `undefined` are left out. */
function dress(element: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name, value)
    else if (value === true) element.setAttribute(name, '')
    else if (value !== undefined && value !== false) element.setAttribute(name, String(value))
  }
}

let made = 0

/** An id that no other element has. */
export function freshId(of: string): string {
  made += 1
  return `${of}-${made}`
}
