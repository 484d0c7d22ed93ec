import { coalesce } from '../coalesce.js'
import type { Statement } from '../db/statement.js'
import type { Deps } from '../deps.js'
import { idToUuid, uuidToId } from '../ids.js'

/** What a request says of its caller, all of it unproven. */
export interface CallerQuestion {
  readonly keyId: string
  readonly organizationId: string | undefined
  readonly actor: ActorName | undefined
}

/** `Muster-Actor: user:<user_id>` or `member:<member_id>`. */
export type ActorName =
  | { readonly kind: 'user'; readonly userId: string }
  | { readonly kind: 'member'; readonly memberId: string }

/** What the database knows of it at this moment. */
export interface CallerFacts {
  readonly key: KeyFacts | undefined
  readonly organization: { readonly policyKey: string; readonly policyVersion: number } | undefined
  readonly member: MemberFacts | undefined
}

interface KeyFacts {
  readonly id: string
  readonly name: string
  readonly secretHash: Buffer
  readonly scopes: readonly string[]
  readonly organizationIds: readonly string[] | null
  readonly expiresAt: Date | null
  readonly revokedAt: Date | null
}

interface MemberFacts {
  readonly id: string
  readonly name: string | null
  readonly role: string
  readonly status: string
}

const FIND_CALLERS: Statement = {
  name: 'find_callers',
  text: `
    select k.id as key_id, k.name as key_name, k.secret_hash, k.scopes, k.organization_ids,
      k.expires_at, k.revoked_at, o.policy_key,
      (select max(p.version) from policies p where p.key = o.policy_key) as policy_version,
      m.id as member_id, m.name as member_name, m.role, m.status
    from json_to_recordset($1::json)
      as asked(place integer, key_id uuid, organization_id uuid, user_id text, member_id uuid)
    left join api_keys k on k.id = asked.key_id
    left join organizations o on o.id = asked.organization_id
    left join lateral (
      select * from members
      where organization_id = asked.organization_id and status <> 'removed'
        and (user_id = asked.user_id or id = asked.member_id)
      limit 1) m on true
    order by asked.place`
}

interface CallerRow {
  key_id: string | null
  key_name: string
  secret_hash: Buffer
  scopes: string[]
  organization_ids: string[] | null
  expires_at: Date | null
  revoked_at: Date | null
  policy_key: string | null
  policy_version: number | null
  member_id: string | null
  member_name: string | null
  role: string
  status: string
}

/** Questions of one statement, and statements at a time. */
const BATCH = { max: 200, lanes: 2 }

/**
 * Looks up key, organization and acting member of a request. Requests that wait at the same moment
 * share one statement; none is answered from what was read before it arrived.
 */
export function createFindCaller(deps: Deps): (question: CallerQuestion) => Promise<CallerFacts> {
  return coalesce<CallerQuestion, CallerFacts>(async (questions) => {
    const asked = questions.map(({ keyId, organizationId, actor }, place) => ({
      place,
      key_id: idToUuid('key', keyId),
      organization_id: organizationId === undefined ? null : idToUuid('org', organizationId),
      user_id: actor?.kind === 'user' ? actor.userId : null,
      member_id: actor?.kind === 'member' ? idToUuid('mem', actor.memberId) : null
    }))
    const rows = await deps.db.run<CallerRow>(FIND_CALLERS, [JSON.stringify(asked)])
    return rows.map(toFacts)
  }, BATCH)
}

function toFacts(row: CallerRow): CallerFacts {
  return {
    key:
      row.key_id === null
        ? undefined
        : {
            id: uuidToId('key', row.key_id),
            name: row.key_name,
            secretHash: row.secret_hash,
            scopes: row.scopes,
            organizationIds: row.organization_ids?.map((uuid) => uuidToId('org', uuid)) ?? null,
            expiresAt: row.expires_at,
            revokedAt: row.revoked_at
          },
    organization:
      row.policy_key === null || row.policy_version === null
        ? undefined
        : { policyKey: row.policy_key, policyVersion: row.policy_version },
    member:
      row.member_id === null
        ? undefined
        : {
            id: uuidToId('mem', row.member_id),
            name: row.member_name,
            role: row.role,
            status: row.status
          }
  }
}
