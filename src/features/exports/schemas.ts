import type { Readable } from 'node:stream'
import { type Static, Type } from '@sinclair/typebox'
import { EXPORT_STATUSES, type ExportRow } from '../../db/tables/exports.js'
import { Id, Instant, Nullable, OrganizationParams, oneOf } from '../../schemas.js'
import { exportStatusAt } from './queries.js'

export const ExportParams = Type.Object({
  ...OrganizationParams.properties,
  export_id: Id('exp')
})

export const ExportSchema = Type.Object(
  {
    id: Id('exp'),
    organization_id: Id('org'),
    status: oneOf(EXPORT_STATUSES),
    requested_by: Type.Object({
      type: Type.String(),
      id: Nullable(Type.String()),
      name: Nullable(Type.String())
    }),
    lines: Nullable(Type.Integer({ description: 'Of the finished file.' })),
    bytes: Nullable(Type.Integer({ description: 'Of the finished file.' })),
    created_at: Instant(),
    started_at: Nullable(Instant()),
    finished_at: Nullable(Instant({ description: 'When it ended, also of a failed one.' })),
    expires_at: Nullable(Instant({ description: 'From then on it cannot be downloaded.' }))
  },
  {
    $id: 'Export',
    examples: [
      {
        id: 'exp_01jd3v8k2ffb5t0m5r6w9x7y3z',
        organization_id: 'org_01jd3v8k2ffb5t0m5r6w9x7y3z',
        status: 'finished',
        requested_by: { type: 'member', id: 'mem_01jd3v8k2ffb5t0m5r6w9x7y3z', name: 'Olga' },
        lines: 412,
        bytes: 183_204,
        created_at: '2026-11-22T09:30:00.000Z',
        started_at: '2026-11-22T09:30:01.000Z',
        finished_at: '2026-11-22T09:30:02.000Z',
        expires_at: '2026-11-29T09:30:02.000Z'
      }
    ]
  }
)

/** The only crossing from row to wire; the status is the one of the given instant. */
export function toExport(row: ExportRow, now: Date): Static<typeof ExportSchema> {
  const status = exportStatusAt(row, now)
  const hasFile = status === 'finished' || status === 'expired'
  return {
    id: row.id,
    organization_id: row.organizationId,
    status,
    requested_by: {
      type: row.requestedByType,
      id: row.requestedById,
      name: row.requestedByName
    },
    lines: hasFile ? row.lineCount : null,
    bytes: hasFile ? row.byteCount : null,
    created_at: row.createdAt.toISOString(),
    started_at: row.startedAt?.toISOString() ?? null,
    finished_at: row.finishedAt?.toISOString() ?? null,
    expires_at: row.expiresAt?.toISOString() ?? null
  }
}

export const NDJSON = 'application/x-ndjson'

const EXAMPLE_LINES = [
  {
    type: 'export',
    data: {
      id: 'exp_01jd3v8k2ffb5t0m5r6w9x7y3z',
      organization_id: 'org_01jd3v8k2ffb5t0m5r6w9x7y3z',
      exported_at: '2026-11-22T09:30:01.000Z',
      format: 1
    }
  },
  {
    type: 'group_member',
    data: {
      group_id: 'grp_01jd3v8k2ffb5t0m5r6w9x7y3z',
      member_id: 'mem_01jd3v8k2ffb5t0m5r6w9x7y3z',
      created_at: '2026-11-22T09:30:00.000Z'
    }
  }
]

/** What the document says of the file; sent as it is read. */
export const ExportFileAnswer = {
  content: {
    [NDJSON]: {
      schema: Type.Unsafe<Readable>({
        type: 'string',
        description: 'One JSON value on each line: `{"type": …, "data": …}`.',
        examples: [EXAMPLE_LINES.map((line) => `${JSON.stringify(line)}\n`).join('')]
      })
    }
  }
} as const
