import type { Config } from '../../config.js'
import { hasForbiddenAddress } from '../../outbound/address-guard.js'
import { webhookAddressNotAllowed, webhookUrlInsecure, webhookUrlInvalid } from './errors.js'

export const URL_LENGTH_MAX = 2_048

/**
 * An endpoint's address as it is kept: in the notation in which it will be connected to. A host that
 * is a name is only judged then, by each of its addresses.
 *
 * @throws Problem webhook_url_invalid, webhook_url_insecure, webhook_address_not_allowed
 */
export function readUrl({ webhooks }: Pick<Config, 'webhooks'>, text: string): string {
  const invalid = () => webhookUrlInvalid({ length_max: URL_LENGTH_MAX })
  if (!URL.canParse(text) || text.includes('#')) throw invalid()
  const url = new URL(text)
  const { protocol, username, password, href } = url
  if (username !== '' || password !== '' || href.length > URL_LENGTH_MAX) throw invalid()
  if (protocol === 'http:' && !webhooks.allowHttp) throw webhookUrlInsecure()
  if (protocol !== 'https:' && protocol !== 'http:') throw invalid()
  if (hasForbiddenAddress(url, webhooks.allowedNetworks)) {
    throw webhookAddressNotAllowed({ host: url.hostname })
  }
  return href
}
