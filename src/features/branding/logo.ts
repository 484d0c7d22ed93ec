import { type BrandingRow, LOGO_TYPES } from '../../db/tables/brandings.js'
import { invalidLogo } from './errors.js'

/** It stands inline in every page of the organization, and a page has 30 kB in all. */
export const LOGO_BYTES_MAX = 7_168

/** As the database holds it: both, or neither. */
export type Logo = Pick<BrandingRow, 'logoType' | 'logo'>

const DATA_URI = new RegExp(`^data:(${LOGO_TYPES.join('|')});base64,([A-Za-z0-9+/]+={0,2})$`)
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
const JPEG = Buffer.from([0xff, 0xd8, 0xff])

/** How each kind of file begins: what is said to be an image is one, as far as a browser looks. */
const BEGINS_LIKE: Readonly<Record<(typeof LOGO_TYPES)[number], (bytes: Buffer) => boolean>> = {
  'image/png': (bytes) => bytes.subarray(0, PNG.length).equals(PNG),
  'image/jpeg': (bytes) => bytes.subarray(0, JPEG.length).equals(JPEG),
  'image/webp': (bytes) =>
    bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP'
}

/**
 * Reads the image out of a `data:` address. No SVG: it is a document, not only an image.
 *
 * @throws Problem invalid_logo
 */
export function readLogo(dataUri: string | null): Logo {
  if (dataUri === null) return { logoType: null, logo: null }
  const [, named, encoded = ''] = DATA_URI.exec(dataUri) ?? []
  const logoType = LOGO_TYPES.find((type) => type === named)
  const logo = Buffer.from(encoded, 'base64')
  const isStrict = logo.toString('base64') === encoded
  const fits = logo.length <= LOGO_BYTES_MAX
  if (!logoType || !isStrict || !fits || !BEGINS_LIKE[logoType](logo)) {
    throw invalidLogo({ max_bytes: LOGO_BYTES_MAX })
  }
  return { logoType, logo }
}

/** The same image, as it was sent. */
export const toDataUri = ({ logoType, logo }: Logo): string | null =>
  logoType && logo ? `data:${logoType};base64,${logo.toString('base64')}` : null
