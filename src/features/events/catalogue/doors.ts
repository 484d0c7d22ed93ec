import { CLAIM_FAILURES, CLAIM_METHODS } from '../../../db/tables/domain-claims.js'
import { Nullable } from '../../../schemas.js'
import { about, became, changed, entry, some, words } from './entry.js'
import { Count, Domain, EmailAddress, MemberId, Role, Text, Texts, UserId } from './fields.js'

const claimed = { domain: Domain, method: words(CLAIM_METHODS, 'How it is proven.') }

const asking = { user_id: UserId, email: EmailAddress, domain: Domain }

const PageName = Nullable(Text('Spring school', 'What the page is called.'))
const MaxSignups = Nullable(Count(50, 'For how many the page is; null: any number.'))
const AllowedDomains = Nullable(Texts(['acme.test'], 'Of whose addresses; null: of all.'))
const SignupCount = Count(12, 'How many have asked so far.')

export const DOOR_EVENTS = {
  'domain_claim.created': entry({
    subjects: ['domain_claim'],
    description: 'A team says that a mail domain is its own; no effect until that is proven.',
    data: {
      ...claimed,
      email: Nullable(about(EmailAddress, 'Where the code was sent; null: proven by DNS.'))
    }
  }),
  'domain_claim.verified': entry({
    subjects: ['domain_claim'],
    description: 'The domain is proven: people with an address on it can join, or ask to.',
    data: claimed,
    changes: { status: became('pending', 'verified') }
  }),
  'domain_claim.failed': entry({
    subjects: ['domain_claim'],
    description: 'There is no proof, or no longer any: nobody can join by the domain.',
    data: { ...claimed, failure: words(CLAIM_FAILURES, 'Why.') },
    changes: { status: became(['pending', 'verified'], 'failed') }
  }),
  'domain_claim.released': entry({
    subjects: ['domain_claim'],
    description: 'The team gave the domain up; another may claim it.',
    data: claimed,
    changes: { status: became(['pending', 'verified'], 'released') }
  }),
  'join_request.created': entry({
    subjects: ['join_request'],
    description: 'Somebody with an address on the team’s domain asks to join.',
    data: { ...asking, name: Nullable(Text('Ana', 'What the person is called.')) }
  }),
  'join_request.approved': entry({
    subjects: ['join_request'],
    description: 'The person is a member; `member.joined` tells of it unless they were one before.',
    data: { ...asking, member_id: MemberId },
    changes: { status: became('pending', 'approved') }
  }),
  'join_request.denied': entry({
    subjects: ['join_request'],
    description: 'The person was turned down.',
    data: asking,
    changes: { status: became('pending', 'denied') }
  }),
  'signup_page.created': entry({
    subjects: ['signup_page'],
    description: 'There is a page on which people ask for an invitation themselves.',
    data: { name: PageName, role: Role, max_signups: MaxSignups, allowed_domains: AllowedDomains }
  }),
  'signup_page.updated': entry({
    subjects: ['signup_page'],
    description: 'A signup page is called otherwise, offers another role, or takes other people.',
    changes: some({
      name: changed(PageName, null, 'Spring school'),
      role: changed(Role, 'member', 'guest'),
      max_signups: changed(MaxSignups, 50, 80),
      allowed_domains: changed(AllowedDomains, null, ['acme.test'])
    })
  }),
  'signup_page.enabled': entry({
    subjects: ['signup_page'],
    description: 'A disabled page takes people again, under the same URL.',
    changes: { status: became('disabled', ['active', 'full']) }
  }),
  'signup_page.disabled': entry({
    subjects: ['signup_page'],
    description: 'A page takes nobody any more.',
    changes: { status: became(['active', 'full'], 'disabled') }
  }),
  'signup_page.filled': entry({
    subjects: ['signup_page'],
    description: 'As many have asked as the page is for.',
    data: { name: PageName, max_signups: Count(50, 'For how many.'), signup_count: SignupCount }
  }),
  'signup.requested': entry({
    subjects: ['signup_page'],
    description:
      'An address was entered on a signup page for the first time, whatever becomes of it: ' +
      '`member.invited` tells where it was invited.',
    data: { email: EmailAddress, signup_count: SignupCount, max_signups: MaxSignups }
  })
}
