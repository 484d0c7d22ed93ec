import type { Locale } from '../../errors.js'
import { formatInstant } from '../../texts.js'
import { ENDPOINT_DISABLED_TEXTS } from './endpoint-disabled-texts.js'
import type { RenderedMail } from './layout.js'
import { cleanName } from './names.js'
import { renderPlain } from './plain.js'

export interface EndpointDisabledMail {
  readonly locale: Locale
  readonly endpointId: string
  readonly url: string
  readonly reason: 'gone' | 'failing'
  readonly disabledAt: Date
}

/** To whoever answers for an endpoint that has been disabled by itself. */
export function renderEndpointDisabled(mail: EndpointDisabledMail): RenderedMail {
  const { locale, endpointId, url, reason, disabledAt } = mail
  const texts = ENDPOINT_DISABLED_TEXTS[locale]
  const date = formatInstant(disabledAt, { locale, timeZone: 'UTC' })
  const values = { names: { url: cleanName(url) }, facts: { id: endpointId, date } }
  const { subject, opening, again } = texts
  return renderPlain({ locale, subject, opening, notes: [texts[reason], again] }, values)
}
