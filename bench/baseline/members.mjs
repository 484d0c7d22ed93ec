// Baseline 2: the list of members as one would write it by hand for this one purpose. One prepared
// statement, one response schema, the same bytes; no authentication, no filters, no cursor.
import Fastify from 'fastify'
import pg from 'pg'
import { answerParent } from '../lib/child.mjs'
import { decodeId, encodeId } from './ids.mjs'

const STATEMENT = `
  select id, external_id, user_id, email, name, role, status, ended_by, invitation_id, resources,
    offer_expires_at, metadata, created_at, updated_at, joined_at, last_active_at, removed_at
  from members where organization_id = $1 and status <> 'removed' order by id limit $2`

const ROLE_LABELS = { owner: 'Owner', admin: 'Admin', member: 'Member' }
const STATUS_LABELS = {
  invited: 'Invited',
  invitation_expired: 'Invitation expired',
  active: 'Active'
}

const text = { type: 'string' }
const textOrNull = { type: 'string', nullable: true }
const instant = { type: 'string', format: 'date-time' }
const instantOrNull = { type: 'string', format: 'date-time', nullable: true }
const member = {
  type: 'object',
  properties: {
    id: text,
    organization_id: text,
    external_id: textOrNull,
    user_id: textOrNull,
    email: text,
    name: textOrNull,
    role: text,
    role_label: text,
    status: text,
    status_label: text,
    ended_by: textOrNull,
    invitation_id: textOrNull,
    resources: {
      type: 'object',
      nullable: true,
      properties: { choice: text, ids: { type: 'array', items: text } }
    },
    metadata: { type: 'object', additionalProperties: text },
    created_at: instant,
    updated_at: instant,
    joined_at: instantOrNull,
    last_active_at: instantOrNull,
    removed_at: instantOrNull
  }
}
const schema = {
  querystring: {
    type: 'object',
    properties: { limit: { type: 'integer', minimum: 1, maximum: 100, default: 25 } }
  },
  response: {
    200: {
      type: 'object',
      properties: {
        data: { type: 'array', items: member },
        has_more: { type: 'boolean' },
        next_cursor: textOrNull
      }
    }
  }
}

const { BENCH_DATABASE: connectionString, BENCH_POOL_SIZE: max } = process.env
const pool = new pg.Pool({ connectionString, max: Number(max) })
const app = Fastify()

app.get('/v1/organizations/:organization_id/members', { schema }, async (request) => {
  const { organization_id } = request.params
  const { limit } = request.query
  const now = new Date()
  const values = [decodeId(organization_id), limit + 1]
  const { rows } = await pool.query({ name: 'list_members', text: STATEMENT, values })
  const more = rows.length > limit
  const data = (more ? rows.slice(0, limit) : rows).map((row) => {
    const status =
      row.status === 'invited' && row.offer_expires_at !== null && row.offer_expires_at <= now
        ? 'invitation_expired'
        : row.status
    return {
      id: encodeId('mem', row.id),
      organization_id,
      external_id: row.external_id,
      user_id: row.user_id,
      email: row.email,
      name: row.name,
      role: row.role,
      role_label: ROLE_LABELS[row.role],
      status,
      status_label: STATUS_LABELS[status],
      ended_by: row.ended_by,
      invitation_id: row.invitation_id === null ? null : encodeId('inv', row.invitation_id),
      resources: row.resources,
      metadata: row.metadata,
      created_at: row.created_at,
      updated_at: row.updated_at,
      joined_at: row.joined_at,
      last_active_at: row.last_active_at,
      removed_at: row.removed_at
    }
  })
  const next_cursor = more ? Buffer.from(data.at(-1).id).toString('base64url') : null
  return { data, has_more: more, next_cursor }
})

answerParent({ url: await app.listen({ host: '127.0.0.1', port: 0 }), headers: {} })
