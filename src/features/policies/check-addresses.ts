import type { Config } from '../../config.js'
import { MAILBOX_PATTERN } from '../../email.js'
import type { Policy } from '../../policy/document.js'
import type { Issue } from '../../policy/document-references.js'
import { isLinkBase, isWebAddress } from '../../web-address.js'
import { foreignHosts } from '../organizations/sender-settings.js'

const MAILBOX = new RegExp(MAILBOX_PATTERN)

/**
 * What is wrong with where a policy's links lead and who signs its mails. Whoever may write policies
 * may not send people elsewhere than the operator allows.
 */
export function checkAddresses(config: Config, { links, mail }: Policy): Issue[] {
  const malformed = [
    malformedAt('links.base_url', links.base_url, isLinkBase, 'must be http(s)://host[/path]'),
    malformedAt('links.accept_url', links.accept_url, isWebAddress, 'must be an http(s) address'),
    ...(['from', 'reply_to'] as const).map((field) =>
      malformedAt(`mail.${field}`, mail[field], isMailbox, 'must be an address, or Name <address>')
    )
  ].flat()
  if (malformed.length > 0) return malformed
  const message = 'has a host that is not in MUSTER_ALLOWED_HOSTS'
  return foreignHosts(config, { links, mail }).map((field) => ({ path: field.split('.'), message }))
}

const isMailbox = (text: string) => MAILBOX.test(text)

function malformedAt(
  field: string,
  text: string | undefined,
  isRight: (text: string) => boolean,
  message: string
): Issue[] {
  return text === undefined || isRight(text) ? [] : [{ path: field.split('.'), message }]
}
