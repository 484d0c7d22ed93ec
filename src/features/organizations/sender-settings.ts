import type { Config } from '../../config.js'
import type { LinkSettings, MailSettings, OrganizationRow } from '../../db/tables/organizations.js'
import type { Policy } from '../../policy/document.js'
import { hostNotAllowed } from './errors.js'

/** Whose name mails bear and where their links lead. */
export interface SenderSettings {
  readonly baseUrl: string
  readonly acceptUrl: string | undefined
  readonly from: string
  readonly replyTo: string | undefined
}

/** The organization's own settings, else its policy's, else the environment's. */
export function senderSettingsOf(
  config: Config,
  policy: Policy,
  { links, mail }: Pick<OrganizationRow, 'links' | 'mail'>
): SenderSettings {
  const baseUrl = links.base_url ?? policy.links.base_url ?? config.publicUrl
  return {
    baseUrl: baseUrl.replace(/\/+$/, ''),
    acceptUrl: links.accept_url ?? policy.links.accept_url ?? config.acceptUrl,
    from: mail.from ?? policy.mail.from ?? config.mailFrom,
    replyTo: mail.reply_to ?? policy.mail.reply_to ?? config.mailReplyTo
  }
}

/**
 * Where people are sent to accept. It was allowed when it was written; a host that the operator has
 * taken back since, from the organization or from its policy, is gone to no more.
 */
export function acceptUrlOf(
  config: Config,
  policy: Policy,
  settings: Pick<OrganizationRow, 'links' | 'mail'>
): string | undefined {
  const { acceptUrl } = senderSettingsOf(config, policy, settings)
  if (acceptUrl === undefined) return undefined
  const takenBack = foreignHosts(config, policy)
  const others = Object.entries(hostsOf(policy)).filter(([field]) => !takenBack.includes(field))
  const links = { accept_url: acceptUrl }
  const isForeign =
    foreignHosts(
      config,
      { links },
      others.map(([, host]) => host)
    ).length > 0
  return isForeign ? undefined : acceptUrl
}

/** As organizations and policies have them. */
interface Settings {
  readonly links?: { readonly [field in keyof LinkSettings]?: string | undefined }
  readonly mail?: { readonly [field in keyof MailSettings]?: string | undefined }
}

/**
 * An organization may only send people, and sign as, what the operator has allowed: Muster's own
 * host, the hosts of its policy, and MUSTER_ALLOWED_HOSTS.
 *
 * @throws Problem host_not_allowed
 */
export function checkHosts(config: Config, policy: Policy, settings: Settings): void {
  const [field] = foreignHosts(config, settings, Object.values(hostsOf(policy)))
  if (field !== undefined) throw hostNotAllowed({ field })
}

/** Which settings name a host that neither the operator nor any of `others` allows. */
export function foreignHosts(
  config: Config,
  settings: Settings,
  others: readonly (string | undefined)[] = []
): string[] {
  const allowed = [
    hostOf(config.publicUrl),
    hostOf(config.acceptUrl),
    domainOf(config.mailFrom),
    ...others,
    ...config.allowedHosts
  ]
  return Object.entries(hostsOf(settings)).flatMap(([field, host]) =>
    host === undefined || allowed.some((one) => covers(one, host)) ? [] : [field]
  )
}

const hostsOf = ({ links, mail }: Settings) => ({
  'links.base_url': hostOf(links?.base_url),
  'links.accept_url': hostOf(links?.accept_url),
  'mail.from': domainOf(mail?.from)
})

/** `*.acme.test` covers every host below acme.test. */
function covers(allowed: string | undefined, host: string): boolean {
  if (allowed === undefined) return false
  return allowed.startsWith('*.') ? host.endsWith(allowed.slice(1)) : host === allowed
}

const hostOf = (url: string | undefined) =>
  url === undefined ? undefined : new URL(url).hostname.toLowerCase()

const domainOf = (mailbox: string | undefined) =>
  mailbox === undefined ? undefined : /@([^<>@\s]+)>?$/.exec(mailbox)?.[1]?.toLowerCase()
