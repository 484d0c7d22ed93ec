import type { Locale } from '../../src/errors.js'
import { renderAlreadyMember } from '../../src/mail/templates/already-member.js'
import { renderDomainCode } from '../../src/mail/templates/domain-code.js'
import { renderEndpointDisabled } from '../../src/mail/templates/endpoint-disabled.js'
import { renderInvitation } from '../../src/mail/templates/invitation.js'
import { TEXTS as OFFERS, type OfferKind } from '../../src/mail/templates/invitation-texts.js'
import type { RenderedMail } from '../../src/mail/templates/layout.js'
import { renderNotice } from '../../src/mail/templates/notice.js'
import { renderNotification } from '../../src/mail/templates/notification.js'
import { concernsMember, NOTIFIABLE } from '../../src/policy/document-shape.js'

/** What people have chosen, wherever a mail has room for it. */
export interface Chosen {
  readonly team: string
  /** Null: nobody in particular. */
  readonly person: string | null
  /** Of a member, a role, a domain, a page. */
  readonly name: string
  readonly message: string
}

export type NamedMail = readonly [name: string, mail: RenderedMail]

/** Every mail that there is, in all that it can say. */
export function everyMail(locale: Locale, chosen: Chosen): NamedMail[] {
  return [
    ...offers(locale, chosen),
    ...notifications(locale, chosen),
    domainCode(locale, chosen),
    notice(locale, chosen),
    ['already a member', renderAlreadyMember({ locale, teamName: chosen.team })],
    ...endpointsDisabled(locale, chosen)
  ]
}

function offers(locale: Locale, { team, person, name, message }: Chosen): NamedMail[] {
  const kinds = Object.keys(OFFERS) as OfferKind[]
  return kinds.map((kind) => [
    `invitation to a ${kind}`,
    renderInvitation({
      locale,
      kind,
      teamName: team,
      inviterName: person,
      roleLabel: name,
      message,
      url: 'https://muster.test/invitations/mlk_abc',
      expiresAt: new Date('2030-01-08T00:00:00Z'),
      lifetimeDays: 7,
      timeZone: 'UTC',
      words: {}
    })
  ])
}

function notifications(locale: Locale, { team, person, name }: Chosen): NamedMail[] {
  const told = { member: name, role: name, former_role: name, candidate: name }
  const figures = { limit: '10', percent: '20', amount: '50', needed: '70', available: '60' }
  const named = person === null ? '' : name
  const ofTeam = { domain: name, person: name, page: named, member: named, ...figures }
  return NOTIFIABLE.flatMap((event) =>
    (concernsMember(event) ? (['others', 'member'] as const) : (['others'] as const)).map(
      (to): NamedMail => [
        `${event} to ${to}`,
        renderNotification({
          locale,
          event,
          to,
          teamName: team,
          actorName: person,
          details: concernsMember(event) ? told : ofTeam,
          isLocked: event.startsWith('reassignment.'),
          words: {}
        })
      ]
    )
  )
}

const domainCode = (locale: Locale, { team, person, name }: Chosen): NamedMail => [
  'domain code',
  renderDomainCode({
    locale,
    teamName: team,
    claimantName: person,
    domain: name,
    code: '123456',
    url: 'https://muster.test/domains/mlk_abc',
    expiresAt: new Date('2030-01-01T00:15:00Z'),
    timeZone: 'UTC'
  })
]

const endpointsDisabled = (locale: Locale, { name }: Chosen): NamedMail[] =>
  (['gone', 'failing'] as const).map((reason) => [
    `endpoint disabled, ${reason}`,
    renderEndpointDisabled({
      locale,
      reason,
      endpointId: 'whe_01jd3v8k2ffb5t0m5r6w9x7y3z',
      url: name,
      disabledAt: new Date('2030-01-01T00:15:00Z')
    })
  ])

const notice = (locale: Locale, { team, name, message }: Chosen): NamedMail => [
  'notice',
  // As far as the API takes them.
  renderNotice({
    locale,
    teamName: team,
    subject: Array.from(name).slice(0, 150).join(''),
    text: Array.from(message).slice(0, 4_000).join('')
  })
]
