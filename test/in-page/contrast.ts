/** Runs within a page: which of its texts stand out too little from what is behind them. */

type Colour = readonly [number, number, number, number]

const parsed = (text: string): Colour => {
  const [red = 0, green = 0, blue = 0, alpha = 1] = (text.match(/[\d.]+/g) ?? []).map(Number)
  return [red, green, blue, alpha]
}

/** WCAG 2.2, "relative luminance". */
function luminance([red, green, blue]: Colour): number {
  const [r = 0, g = 0, b = 0] = [red, green, blue].map((part) => {
    const share = part / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function ratio(one: Colour, other: Colour): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (light + 0.05) / (dark + 0.05)
}

/** The page has no colour that is half transparent. */
function behind(element: Element | null): Colour {
  if (element === null) return [255, 255, 255, 1]
  const colour = parsed(getComputedStyle(element).backgroundColor)
  return colour[3] > 0 ? colour : behind(element.parentElement)
}

/** Success criterion 1.4.3: 4.5, but for what cannot be used now. */
function lowContrasts(): { readonly looked: number; readonly low: readonly string[] } {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  const low: string[] = []
  let looked = 0
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement
    const text = walker.currentNode.textContent?.trim() ?? ''
    if (element === null || text === '' || !element.checkVisibility()) continue
    if (element.matches('script, style, :disabled')) continue
    looked += 1
    const found = ratio(parsed(getComputedStyle(element).color), behind(element))
    if (found < 4.5) low.push(`${found.toFixed(2)} ${element.tagName} ${text.slice(0, 40)}`)
  }
  return { looked, low }
}

Object.assign(globalThis, { lowContrasts })
