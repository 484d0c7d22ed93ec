import { domainOf, parseDomain } from '../../email.js'
import { signupDomainInvalid } from './errors.js'

/**
 * In the form in which they are compared, each once; null: any.
 *
 * @throws Problem signup_domain_invalid
 */
export function readDomains(domains: readonly string[] | null): string[] | null {
  if (domains === null) return null
  const read = domains.map((text) => {
    const domain = parseDomain(text)
    if (domain === undefined) throw signupDomainInvalid({ domain: text })
    return domain
  })
  return [...new Set(read)]
}

/** Sub-domains are domains of their own. */
export function takesAddress(domains: readonly string[] | null, emailKey: string): boolean {
  return domains === null || domains.includes(domainOf(emailKey))
}
