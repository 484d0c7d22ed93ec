import fc from 'fast-check'
import t from 'tap'
import { contrast, toHex, toOklch } from '../../src/pages/color.js'
import { SURFACES, themeOf, variablesOf } from '../../src/pages/theme.js'

const colors = fc
  .integer({ min: 0, max: 0xffffff })
  .map((number) => `#${number.toString(16).padStart(6, '0')}`)
/** What random colors hardly ever are. */
const AWKWARD = [
  '#ffff00',
  '#000000',
  '#ffffff',
  '#00ff00',
  '#0000ff',
  '#ff0000',
  '#777777',
  '#949494',
  '#f4f5f8',
  '#1b1e24'
]

await t.test('contrast is what WCAG says it is', (t) => {
  t.equal(contrast('#000000', '#ffffff'), 21)
  t.equal(contrast('#336699', '#336699'), 1)
  t.equal(contrast('#ffffff', '#767676').toFixed(2), '4.54')
  t.equal(contrast('#777777', '#ffffff').toFixed(2), '4.48')
  t.end()
})

await t.test('a color comes back from OKLCH as it was', (t) => {
  fc.assert(fc.property(colors, (hex) => toHex(toOklch(hex)) === hex))
  const red = toOklch('#ff0000')
  t.same(
    [red.lightness, red.chroma, red.hue].map((part) => part.toFixed(3)),
    ['0.628', '0.258', '0.510'],
    'as others compute it'
  )
  t.end()
})

for (const scheme of ['light', 'dark'] as const) {
  await t.test(`whatever the color, all can be read and seen: ${scheme}`, (t) => {
    const { page, card } = SURFACES[scheme]
    const least = (hex: string) => {
      const { link, button, tint, ...others } = variablesOf(hex, scheme)
      const text = Math.min(
        contrast(others['on-button'], button),
        contrast(others['on-button'], others['button-hover']),
        contrast(link, card),
        contrast(link, page),
        contrast(others['on-tint'], tint)
      )
      const shape = Math.min(contrast(button, card), contrast(others['button-hover'], card))
      return { text, shape }
    }
    const isFine = (hex: string) => least(hex).text >= 4.5 && least(hex).shape >= 3
    fc.assert(fc.property(colors, isFine), {
      numRuns: 300,
      examples: AWKWARD.map((hex) => [hex] as [string])
    })
    t.pass('300 random colors, and the awkward ones')
    t.end()
  })
}

await t.test('a color that is fine is used as it is, another moves as little as it must', (t) => {
  const fine = variablesOf('#1d4ed8', 'light')
  t.match(fine, { button: '#1d4ed8', link: '#1d4ed8', 'on-button': '#ffffff' })
  t.equal(variablesOf('#8ab4ff', 'dark').button, '#8ab4ff')

  const { button, 'on-button': label } = variablesOf('#ffff00', 'light')
  t.equal(label, '#000000')
  t.ok(contrast(button, '#ffffff') < 3.2, 'no darker than it takes')
  t.ok(Math.abs(toOklch(button).hue - toOklch('#ffff00').hue) < 0.1, 'and still a yellow')
  t.equal(variablesOf('#ffff00', 'dark').button, '#ffff00')
  t.end()
})

await t.test('a theme is the style and the logo, or nothing', (t) => {
  t.equal(themeOf(undefined), undefined)
  const none = { color: null, logoType: null, logo: null }
  t.same(themeOf(none), { style: undefined, logo: undefined })
  const logo = Buffer.from('logo')
  const theme = themeOf({ color: '#0f766e', logoType: 'image/png', logo })
  t.equal(theme?.logo, 'data:image/png;base64,bG9nbw==')
  t.match(theme?.style?.toString(), /^:root\{--link:#[0-9a-f]{6};/)
  t.match(theme?.style?.toString(), '@media (prefers-color-scheme:dark){:root{--link:#')
  t.end()
})
