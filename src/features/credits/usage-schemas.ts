import { type Static, Type } from '@sinclair/typebox'
import { type IdPrefix, uuidToId } from '../../ids.js'
import { Instant, Nullable } from '../../schemas.js'
import type { Usage, UsageRow } from './get-credit-usage.js'
import { percentOf } from './percent.js'
import type { Span } from './usage-days.js'
import type { UsageBy } from './usage-statements.js'

/** Of a query: what every part of the service can hold, whatever its time zone. */
export const QueryInstant = (description: string) =>
  Type.String({
    format: 'date-time',
    pattern: '^(19[7-9]|[2-8]\\d\\d)\\d-',
    maxLength: 40,
    description,
    examples: ['2026-11-01T00:00:00.000Z']
  })

export const UsageBySchema = Type.Unsafe<UsageBy>(
  Type.String({
    pattern: '^(member|group|day|metadata\\.[A-Za-z0-9_.-]{1,40})$',
    description: '`member`, `group`, `day`, or `metadata.` and a key, such as `metadata.model`.',
    examples: ['member']
  })
)

const FIGURES = {
  credits: Type.Integer({ description: 'Spent and captured, less what was refunded.' }),
  requests: Type.Integer({ description: 'Spends and captures.' }),
  previous_credits: Type.Integer({ description: 'The same of the equally long span before.' }),
  change_percent: Nullable(
    Type.Integer({ description: 'Rounded; null: nothing was used before.', examples: [25] })
  )
}

export const CreditUsageSchema = Type.Object(
  {
    by: UsageBySchema,
    from: Instant(),
    to: Instant(),
    data: Type.Array(
      Type.Object({
        key: Nullable(
          Type.String({ description: 'Id, day, or value of the metadata; null: without.' })
        ),
        label: Nullable(Type.String({ description: 'Name of the member or the group.' })),
        ...FIGURES
      })
    ),
    truncated: Type.Boolean({ description: 'There are more than 1,000; the total has them.' }),
    total: Type.Object(FIGURES)
  },
  {
    $id: 'CreditUsage',
    examples: [
      {
        by: 'metadata.model',
        from: '2026-11-01T00:00:00.000Z',
        to: '2026-12-01T00:00:00.000Z',
        data: [
          {
            key: 'large',
            label: null,
            credits: 1_000,
            requests: 30,
            previous_credits: 800,
            change_percent: 25
          }
        ],
        truncated: false,
        total: { credits: 1_000, requests: 30, previous_credits: 800, change_percent: 25 }
      }
    ]
  }
)

const PREFIXES: Readonly<Record<string, IdPrefix | undefined>> = { member: 'mem', group: 'grp' }

/** The only crossing from row to wire. */
export function toCreditUsage(
  { rows, total, truncated }: Usage,
  { by, from, to }: Span & { readonly by: UsageBy }
): Static<typeof CreditUsageSchema> {
  const prefix = PREFIXES[by]
  const toKey = (key: string | null) =>
    key === null || prefix === undefined ? key : uuidToId(prefix, key)
  return {
    by,
    from: from.toISOString(),
    to: to.toISOString(),
    data: rows.map((row) => ({ key: toKey(row.key), label: row.label, ...toFigures(row) })),
    truncated,
    total: toFigures(total)
  }
}

function toFigures({ credits, requests, previous }: Omit<UsageRow, 'key' | 'label'>) {
  const change = previous > 0 ? percentOf(credits, previous) - 100 : null
  return { credits, requests, previous_credits: previous, change_percent: change }
}
