import type { Locale } from '../../errors.js'
import type { Figures } from './count-moves.js'

const TITLES = { en: 'Allowed seats', fr: 'Nombre de membres autorisés' } as const

/** What the figures of a team are shown under (OUPI-15). */
export const seatTitle = (locale: Locale): string => TITLES[locale]

/** `3 of 10 seats used`, `Membres : 3 / 10` (OUPI-16). */
export function seatText({ used, size }: Figures, locale: Locale): string {
  return locale === 'fr' ? `Membres : ${used} / ${size}` : `${used} of ${size} seats used`
}
