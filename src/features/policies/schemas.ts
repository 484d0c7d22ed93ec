import { type Static, Type } from '@sinclair/typebox'
import type { Finding } from '../../policy/check/check-policy.js'
import { KEY } from '../../policy/keys.js'
import { PRESETS } from '../../policy/presets.js'
import { Instant, RoleMapping } from '../../schemas.js'
import type { PolicyCheck } from './check-policy.js'
import type { ListedPolicy } from './list-policies.js'
import type { PolicyRow } from './queries.js'

const KEY_PATTERN = KEY.source
const FINDING_CODES_MAX = 20
const VERSION_MAX = 2_147_483_647

const Key = Type.String({ pattern: KEY_PATTERN, examples: ['acme'] })

const EXAMPLE = {
  key: 'acme',
  roles: [
    {
      key: 'owner',
      label: { en: 'Owner', fr: 'Propriétaire' },
      rank: 100,
      min: 1,
      permissions: ['team.view', 'member.invite', 'member.role', 'member.remove']
    },
    {
      key: 'member',
      label: { en: 'Member', fr: 'Membre' },
      rank: 10,
      permissions: ['team.view']
    }
  ],
  creator_role: 'owner',
  default_role: 'member',
  authority: { invite: [{ actor: 'owner', roles: ['*'] }] }
}

const Document = Type.Unsafe<Record<string, unknown>>(
  Type.Object(
    {},
    {
      additionalProperties: true,
      description: 'The rules: docs/policy.md says what every key means.',
      examples: [EXAMPLE]
    }
  )
)

export const PolicyParams = Type.Object({ key: Key })

export const PolicyQuery = Type.Object(
  {
    version: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: VERSION_MAX,
        description: 'Left out: the newest.'
      })
    )
  },
  { additionalProperties: false }
)

export const PolicyPut = Type.Object(
  {
    document: Document,
    role_mapping: Type.Optional(RoleMapping),
    allow_findings: Type.Optional(
      Type.Array(Type.String({ pattern: KEY_PATTERN, examples: ['self_escalation'] }), {
        maxItems: FINDING_CODES_MAX,
        uniqueItems: true,
        description: 'Codes of findings of severity `error` that are meant to be so.'
      })
    )
  },
  { additionalProperties: false, examples: [{ document: EXAMPLE }] }
)
export type PolicyPut = Static<typeof PolicyPut>

export const PolicyCheckRequest = Type.Object(
  { document: Document },
  { additionalProperties: false, examples: [{ document: EXAMPLE }] }
)

const summary = {
  key: Key,
  version: Type.Integer({ description: 'Counted from 1. A version never changes.' }),
  preset: Type.Boolean({ description: 'Ships with Muster, and changes only with it.' }),
  created_at: Instant()
}

const SUMMARY = {
  key: 'acme',
  version: 3,
  preset: false,
  created_at: '2026-11-22T09:30:00.000Z'
}

export const PolicySummarySchema = Type.Object(summary, {
  $id: 'PolicySummary',
  examples: [SUMMARY]
})

export const PolicySchema = Type.Object(
  { ...summary, document: Document },
  { $id: 'Policy', examples: [{ ...SUMMARY, document: EXAMPLE }] }
)

const FindingSchema = Type.Object(
  {
    severity: Type.Union([Type.Literal('error'), Type.Literal('warning')]),
    code: Type.String(),
    message: Type.String(),
    steps: Type.Array(Type.String(), { description: 'The shortest way to get there.' }),
    roles: Type.Array(Type.String(), { description: 'Of which it speaks, the accused one first.' })
  },
  { description: 'What the policy leads to, though each of its fields is right by itself.' }
)

export const PolicyCheckSchema = Type.Object(
  {
    valid: Type.Boolean({
      description: 'It can be put as it is: no errors, and no finding of severity `error`.'
    }),
    errors: Type.Array(Type.Object({ pointer: Type.String(), detail: Type.String() }), {
      description: 'What is wrong where. While there are any, nothing is looked for.'
    }),
    findings: Type.Array(FindingSchema)
  },
  {
    $id: 'PolicyCheck',
    examples: [
      {
        valid: false,
        errors: [],
        findings: [
          {
            severity: 'error',
            code: 'self_escalation',
            message: 'A holder of admin can come to hold what the role lacks: org.delete.',
            steps: ['A (admin) invites B as owner, who accepts.'],
            roles: ['admin']
          }
        ]
      }
    ]
  }
)

/** The only crossing from row to wire. */
export function toPolicySummary({
  key,
  version,
  createdAt
}: ListedPolicy | PolicyRow): Static<typeof PolicySummarySchema> {
  return { key, version, preset: PRESETS.has(key), created_at: createdAt.toISOString() }
}

/** The only crossing from row to wire. */
export function toPolicy(row: PolicyRow): Static<typeof PolicySchema> {
  return { ...toPolicySummary(row), document: row.document as Record<string, unknown> }
}

/** The only crossing to the wire. */
export function toPolicyCheck({ errors, findings }: PolicyCheck): Static<typeof PolicyCheckSchema> {
  const isUnsafe = findings.some(({ severity }: Finding) => severity === 'error')
  return {
    valid: errors.length === 0 && !isUnsafe,
    errors: [...errors],
    findings: findings.map(({ steps, roles, ...finding }) => ({
      ...finding,
      steps: [...steps],
      roles: [...roles]
    }))
  }
}
