/** How a color looks: lightness from 0 (black) to 1 (white), chroma from 0 (grey), hue in radians. */
export interface Oklch {
  readonly lightness: number
  readonly chroma: number
  readonly hue: number
}

type Triple = readonly [number, number, number]

/** Of `#rrggbb`, each share from 0 to 1, as light and not as it is written. */
function toLinear(hex: string): Triple {
  const share = (at: number) => {
    const written = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return written <= 0.04045 ? written / 12.92 : ((written + 0.055) / 1.055) ** 2.4
  }
  return [share(1), share(3), share(5)]
}

/**
 * OKLCH (Björn Ottosson): a step of lightness looks equally large in every hue, and hue stays what it
 * is while lightness moves. In HSL a darker yellow turns green and blue is darker than it says.
 */
export function toOklch(hex: string): Oklch {
  const [r, g, b] = toLinear(hex)
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
  const y = 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s
  const z = 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s
  return {
    lightness: 0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    chroma: Math.hypot(y, z),
    hue: Math.atan2(z, y)
  }
}

function linearOf({ lightness, chroma, hue }: Oklch): Triple {
  const [y, z] = [chroma * Math.cos(hue), chroma * Math.sin(hue)]
  const l = (lightness + 0.3963377774 * y + 0.2158037573 * z) ** 3
  const m = (lightness - 0.1055613458 * y - 0.0638541728 * z) ** 3
  const s = (lightness - 0.0894841775 * y - 1.291485548 * z) ** 3
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s
  ]
}

const ROUNDING = 1e-4
const HALVINGS = 8
const canBeShown = (color: Oklch) =>
  linearOf(color).every((share) => share >= -ROUNDING && share <= 1 + ROUNDING)

/** As it is written; with as much of its chroma as a screen can show at this lightness. */
export function toHex(color: Oklch): string {
  let [shown, tooMuch] = canBeShown(color) ? [color.chroma, color.chroma] : [0, color.chroma]
  for (let i = 0; i < HALVINGS && shown < tooMuch; i += 1) {
    const chroma = (shown + tooMuch) / 2
    if (canBeShown({ ...color, chroma })) shown = chroma
    else tooMuch = chroma
  }
  const written = linearOf({ ...color, chroma: shown }).map((linear) => {
    const share = Math.min(1, Math.max(0, linear))
    const encoded = share <= 0.0031308 ? share * 12.92 : 1.055 * share ** (1 / 2.4) - 0.055
    return Math.round(encoded * 255)
      .toString(16)
      .padStart(2, '0')
  })
  return `#${written.join('')}`
}

/** WCAG 2: from 1 (the same) to 21 (black on white). */
export function contrast(one: string, other: string): number {
  const [darker, lighter] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return ((lighter ?? 0) + 0.05) / ((darker ?? 0) + 0.05)
}

function luminance(hex: string): number {
  const [r, g, b] = toLinear(hex)
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}
