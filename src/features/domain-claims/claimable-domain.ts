import { disposableEmailBlocklistSet } from 'disposable-email-domains-js'
import providers from 'email-providers/all.json' with { type: 'json' }
import { getDomain } from 'tldts'
import { parseDomain } from '../../email.js'
import { domainInvalid, domainIsDisposable, domainIsPublic, domainIsSuffix } from './errors.js'

/** In the form in which domains are compared; the list has some entries that are none. */
const PROVIDERS = new Set(providers.map((domain) => parseDomain(domain)))
const DISPOSABLE = disposableEmailBlocklistSet()

/**
 * What a team may claim at all: not where everybody can have an address or a site. A domain of a
 * suffix that nobody knows may be one of an intranet.
 *
 * @throws Problem invalid_domain, domain_is_public_suffix, domain_is_public_mail,
 * domain_is_disposable
 */
export function refuseUnclaimable(domain: string): void {
  if (parseDomain(domain) !== domain) throw domainInvalid({ domain })
  const registrable = getDomain(domain, { allowPrivateDomains: true })
  if (registrable === null) throw domainIsSuffix({ domain })
  for (const one of fromDomainTo(domain, registrable)) {
    if (PROVIDERS.has(one)) throw domainIsPublic({ domain })
    if (DISPOSABLE.has(one)) throw domainIsDisposable({ domain })
  }
}

/** `a.b.acme.test`, `acme.test` → both and `b.acme.test`: whoever runs one runs all below it. */
function fromDomainTo(domain: string, registrable: string): string[] {
  if (domain === registrable) return [domain]
  return [domain, ...fromDomainTo(domain.slice(domain.indexOf('.') + 1), registrable)]
}
