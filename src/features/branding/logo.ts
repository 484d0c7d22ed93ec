import { type BrandingRow, LOGO_TYPES } from '../../db/tables/brandings.js'
import { invalidLogo } from './errors.js'
import { sizeOf } from './image-size.js'

/** It stands inline in every page of the organization, and a page has 30 kB in all. */
const LOGO_BYTES_MAX = 7_168

/** Some bytes can say that they are a picture that fills a phone's memory. */
const LOGO_PIXELS_MAX = 1_024

/** As the database holds it: both, or neither. */
export type Logo = Pick<BrandingRow, 'logoType' | 'logo'>

const DATA_URI = new RegExp(`^data:(${LOGO_TYPES.join('|')});base64,([A-Za-z0-9+/]+={0,2})$`)
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
  if (!logoType || !isStrict || !fits || !isPicture(logoType, logo)) {
    throw invalidLogo({ max_bytes: LOGO_BYTES_MAX, max_pixels: LOGO_PIXELS_MAX })
  }
  return { logoType, logo }
}

function isPicture(type: (typeof LOGO_TYPES)[number], bytes: Buffer): boolean {
  const { width, height } = sizeOf(type, bytes) ?? { width: 0, height: 0 }
  const [shorter, longer] = [Math.min(width, height), Math.max(width, height)]
  return shorter > 0 && longer <= LOGO_PIXELS_MAX
}

/** The same image, as it was sent. */
export const toDataUri = ({ logoType, logo }: Logo): string | null =>
  logoType && logo ? `data:${logoType};base64,${logo.toString('base64')}` : null
