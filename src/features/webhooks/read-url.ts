import type { Config } from '../../config.js'
import { hasForbiddenAddress } from '../../outbound/address-guard.js'
import { isWebAddress } from '../../web-address.js'
import { webhookAddressNotAllowed, webhookUrlInsecure, webhookUrlInvalid } from './errors.js'

export const URL_LENGTH_MAX = 2_048

/**
 * An endpoint's address as it is kept: in the notation in which it will be connected to. A host that
 * is a name is only judged then, by each of its addresses.
 *
 * @throws Problem webhook_url_invalid, webhook_url_insecure, webhook_address_not_allowed
 */
export function readUrl({ webhooks }: Pick<Config, 'webhooks'>, text: string): string {
  const url = parse(text)
  if (!url) throw webhookUrlInvalid({ length_max: URL_LENGTH_MAX })
  if (url.protocol === 'http:' && !webhooks.allowHttp) throw webhookUrlInsecure()
  if (hasForbiddenAddress(url, webhooks.allowedNetworks)) {
    throw webhookAddressNotAllowed({ host: url.hostname })
  }
  return url.href
}

function parse(text: string): URL | undefined {
  if (!isWebAddress(text) || text.includes('#')) return undefined
  const url = new URL(text)
  const { username, password, href } = url
  const isPlain = username === '' && password === '' && href.length <= URL_LENGTH_MAX
  return isPlain ? url : undefined
}
