import { type Static, Type } from '@sinclair/typebox'
import type { BrandingRow } from '../../db/tables/brandings.js'
import { Nullable } from '../../schemas.js'
import { toDataUri } from './logo.js'

/** Of the text. What is too large as an image is told as that. */
const LOGO_LENGTH_MAX = 65_536

const PIXEL =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAA' +
  'AABJRU5ErkJggg=='

const fields = {
  color: Nullable(
    Type.String({
      pattern: '^#[0-9a-fA-F]{6}$',
      description: 'Of buttons and links; made darker or lighter where it could not be read.',
      examples: ['#1d4ed8']
    })
  ),
  logo: Nullable(
    Type.String({
      maxLength: LOGO_LENGTH_MAX,
      description:
        'A PNG, JPEG or WebP image of 7 KiB and 1,024 pixels a side at most, as a data URI.',
      examples: [PIXEL]
    })
  )
}
const examples = [{ color: '#1d4ed8', logo: PIXEL }]

export const BrandingPut = Type.Object(fields, { additionalProperties: false, examples })
export type BrandingPut = Static<typeof BrandingPut>

export const BrandingSchema = Type.Object(fields, { $id: 'Branding', examples })

/** The only crossing from row to wire. Who has said nothing looks like everybody. */
export const toBranding = (row: BrandingRow | undefined): Static<typeof BrandingSchema> => ({
  color: row?.color ?? null,
  logo: row ? toDataUri(row) : null
})
