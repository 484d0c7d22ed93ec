import type { OrgContext } from '../../context.js'
import { fill, type Locale } from '../../errors.js'
import type { UsedGrant } from '../../policy/decision.js'
import { wordsFor } from '../../policy/texts.js'
import { defaultDetail } from '../../refusals.js'
import type { Authorization } from './authorize-schemas.js'
import type { Ruling } from './ruling.js'

type Texts = Readonly<Record<string, Readonly<Record<Locale, string>>>>

/** Of those who have no say at all; the other codes are told as the problems that they would be. */
const STANDING: Texts = {
  not_a_member: {
    en: 'This person is not a member of the organization.',
    fr: 'Cette personne n’est pas membre de l’organisation.'
  },
  member_suspended: {
    en: 'The member is suspended.',
    fr: 'Le membre est suspendu.'
  },
  reassignment_pending: {
    en: 'The account is being handed over: nobody has access.',
    fr: 'Le compte est en cours de réattribution : personne n’y a accès.'
  }
}

const toGrant = ({ mode, through, groupId }: UsedGrant) =>
  groupId === undefined ? { mode, through } : { mode, through, group_id: groupId }

/** The only crossing from ruling to wire. */
export function toAuthorization(ruling: Ruling, { policy, locale }: OrgContext): Authorization {
  if (ruling.allowed) {
    const { member, via, grant, channels } = ruling
    const { id, role } = member
    return {
      allowed: true,
      member_id: id,
      role,
      via: { role, permission: via },
      ...(grant ? { grant: toGrant(grant) } : {}),
      ...(channels ? { channels: [...channels] } : {})
    }
  }
  const { code, because, details = {}, member } = ruling
  // A problem's own `role` is the one that is limited; here that is the member's.
  const { role: limited, ...others } = details
  const detail =
    wordsFor(policy.policy.texts, code, details['action'], locale) ??
    STANDING[code]?.[locale] ??
    defaultDetail(code, locale)
  return {
    allowed: false,
    code,
    because,
    detail: fill(detail, details),
    ...(member ? { member_id: member.id, role: member.role } : {}),
    ...others,
    ...(typeof limited === 'string' ? { limited_role: limited } : {})
  }
}
