import { type Static, Type } from '@sinclair/typebox'
import {
  CLAIM_FAILURES,
  CLAIM_METHODS,
  CLAIM_STATUSES,
  type DomainClaimRow
} from '../../db/tables/domain-claims.js'
import { Email, Id, Instant, Nullable, OrganizationParams, oneOf } from '../../schemas.js'
import { TRIES_MAX } from './claim-code.js'
import { recordOf } from './dns-record.js'
import { claimAt } from './queries.js'

export const ClaimStatusSchema = oneOf(CLAIM_STATUSES)

export const Domain = Type.String({
  minLength: 1,
  maxLength: 255,
  description: 'In any script; it is told in its ASCII form.',
  examples: ['acme.com']
})

const EXAMPLE_DOMAIN = 'acme.com'
const DNS_RECORD = {
  name: `_muster-challenge.${EXAMPLE_DOMAIN}`,
  type: 'TXT',
  value: 'muster-verification=0kWfvH0Yt3Rk1m7sJ2uYcQ'
} as const

export const DomainClaimSchema = Type.Object(
  {
    id: Id('dom'),
    organization_id: Id('org'),
    domain: Type.String(),
    method: oneOf(CLAIM_METHODS),
    status: oneOf(CLAIM_STATUSES, {
      description: 'Only a `verified` one has any effect; a domain is verified once at a time.'
    }),
    email: Nullable(Type.String({ description: 'Where the code was sent.' })),
    dns_record: Nullable(
      Type.Object(
        { name: Type.String(), type: Type.Literal('TXT'), value: Type.String() },
        { description: 'What the domain’s DNS has to have, also once it is verified.' }
      )
    ),
    failure: Nullable(oneOf(CLAIM_FAILURES)),
    tries_left: Nullable(Type.Integer({ description: 'Of a code that is waited for.' })),
    claimed_by: Type.Object({
      type: Type.String(),
      id: Nullable(Type.String()),
      name: Nullable(Type.String())
    }),
    created_at: Instant(),
    expires_at: Instant({ description: 'Until when it must be proven.' }),
    verified_at: Nullable(Instant()),
    checked_at: Nullable(Instant({ description: 'When the record was seen or missed last.' })),
    missing_since: Nullable(
      Instant({ description: 'A verified claim fails when its record is missing for too long.' })
    ),
    ended_at: Nullable(Instant({ description: 'When it failed or was released.' }))
  },
  {
    $id: 'DomainClaim',
    examples: [
      {
        id: 'dom_01jd3v8k2ffb5t0m5r6w9x7y3z',
        organization_id: 'org_01jd3v8k2ffb5t0m5r6w9x7y3z',
        domain: EXAMPLE_DOMAIN,
        method: 'dns',
        status: 'verified',
        email: null,
        dns_record: DNS_RECORD,
        failure: null,
        tries_left: null,
        claimed_by: { type: 'member', id: 'mem_01jd3v8k2ffb5t0m5r6w9x7y3z', name: 'Olga' },
        created_at: '2026-11-22T09:30:00.000Z',
        expires_at: '2026-12-22T09:30:00.000Z',
        verified_at: '2026-11-22T09:40:00.000Z',
        checked_at: '2026-11-22T09:40:00.000Z',
        missing_since: null,
        ended_at: null
      }
    ]
  }
)

const instantOf = (instant: Date | null) => instant?.toISOString() ?? null

/** The only crossing from row to wire; the status is the one of the given instant. */
export function toDomainClaim(
  written: DomainClaimRow,
  now: Date
): Static<typeof DomainClaimSchema> {
  const row = claimAt(written, now)
  const isAwaitingCode = row.method === 'email' && row.status === 'pending'
  return {
    id: row.id,
    organization_id: row.organizationId,
    domain: row.domain,
    method: row.method,
    status: row.status,
    email: row.email,
    dns_record: recordOf(row) ?? null,
    failure: row.failure,
    tries_left: isAwaitingCode ? TRIES_MAX - row.tries : null,
    claimed_by: { type: row.claimedByType, id: row.claimedById, name: row.claimedByName },
    created_at: row.createdAt.toISOString(),
    expires_at: row.expiresAt.toISOString(),
    verified_at: instantOf(row.verifiedAt),
    checked_at: instantOf(row.checkedAt),
    missing_since: instantOf(row.missingSince),
    ended_at: instantOf(row.endedAt)
  }
}

export const DomainClaimCreate = Type.Union(
  [
    Type.Object(
      { method: Type.Literal('email'), email: Email },
      { additionalProperties: false, description: 'A code is mailed to an address on the domain.' }
    ),
    Type.Object(
      { method: Type.Literal('dns'), domain: Domain },
      { additionalProperties: false, description: 'A record in the domain’s DNS proves it.' }
    )
  ],
  { examples: [{ method: 'email', email: 'ana@acme.com' }] }
)
export type DomainClaimCreate = Static<typeof DomainClaimCreate>

export const DomainClaimVerify = Type.Object(
  {
    code: Type.Optional(
      Type.String({
        pattern: '^[0-9]{6}$',
        description: 'Of method `email`.',
        examples: ['042157']
      })
    )
  },
  { additionalProperties: false, examples: [{ code: '042157' }] }
)
export type DomainClaimVerify = Static<typeof DomainClaimVerify>

export const DomainClaimParams = Type.Object({
  ...OrganizationParams.properties,
  domain_claim_id: Id('dom')
})
