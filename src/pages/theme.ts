import { type Html, html } from '../html.js'
import { contrast, type Oklch, toHex, toOklch } from './color.js'

/** What of a page is the organization's own. */
export interface Theme {
  /** Style that stands behind ours; undefined: it has no color. */
  readonly style: Html | undefined
  /** A `data:` address; undefined: it has none. */
  readonly logo: string | undefined
}

/** As an organization has said it. */
interface Branding {
  readonly color: string | null
  readonly logoType: string | null
  readonly logo: Buffer | null
}

type Scheme = 'light' | 'dark'

/** What colors stand on. */
export const SURFACES = {
  light: { page: '#f4f5f8', card: '#ffffff' },
  dark: { page: '#121418', card: '#1b1e24' }
} as const

const WHITE = '#ffffff'
const BLACK = '#000000'

/** WCAG 2.2, level AA: of text, and of what can be used. */
const TEXT = 4.5
const SHAPE = 3

export function themeOf(branding: Branding | undefined): Theme | undefined {
  if (!branding) return undefined
  const { color, logo, logoType } = branding
  return {
    style: color === null ? undefined : styleOf(color),
    logo: logo && logoType ? `data:${logoType};base64,${logo.toString('base64')}` : undefined
  }
}

const styleOf = (color: string): Html => html`:root{${declarations(color, 'light')}}
@media (prefers-color-scheme:dark){:root{${declarations(color, 'dark')}}}`

const declarations = (color: string, scheme: Scheme): Html[] =>
  Object.entries(variablesOf(color, scheme)).map(([name, value]) => html`--${name}:${value};`)

/**
 * The color where it can be used as it is, else the nearest of the same hue that can be read and
 * seen: darker on a light page, lighter on a dark one, and no further than it takes.
 */
export function variablesOf(color: string, scheme: Scheme) {
  const { page, card } = SURFACES[scheme]
  const own = toOklch(color)
  const away = scheme === 'light' ? -1 : 1
  const link = move(own, away, (hex) => contrast(hex, card) >= TEXT && contrast(hex, page) >= TEXT)
  const button = move(own, away, (hex) => contrast(hex, card) >= SHAPE)
  const onButton = contrast(WHITE, button) >= TEXT ? WHITE : BLACK
  const tint = toHex(scheme === 'light' ? { ...own, ...PALE } : { ...own, ...DEEP })
  const onTint = move(own, away, (hex) => contrast(hex, tint) >= TEXT)
  return {
    link,
    button,
    'button-hover': hoverOf(button, onButton, card),
    'on-button': onButton,
    tint,
    'on-tint': onTint
  }
}

const PALE = { lightness: 0.955, chroma: 0.03 }
const DEEP = { lightness: 0.32, chroma: 0.05 }

const STEP = 0.01
const STEPS_MAX = 100

/** The first on the way to black or white that will do; at its end what was asked for always does. */
function move(color: Oklch, away: 1 | -1, isFine: (hex: string) => boolean): string {
  for (let step = 0; step < STEPS_MAX; step += 1) {
    const lightness = color.lightness + away * step * STEP
    if (lightness <= 0 || lightness >= 1) break
    const hex = toHex({ ...color, lightness })
    if (isFine(hex)) return hex
  }
  return away === 1 ? WHITE : BLACK
}

const HOVER = 0.06

/** A little further from the label, or nearer where that would be lost on the card. */
function hoverOf(button: string, label: string, card: string): string {
  const { lightness, ...color } = toOklch(button)
  const further = label === WHITE ? -HOVER : HOVER
  const both = [further, -further].map((by) =>
    toHex({ ...color, lightness: Math.min(1, Math.max(0, lightness + by)) })
  )
  const isFine = (hex: string) => contrast(hex, label) >= TEXT && contrast(hex, card) >= SHAPE
  return both.find(isFine) ?? button
}
